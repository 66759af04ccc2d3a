"""Cells of a lab as nbgrader marks them: tests, answers, and questions that a person reads."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell


def test_cell(name: str, source: str, points: float, **marks: Any) -> NotebookNode:
    """A locked test; ``marks`` are put over what nbgrader would write."""
    return _code(name, source, grade=True, points=points, **marks)


test_cell.__test__ = False  # type: ignore[attr-defined]  # or pytest would run it


def answer_cell(name: str, source: str, **marks: Any) -> NotebookNode:
    """Where a learner writes code."""
    return _code(name, source, solution=True, **marks)


def question_cell(name: str, source: str, points: float, **marks: Any) -> NotebookNode:
    """Where a learner writes text, worth points that a person gives."""
    metadata = _metadata(name, "markdown", grade=True, solution=True, points=points, **marks)
    return new_markdown_cell(source, id=name, metadata=metadata)


def _code(name: str, source: str, **marks: Any) -> NotebookNode:
    return new_code_cell(source, id=name, metadata=_metadata(name, "code", **marks))


def _metadata(
    name: str, cell_type: str, *, grade: bool = False, solution: bool = False, **marks: Any
) -> NotebookNode:
    whole = {
        "cell_type": cell_type,
        "grade": grade,
        "grade_id": name,
        "locked": grade and not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    node: NotebookNode = from_dict({"nbgrader": whole | marks})
    return node
