"""What an engine is: it turns one submission into one outcome. And how a batch is run with it."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from grader.course import Course, explained

GradingStatus = Literal["graded", "failed", "waiting"]


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one lab; the folder need not exist."""

    student: str
    lab: str
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """The grade of one submission.

    Attributes:
        status: "graded" when the notebook was run to its end; "failed" when it could not be run,
            which is worth 0 points; "waiting" in a report, where there is no grade yet.
        reason: one clause on what went wrong, empty when nothing did.
        score: points out of `max_score`.
        seconds: wall time that grading took.
        tasks: points by the name of the test cell.
        unread: one clause on what a person has still to read, empty when there is nothing.
    """

    student: str
    lab: str
    status: GradingStatus
    reason: str
    score: float
    max_score: float
    seconds: float
    tasks: dict[str, float] = field(default_factory=dict)
    unread: str = ""

    @property
    def remarks(self) -> str:
        """What went wrong and what is still to be read, as one clause."""
        return "; ".join(part for part in (self.reason, self.unread) if part)


class Engine(Protocol):
    """Grades submissions, one at a time."""

    def grade(self, submission: Submission) -> Outcome:
        """Grade one submission and enter its points into the gradebook.

        Whatever the submission does, the answer is an outcome, not an exception.
        """
        ...

    def terms(self) -> str:
        """The settings that a grade depends on, the same for the same settings."""
        ...


def submissions(course: Course, lab: str, students: Iterable[str]) -> list[Submission]:
    """One submission per learner, those who handed in nothing included."""
    return [Submission(name, lab, course.submitted(name, lab)) for name in students]


def grade_all(engine: Engine, course: Course, batch: Iterable[Submission]) -> Iterator[Outcome]:
    """Grade a batch, recording each outcome on disk before the next submission begins."""
    for submission in batch:
        outcome = engine.grade(submission)
        save_outcome(course, outcome)
        yield outcome


def save_outcome(course: Course, outcome: Outcome) -> None:
    """Write an outcome so that a crash leaves either the old record or the new one.

    Raises:
        CourseError: the disk is full.
    """
    path = course.outcome(outcome.student, outcome.lab)
    draft = path.with_suffix(".part")
    with explained():
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(outcome), file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the new name of a file survive a power cut, as its content does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load_outcome(course: Course, student: str, lab: str) -> Outcome | None:
    """The recorded outcome of one learner and lab.

    None before it was graded, and when the record is damaged: it has to be graded again then.
    """
    try:
        return Outcome(**json.loads(course.outcome(student, lab).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def forget(course: Course, student: str, lab: str) -> None:
    """Remove what an earlier run left on disk about one learner and lab."""
    # The mark first: it must never stand beside the outcome of another run.
    course.mark(student, lab).unlink(missing_ok=True)
    course.outcome(student, lab).unlink(missing_ok=True)
    for folder in (course.autograded(student, lab), course.feedback(student, lab)):
        if folder.exists():
            shutil.rmtree(folder)
