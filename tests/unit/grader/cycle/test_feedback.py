"""Who was graded gets a page; where nbgrader has none to offer, one that says why."""

from pathlib import Path

import pytest
from traitlets.config import Config

from grader.course import Course
from grader.cycle import feedback as module
from grader.cycle.feedback import feedback
from grader.exceptions import ConversionError, Transcript
from grader.feedback.look import POLICY
from grader.outcomes import GradingStatus, Outcome, save_collected, save_outcome
from tiny_lab import LAB


def record(course: Course, status: GradingStatus, reason: str, student: str = "ada") -> None:
    save_outcome(course, Outcome(student, LAB, status, reason, 0.0, 6.0, 0.1))


def page(course: Course) -> str:
    (path,) = feedback(course, LAB, ["ada"])
    assert path == course.feedback("ada", LAB) / f"{LAB}.html"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("nothing was handed in", "There are no points because nothing was handed in."),
        (
            "not a notebook: the file is empty",
            "could not be graded: not a notebook: the file is empty. Save the notebook in JupyterLab",
        ),
        ("no notebook named a.ipynb, but b", "Hand in the notebook under the name"),
        ("wrong lab: none", "Hand in the notebook of this lab."),
        ("nbgrader failed: x", "could not be graded: nbgrader failed: x.</p>"),
    ],
)
def test_a_page_says_why_there_are_no_points_and_what_to_do(
    course: Course, reason: str, said: str
) -> None:
    record(course, "failed", reason)
    assert said in page(course)


def test_a_page_says_what_was_remarked_when_the_file_was_taken_in(course: Course) -> None:
    record(course, "failed", "no notebook, but a")
    save_collected(course.collected("ada", LAB), ["no notebook, but a", "not used: <b>.txt"])
    text = page(course)
    assert "<li>not used: &lt;b&gt;.txt</li>" in text
    assert text.count("no notebook, but a") == 1


def test_a_page_can_be_written_whatever_a_file_was_called(course: Course) -> None:
    record(course, "failed", "no notebook, but a")
    save_collected(course.collected("ada", LAB), ["not used: M\udcfcller\x1b[31m\n.ipynb"])
    assert "<li>not used: M?ller [31m .ipynb</li>" in page(course)


def test_a_page_runs_nothing_that_a_reason_holds(course: Course) -> None:
    record(course, "failed", "not a notebook: <script>harm()</script>")
    text = page(course)
    assert "<script" not in text
    assert "&lt;script&gt;harm()" in text
    assert POLICY in text
    assert f"{LAB} · ada (Score: 0 / 6)" in text


def test_who_was_not_graded_is_passed_over(course: Course) -> None:
    record(course, "failed", "nothing was handed in", "bob")
    pages = list(feedback(course, LAB, ["ada", "bob", "cleo"]))
    assert [path.parent.parent.name for path in pages] == ["bob"]


def test_who_was_graded_gets_nbgraders_page(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def convert(*words: object, force: bool) -> None:
        asked.extend((*words[2:], force))

    monkeypatch.setattr(module, "run_converter", convert)
    record(course, "graded", "")
    assert [path.name for path in feedback(course, LAB, ["ada"])] == [f"{LAB}.html"]
    assert asked == [LAB, "ada", Config(), True]


def test_a_page_that_nbgrader_cannot_make_is_a_plain_one(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, force: bool) -> Path:
        raise ConversionError("gave up", Transcript())

    monkeypatch.setattr(module, "run_converter", fails)
    record(course, "graded", "timeout: stopped add")
    assert "timeout: stopped add (no page from nbgrader: gave up)" in page(course)
