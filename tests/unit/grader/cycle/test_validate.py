"""What would lose points is said cell by cell, and what cannot be run in one sentence."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output

from graded_cells import answer_cell, question_cell, test_cell
from grader.course import Course
from grader.cycle import validate
from grader.cycle.validate import passing_tests, problems
from grader.exceptions import CourseError

WRONG = new_output("error", ename="AssertionError", evalue="Four.", traceback=["In[1], line 1"])


def cells() -> dict[str, NotebookNode]:
    found = [
        answer_cell("add", "add = sum"),
        test_cell("right-test", "pass", points=1),
        test_cell("wrong-test", "assert add(2, 2) == 4, 'Four.'", points=1),
        question_cell("why", "YOUR ANSWER HERE", points=2),
    ]
    return {cell.id: cell for cell in found}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.ipynb"
    nbformat.write(new_notebook(cells=list(cells().values())), path)
    return path


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Kind of problem → names of the cells that nbgrader finds when the notebook has run."""
    found: dict[str, list[str]] = {}

    def results(self: validate._LabValidator, _: str) -> dict[str, object]:
        ran = cells()
        ran["wrong-test"].outputs = [new_output("stream", name="stderr", text="warning"), WRONG]
        self.before_judging(new_notebook(cells=list(ran.values())))
        self.cells = {kind: [ran[name] for name in names] for kind, names in found.items()}
        return dict(self.cells)

    monkeypatch.setattr(validate._LabValidator, "validate", results)
    return found


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (".", None, "is a folder: name the notebook in it."),
        ("other.ipynb", None, "There is no notebook .*other.ipynb."),
        ("empty.ipynb", "", "empty.ipynb is not a notebook: the file is empty."),
        ("page.ipynb", "<html>", "page.ipynb is not a notebook: the file is not valid JSON."),
    ],
)
def test_what_is_no_notebook_is_one_sentence(
    course: Course, name: str, text: str | None, sentence: str
) -> None:
    if text is not None:
        (course.root / name).write_text(text)
    with pytest.raises(CourseError, match=sentence):
        problems(course, course.root / name)


def test_a_kernel_that_does_not_start_is_one_sentence(
    course: Course, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no kernel")

    monkeypatch.setattr(validate._LabValidator, "validate", fails)
    with pytest.raises(CourseError, match=r"mine\.ipynb cannot be run: no kernel"):
        problems(course, path)


def test_nothing_is_said_where_all_is_right(
    course: Course, path: Path, finds: dict[str, list[str]]
) -> None:
    assert problems(course, path) == []
    assert passing_tests(course, path) == (2, 2)


def test_each_kind_of_problem_has_its_heading(
    course: Course, path: Path, finds: dict[str, list[str]]
) -> None:
    finds.update(failed=["wrong-test", "why"], changed=["right-test"])
    assert problems(course, path) == [
        "wrong-test: this test does not pass\n  ✘ the test: Four.",
        "why: there is no answer yet",
        "right-test: this test is not the one that was handed out",
    ]
    finds.clear()
    finds["type_changed"] = ["add"]
    (problem,) = problems(course, path)
    assert problem == "add: this cell is no longer of the type it was handed out with"


def test_questions_do_not_count_as_tests(
    course: Course, path: Path, finds: dict[str, list[str]]
) -> None:
    finds["failed"] = ["wrong-test", "why"]
    assert passing_tests(course, path) == (1, 2)
