"""Grades as a table: everybody of the roster, in equal bytes, and nothing that a spreadsheet runs."""

import csv
import io
from dataclasses import replace

import pytest
from rich.console import Console

from grader.course import Course
from grader.cycle.report import Grades, read_grades, released_labs, score_table, write_grades
from grader.outcomes import Outcome, save_outcome
from tiny_lab import CLASS, LAB

GRADED = Outcome("ada", LAB, "graded", "", 3.5, 6.0, 0.1, {"add-test": 1.0, "double-test": 2.5})
FAILED = Outcome("grace", LAB, "failed", "=HYPERLINK(1)", 0.0, 6.0, 0.1)
WAITING = Outcome("hedy", LAB, "waiting", "not graded yet", 0.0, 0.0, 0.0)
GRADES = Grades((GRADED, FAILED, WAITING), ("add-test", "double-test"))


def test_everybody_has_a_line_and_who_is_not_graded_waits(released: Course) -> None:
    save_outcome(released, GRADED)
    released.mark("ada", LAB).touch()
    save_outcome(released, FAILED)
    found = read_grades(released)
    assert [outcome.student for outcome in found.outcomes] == list(CLASS)
    assert found.outcomes[0] == GRADED
    newer = "a newer submission waits: run `course grade`; =HYPERLINK(1)"
    assert found.outcomes[1] == replace(FAILED, reason=newer)
    assert found.outcomes[2] == WAITING
    assert found.tasks == GRADES.tasks


def test_points_are_those_that_the_gradebook_has_now(released: Course) -> None:
    save_outcome(released, GRADED)
    with released.gradebook() as gradebook:
        entry = gradebook.add_submission(LAB, "ada")
        (grade,) = (g for notebook in entry.notebooks for g in notebook.grades if g.name == "why")
        grade.manual_score = 3
        gradebook.db.commit()
    outcome = read_grades(released, [LAB]).outcomes[0]
    assert (outcome.score, outcome.max_score, outcome.tasks["why"]) == (3.0, 10.0, 3.0)


def test_labs_are_those_that_were_released(released: Course) -> None:
    assert released_labs(released) == [LAB]
    assert read_grades(released, []).outcomes == ()


def test_equal_grades_give_equal_bytes_which_no_spreadsheet_obeys(course: Course) -> None:
    path = write_grades(course, GRADES)
    before = path.read_bytes()
    assert write_grades(course, GRADES).read_bytes() == before
    rows = list(csv.DictReader(io.StringIO(before.decode())))
    assert [row["student_id"] for row in rows] == ["ada", "grace", "hedy"]
    ada, grace, hedy = rows
    assert (ada["score"], ada["max_score"], ada["add-test"]) == ("3.5", "6", "1")
    assert (grace["score"], grace["double-test"]) == ("0", "")
    assert grace["reason"] == "'=HYPERLINK(1)"
    assert (hedy["score"], hedy["max_score"], hedy["status"]) == ("", "", "waiting")


@pytest.mark.parametrize("reason", ["=1", "+1", "-1", "@a", "[red]x[/] 1", "", 'a, "b"\n'])
def test_reasons_are_text(course: Course, reason: str) -> None:
    grades = Grades((replace(FAILED, reason=reason),), ())
    (row,) = csv.DictReader(io.StringIO(write_grades(course, grades).read_text()))
    assert row["reason"] == (f"'{reason}" if reason[:1] in ("=", "+", "-", "@") else reason)
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table(grades))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert " ".join(reason.split()) in " ".join(shown.split())


def test_points_have_no_noise_and_all_their_digits(course: Course) -> None:
    noisy = replace(GRADED, score=0.1 + 0.2, max_score=123_456.75)
    grades = Grades((noisy,), ())
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table(grades))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "0.3 " in shown
    assert " 123456.75 " in shown
    (row,) = csv.DictReader(io.StringIO(write_grades(course, grades).read_text()))
    assert (row["score"], row["max_score"]) == ("0.3", "123456.75")


def test_names_are_text() -> None:
    named = replace(FAILED, student="[bold]ada[/x]", lab=":smile: [red]")
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table(Grades((named,), ())))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[bold]ada[/x]" in shown
    assert ":smile: [red]" in shown
