"""What a test cell of a lab may and may not do, so that it can run outside a learner's process."""

import ast
import builtins
import re
import symtable

import harness
import pytest
from nbformat import NotebookNode

CELLS = [
    pytest.param(task, cell, id=f"{lab}/{cell.id}")
    for lab in harness.labs()
    for task in harness.tasks(lab).values()
    for cell in task.tests
]
PARAMETERS = {"student_id", "variant", "source"}
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n(.*?)^ *### END HIDDEN TESTS\n?", re.S | re.M)


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_it_uses_nothing_but_the_answer_and_the_parameters(
    task: harness.Task, cell: NotebookNode
) -> None:
    for source in (cell.source, HIDDEN.sub("", cell.source)):
        foreign = free_names(source) - bound_names(task.solution.source) - PARAMETERS
        assert not foreign, f"{cell.id} relies on {foreign}, which a learner could have replaced"


@pytest.mark.parametrize(("task", "cell"), CELLS)
def test_it_has_visible_and_hidden_checks(task: harness.Task, cell: NotebookNode) -> None:
    visible = HIDDEN.sub("", cell.source)
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
    tables = [symtable.symtable(source, "<cell>", "exec")]
    bound = {s.get_name() for s in tables[0].get_symbols() if s.is_assigned() or s.is_imported()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        at_top = table.get_type() == "module"
        read |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (at_top or symbol.is_global())
        }
    return read - bound - set(dir(builtins))


def bound_names(source: str) -> set[str]:
    """Names that a solution cell defines at top level."""
    table = symtable.symtable(source, "<cell>", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() and not s.is_imported()}


def test_free_names_sees_into_functions() -> None:
    source = "import math\ndef f(a):\n    return [a + b + math.pi for b in rows]\nf(variant)"
    assert free_names(source) == {"rows", "variant"}
