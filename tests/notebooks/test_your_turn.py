"""The folded answer of each *Your turn* cell passes its check and leaves other outputs alone.

A default run executes one lesson in four, drawn by the commit; ``make quick`` those that a change
touches, ``make long`` all of them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from nbformat import NotebookNode

import marks
from coursekit import paths
from coursekit.authoring import limits, notebooks
from coursekit.authoring.quick import TURNS_OF
from drawing import drawn

LESSONS = sorted(paths.course_root().glob("modules/*/*.ipynb"))
TOUCHED = [paths.course_root() / name for name in os.environ.get(TURNS_OF, "").split()]
DRAWN = drawn("turns", [LESSONS[i::4] for i in range(4)])
TRIED = LESSONS if os.environ.get("COURSE_LONG") else TOUCHED or DRAWN


def printed(cell: NotebookNode) -> str:
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Workspaces that are not the lessons' own: another process may be comparing outputs there now.

    The path is short: lessons put sockets below it.
    """
    with TemporaryDirectory(prefix="turn-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("COURSE_WORKSPACE", folder)
        yield Path(folder)


@pytest.mark.usefixtures("forked_kernels", "elsewhere")
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=marks.of_lesson(path), id=path.stem) for path in TRIED]
)
def test_the_folded_answers_pass(path: Path) -> None:
    lesson = notebooks.read(path)
    turns = list(limits.answered(lesson))
    for cell, answer in turns:
        cell.source = answer
    changed = {cell.id for cell, _ in turns}
    before = {c.id: printed(c) for c in lesson.cells if c.cell_type == "code"}
    notebooks.run(lesson, path.parent)
    for cell in lesson.cells:
        if cell.cell_type == "code" and cell.id in changed:
            assert "✔" in printed(cell), f"{cell.source}\n{printed(cell)}"
        elif cell.cell_type == "code" and "tags" not in cell.metadata:
            assert printed(cell) == before[cell.id], f"a turn changed what {cell.id} prints"
