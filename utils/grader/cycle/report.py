"""Grades of all labs as one CSV, and as a table for the terminal."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.course import Course
from grader.cycle.collect import learners_of
from grader.outcomes import Outcome, load_outcome, points_text, up_to_date

_COLUMNS = ("student_id", "lab", "score", "max_score", "status", "reason")


@dataclass(frozen=True)
class Grades:
    """All outcomes by lab and learner, and the tasks that are columns of the report."""

    outcomes: tuple[Outcome, ...]
    tasks: tuple[str, ...]


def released_labs(course: Course) -> list[str]:
    """The labs that were handed out by variant, sorted."""
    return sorted(path.stem for path in course.record("any").parent.glob("*.csv"))


def read_grades(course: Course, labs: Sequence[str] | None = None) -> Grades:
    """The outcomes of all learners a lab was released to.

    Points come from the gradebook, since an instructor may have given some in formgrader; status
    and reason come from the record that grading wrote. Who was not graded yet is waiting.
    """
    outcomes = [
        _standing(course, student, lab)
        for lab in (released_labs(course) if labs is None else labs)
        for student in learners_of(course, lab)
    ]
    tasks = sorted({task for outcome in outcomes for task in outcome.tasks})
    return Grades(tuple(outcomes), tuple(tasks))


def _standing(course: Course, student: str, lab: str) -> Outcome:
    outcome = load_outcome(course, student, lab)
    if outcome is None:
        return Outcome(student, lab, "waiting", "not graded yet", 0.0, 0.0, 0.0)
    if not course.mark(student, lab).is_file():
        waits = "a newer submission waits: run `course grade`"
        outcome = replace(outcome, reason="; ".join(filter(None, (waits, outcome.reason))))
    return up_to_date(course, outcome)


def write_grades(course: Course, grades: Grades) -> Path:
    """Write grading/grades.csv; equal grades give equal bytes."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow((*_COLUMNS, *grades.tasks))
    for line in grades.outcomes:
        points = [
            points_text(line.tasks[task]) if task in line.tasks else "" for task in grades.tasks
        ]
        table.writerow(
            (
                line.student,
                line.lab,
                *_points(line),
                line.status,
                _no_formula(line.remarks),
                *points,
            )
        )
    course.grades.parent.mkdir(parents=True, exist_ok=True)
    course.grades.write_text(text.getvalue(), encoding="utf-8")
    return course.grades


def score_table(grades: Grades) -> Table:
    """The grades for the terminal."""
    table = Table(title="Scores")
    for name in ("learner", "lab"):
        table.add_column(name, no_wrap=True)
    for name in ("score", "of"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("reason")
    for line in grades.outcomes:
        colour = {"failed": "red", "graded": "green", "waiting": "yellow"}[line.status]
        # Text, since a table takes strings for markup.
        before = (line.student, line.lab, *_points(line))
        table.add_row(*map(Text, before), Text(line.status, style=colour), Text(line.remarks))
    return table


def _points(line: Outcome) -> tuple[str, str]:
    if line.status == "waiting":
        return "", ""
    return points_text(line.score), points_text(line.max_score)


def _no_formula(text: str) -> str:
    """A learner may have chosen a part of it, and spreadsheets run what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
