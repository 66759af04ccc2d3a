"""What would lose points is said cell by cell, and what cannot be run in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from graded_cells import answer_cell, question_cell, test_cell
from grader.course import Course
from grader.cycle import validate
from grader.cycle.validate import judge
from grader.exceptions import CourseError, KernelGoneError

WRONG = new_output("error", ename="AssertionError", evalue="Four.", traceback=["In[1], line 1"])
ROLES = {"tags": ["parameters"]}


@pytest.fixture
def path(course: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's notebook of a released lab, whose cells end as the lab's outputs say."""
    cells = [
        new_code_cell("variant = 0", id="parameters", metadata=ROLES),
        answer_cell("add", "add = sum"),
        test_cell("right-test", "pass", points=1),
        test_cell("wrong-test", "assert add(2, 2) == 4, 'Four.'", points=1),
        question_cell("why", "YOUR ANSWER HERE", points=2),
    ]
    # nbgrader knows by it that nothing was written.
    cells[-1].metadata.nbgrader["checksum"] = compute_checksum(cells[-1])
    lab = course.root / "labs" / "lab98_words" / "lab98_words.ipynb"
    lab.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), lab)
    mine = course.root / "mine.ipynb"
    mine.write_bytes(lab.read_bytes())

    def run(job: Any, *_: object) -> NotebookNode:
        ran = nbformat.from_dict(job.notebook)
        for cell in ran.cells:
            if cell.get("id") == "wrong-test":
                cell.outputs = [new_output("stream", name="stderr", text="warning"), WRONG]
        return ran

    monkeypatch.setattr(validate, "run", run)
    return mine


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (".", None, "is a folder: name the notebook in it."),
        ("other.ipynb", None, "There is no notebook .*other.ipynb."),
        ("empty.ipynb", "", "empty.ipynb is not a notebook: the file is empty."),
        ("page.ipynb", "<html>", "page.ipynb is not a notebook: it is a web page .HTML.."),
    ],
)
def test_what_is_no_notebook_is_one_sentence(
    course: Course, name: str, text: str | None, sentence: str
) -> None:
    if text is not None:
        (course.root / name).write_text(text)
    with pytest.raises(CourseError, match=sentence):
        judge(course, course.root / name)


def test_a_kernel_that_does_not_start_is_one_sentence(
    course: Course, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KernelGoneError("the kernel did not start")

    monkeypatch.setattr(validate, "run", fails)
    with pytest.raises(CourseError, match=r"mine\.ipynb cannot be run: the kernel did not start"):
        judge(course, path)


def test_problems_are_said_cell_by_cell_and_questions_are_no_tests(
    course: Course, path: Path
) -> None:
    verdict = judge(course, path)
    assert [str(problem) for problem in verdict.problems] == [
        "wrong-test: this test does not pass\n  ✘ the test: Four.",
        "why: there is no answer yet",
    ]
    assert (verdict.passed, verdict.tests) == (1, 2)
