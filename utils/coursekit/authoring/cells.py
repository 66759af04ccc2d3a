"""What a cell of a lab is: nbgrader's marks in its metadata, read in one place.

A notebook that was handed in can hold anything there, so nothing is taken for granted.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode


def marks(cell: NotebookNode) -> dict[str, Any]:
    """nbgrader's marks of a cell; empty where there are none, or something else stands there."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def task_name(cell: NotebookNode) -> str:
    """The name that nbgrader knows the cell by; empty if it has none."""
    name = marks(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def is_answer(cell: NotebookNode) -> bool:
    """Whether a learner writes here: code or text."""
    return bool(marks(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell holds tests that give points; an answer that a person reads is none."""
    return cell.cell_type == "code" and bool(marks(cell).get("grade")) and not is_answer(cell)


def find_tests(notebook: NotebookNode) -> list[NotebookNode]:
    """The test cells of a lab, in order."""
    return [cell for cell in notebook.cells if is_test(cell)]
