"""What a test cell of a lab may and may not do, so that it can run outside a learner's process."""

import ast
import builtins
import dis
import re
from types import CodeType

import harness
import pytest
from nbformat import NotebookNode

from grader.bindings import names_bound

CELLS = [
    pytest.param(task, cell, id=f"{lab}/{cell.id}")
    for lab in harness.labs()
    for task in harness.tasks(lab).values()
    for cell in task.tests
]
PARAMETERS = {"student_id", "variant", "source"}


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_it_uses_nothing_but_the_answer_and_the_parameters(
    task: harness.Task, cell: NotebookNode
) -> None:
    for source in (cell.source, harness.visible(cell.source)):
        foreign = free_names(source) - names_bound(task.solution.source, imports=False) - PARAMETERS
        assert not foreign, f"{cell.id} relies on {foreign}, which a learner could have replaced"


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_it_has_visible_and_hidden_checks(task: harness.Task, cell: NotebookNode) -> None:
    visible = harness.visible(cell.source)
    assert visible.count(".check(") >= 1
    assert cell.source.count(".check(") > visible.count(".check(")
    assert cell.source.rstrip().endswith("rubric.total()")


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_its_rubric_and_its_metadata_agree_on_the_points(
    task: harness.Task, cell: NotebookNode
) -> None:
    stated = re.findall(r"Rubric\(points=([\d.]+)\)", cell.source)
    assert [float(points) for points in stated] == [cell.metadata.nbgrader.points]


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_it_looks_at_plain_data_only(task: harness.Task, cell: NotebookNode) -> None:
    # An answer may be a stand-in for a function in another process: these would look inside it.
    inside = {
        "isinstance",
        "type",
        "id",
        "callable",
        "getattr",
        "hasattr",
        "vars",
        "dir",
        "inspect",
    }
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & inside
    assert "pickle" not in cell.source


def free_names(source: str) -> set[str]:
    """Global names that ``source`` reads and does not bind itself."""
    read: set[str] = set()
    codes = [compile(source, "<cell>", "exec")]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        read |= {
            step.argval
            for step in dis.get_instructions(code)
            if step.opname in ("LOAD_NAME", "LOAD_GLOBAL")
        }
    return read - names_bound(source) - set(dir(builtins))


@pytest.mark.parametrize(
    ("source", "free"),
    [
        ("import math\ndef f(a):\n    return [a + b + math.pi for b in rows]\nf(variant)", {"rows", "variant"}),
        ("[b for b in (1, 2)]\nprint(b)", {"b"}),
        ("f = lambda a, b=late: a + b + other", {"late", "other"}),
    ],
)  # fmt: skip
def test_free_names_sees_into_functions_and_not_out_of_comprehensions(
    source: str, free: set[str]
) -> None:
    assert free_names(source) == free
