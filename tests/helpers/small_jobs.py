"""One cell of a learner and some tests, run as in grading."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from graded_cells import test_cell
from grader.isolation.sandbox import Limits
from grader.trusted.job import Job
from grader.trusted.runner import run

LIMITS = Limits(cell_seconds=30, call_seconds=20, memory=1 << 30)


def ran(code: str, *tests: str, **starts: Any) -> NotebookNode:
    """The notebook after its run; each test is worth a point."""
    named = {f"test{number}": source for number, source in enumerate(tests)}
    cells = [new_code_cell(code), *(test_cell(*item, points=1) for item in named.items())]
    return run(Job(new_notebook(cells=cells), named), LIMITS, **starts)


def points(done: NotebookNode) -> list[float]:
    """What each test brings."""
    return [float(determine_grade(cell)[0]) for cell in done.cells[1:]]
