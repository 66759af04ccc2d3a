"""What an engine is: it turns one submission into one outcome. And how a batch is run with it."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from grader.course import Course
from grader.outcomes import Outcome, Submission, save_outcome


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
