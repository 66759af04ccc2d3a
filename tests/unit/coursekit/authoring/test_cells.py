"""What a cell of a lab is, whatever stands in its metadata."""

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.authoring.cells import find_tests, is_answer, is_test, marks, task_name

MARKS: dict[str, dict[str, Any]] = {
    "answer": {"grade_id": "answer", "grade": False, "solution": True},
    "test": {"grade_id": "test", "grade": True, "solution": False, "points": 2},
    "question": {"grade_id": "question", "grade": True, "solution": True, "points": 3},
    "text": {"grade_id": "text", "grade": False, "solution": False, "locked": True},
}


@pytest.mark.parametrize(
    ("kind", "answer", "test"),
    [
        ("answer", True, False),
        ("test", False, True),
        ("question", True, False),  # a person reads it
        ("text", False, False),
    ],
)
def test_a_code_cell_is_an_answer_or_a_test(kind: str, answer: bool, test: bool) -> None:
    cell = new_code_cell("1", metadata={"nbgrader": MARKS[kind]})
    assert (is_answer(cell), is_test(cell), task_name(cell)) == (answer, test, kind)


def test_text_is_never_a_test() -> None:
    assert not is_test(new_markdown_cell("1", metadata={"nbgrader": MARKS["test"]}))


@pytest.mark.parametrize("found", [{}, {"nbgrader": None}, {"nbgrader": ["grade"]}])
def test_a_cell_without_marks_is_neither(found: dict[str, Any]) -> None:
    cell = new_code_cell("1")
    cell.metadata.update(found)
    assert (marks(cell), task_name(cell), is_answer(cell), is_test(cell)) == ({}, "", False, False)


def test_a_name_that_is_no_text_is_none() -> None:
    cell = new_code_cell("1", metadata={"nbgrader": {"grade_id": 7, "grade": True}})
    assert (task_name(cell), is_test(cell)) == ("", True)


def test_the_tests_of_a_notebook_come_in_order() -> None:
    cells = [new_code_cell(kind, metadata={"nbgrader": MARKS[kind]}) for kind in MARKS]
    first, last = new_code_cell("a", metadata={"nbgrader": MARKS["test"]}), cells[1]
    assert find_tests(new_notebook(cells=[first, *cells])) == [first, last]
