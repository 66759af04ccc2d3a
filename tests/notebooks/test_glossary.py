"""The glossary explains each name of the course's packages that a notebook uses, and no other."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit import checks, paths, workspace
from coursekit.authoring.notebooks import read

ROOT = paths.course_root()
NOTEBOOKS = [*sorted(ROOT.glob("modules/*/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]
PACKAGES = ("churn", "coursekit", "grader")
#: In how many notebooks a helper of the course's stands that one meets everywhere.
EVERYWHERE = 5
#: ``## `module`: text.``, below it ``- `name`: text.``; and ``- **word**: text.``
HEADING = re.compile(r"^## `([\w.]+)`: .+$")
NAME = re.compile(r"^- `(\w+)`: .+$")
WORD = re.compile(r"^- \*\*([^*]+)\*\*: .+$")

#: A name and what it stands for: one function may be imported from its module or from a face.
Meaning = tuple[str, int]


def resolve(module: str, name: str) -> Any:
    """What ``from module import name`` gives."""
    found = importlib.import_module(module)
    if hasattr(found, name):
        return getattr(found, name)
    return importlib.import_module(f"{module}.{name}")


def names_used(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Module and name of what a notebook imports of ours, and of what it reaches through a module."""
    trees = list(parsed(notebook))
    modules: dict[str, str] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if (
            not isinstance(node, ast.ImportFrom)
            or (node.module or "").split(".")[0] not in PACKAGES
        ):
            continue
        for alias in node.names:
            yield str(node.module), alias.name
            if isinstance(resolve(str(node.module), alias.name), ModuleType):
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in (node for tree in trees for node in ast.walk(tree)):
        match node:
            case ast.Attribute(value=ast.Name(id=variable), attr=name) if variable in modules:
                yield modules[variable], name


def parsed(notebook: NotebookNode) -> Iterator[ast.Module]:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # What is no Python is a line magic, or a gap in a lab's text.
            lines = [line for line in cell.source.splitlines() if not line.startswith(("%", "!"))]
            yield ast.parse("\n".join(lines))


def entries(glossary: str) -> Iterator[tuple[str, str]]:
    """Module and name of each entry; a heading is the entry of its module."""
    module = ""
    for line in glossary.splitlines():
        if heading := HEADING.match(line):
            module = heading.group(1)
            if "." in module:
                package, _, name = module.rpartition(".")
                yield package, name
        elif entry := NAME.match(line):
            yield module, entry.group(1)


def missing(glossary: str, used: set[tuple[str, str]]) -> list[str]:
    """What is to be added, with the first line of its docstring as a proposal."""
    explained = {meaning(*entry) for entry in entries(glossary)}
    return [
        f"{module}: - `{name}`: {(resolve(module, name).__doc__ or '').partition('\n')[0]}"
        for module, name in sorted(used)
        if meaning(module, name) not in explained
    ]


def dead(glossary: str, used: set[tuple[str, str]], text: str) -> list[str]:
    """Names that no notebook uses, and words that none says.

    The heading of a module is in use if a name below it is.
    """
    meant = {meaning(*pair) for pair in used}
    listed = list(entries(glossary))
    headings = {f"{module}.{name}" for module, name in listed} & {module for module, _ in listed}
    names = [
        name
        for module, name in listed
        if meaning(module, name) not in meant and f"{module}.{name}" not in headings
    ]
    words = [found.group(1) for line in glossary.splitlines() if (found := WORD.match(line))]
    return [*names, *(word for word in words if word.lower() not in text.lower())]


def meaning(module: str, name: str) -> Meaning:
    try:
        return name, id(resolve(module, name))
    except ImportError:  # an entry of something that is gone
        return name, 0


@pytest.fixture(scope="module")
def glossary() -> str:
    return (ROOT / "modules" / "glossary.md").read_text("utf-8")


@pytest.fixture(scope="module")
def used() -> set[tuple[str, str]]:
    return {pair for path in NOTEBOOKS for pair in names_used(read(path))}


def test_every_name_that_a_notebook_uses_is_explained(
    glossary: str, used: set[tuple[str, str]]
) -> None:
    assert missing(glossary, used) == [], "add these lines to modules/glossary.md, in your words"


def test_no_entry_is_dead(glossary: str, used: set[tuple[str, str]]) -> None:
    cells = [cell for path in NOTEBOOKS for cell in read(path).cells]
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert dead(glossary, used, text) == [], "no notebook uses these: take them out"


def test_every_line_of_a_list_is_an_entry_and_none_stands_twice(glossary: str) -> None:
    lines = [line for line in glossary.splitlines() if line.startswith(("- ", "  "))]
    assert [line for line in lines if not (NAME.match(line) or WORD.match(line))] == []
    assert [line for line in lines if not line.endswith(".")] == []
    assert len(set(entries(glossary))) == len(list(entries(glossary)))


def test_the_first_page_holds_the_helpers_that_one_meets_everywhere(glossary: str) -> None:
    page, found, _ = glossary.partition("\n# For looking up\n")
    assert found
    assert len(page.splitlines()) <= 70
    met = Counter(pair for path in NOTEBOOKS for pair in set(names_used(read(path))))
    helpers = {
        meaning(*pair)
        for pair, count in met.items()
        if pair[0].startswith("coursekit.") and ".exercises" not in pair[0] and count >= EVERYWHERE
    }
    there = {meaning(*entry) for entry in entries(page)}
    assert helpers <= there
    assert not any(module.startswith("churn") for module, _ in entries(page))


# The rules themselves.

PART = "## `coursekit.checks`: for labs\n\n- `turn`: says whether a turn is done.\n"


def cells(*sources: str) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def test_what_is_imported_and_what_is_reached_through_a_module_is_found() -> None:
    notebook = cells(
        "%matplotlib inline\nimport numpy as np\nfrom coursekit import checks as c",
        "def f():\n    from coursekit.workspace import open_workspace\n\nc.turn(True, '', np.pi)",
    )
    assert set(names_used(notebook)) == {
        ("coursekit", "checks"),
        ("coursekit.workspace", "open_workspace"),
        ("coursekit.checks", "turn"),
    }
    assert resolve("coursekit", "checks") is checks
    assert resolve("coursekit.workspace", "open_workspace") is workspace.open_workspace


def test_a_name_that_is_not_explained_and_one_that_is_not_used_are_noticed() -> None:
    turn, other = ("coursekit.checks", "turn"), ("coursekit.checks", "describe")
    assert missing(PART, {turn}) == []
    (line,) = missing(PART, {turn, other})
    assert line.startswith("coursekit.checks: - `describe`: ``value`` in at most one")
    assert missing(PART, {("coursekit", "checks")}) == []
    assert dead(PART, {turn}, "") == []
    assert dead(PART, {other}, "") == ["turn"]
    assert dead("## `coursekit.shell`: commands\n", {turn}, "") == ["shell"]
    assert dead(PART + "- `gone`: no more.\n", {turn}, "") == ["gone"]
    assert dead("- **Window**: months.\n", set(), "a window of three months") == []
    assert dead("- **Window**: months.\n", set(), "a gap") == ["Window"]


def test_a_name_may_be_imported_from_its_module_or_from_a_face() -> None:
    part = "## `churn.simulator`: the outside world\n\n- `table`: one month.\n"
    assert missing(part, {("churn.simulator.point_in_time", "table")}) == []
    assert dead(part, {("churn.simulator.point_in_time", "table")}, "") == []
