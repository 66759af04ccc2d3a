"""A batch is graded one by one, each outcome on record before the next submission begins."""

from dataclasses import dataclass, field

import pytest

from grader.course import Course
from grader.engines.engine import grade_all, submissions
from grader.outcomes import Outcome, Submission, load_outcome
from tiny_lab import CLASS, LAB


@dataclass
class Recording:
    """An engine that notes what is on record when it grades, and can be cut off."""

    course: Course
    cut_off_at: str = ""
    seen: list[list[str]] = field(default_factory=list)

    def grade(self, submission: Submission) -> Outcome:
        self.seen.append([name for name in CLASS if load_outcome(self.course, name, LAB)])
        if submission.student == self.cut_off_at:
            raise KeyboardInterrupt
        return Outcome(submission.student, LAB, "graded", "", 1.0, 2.0, 0.1)

    def terms(self) -> str:
        return ""


def test_everybody_has_a_submission_also_without_a_folder(course: Course) -> None:
    course.submitted("ada", LAB).mkdir(parents=True)
    found = submissions(course, LAB, ["grace", "ada"])
    assert [each.student for each in found] == ["grace", "ada"]
    assert [each.folder.exists() for each in found] == [False, True]
    assert {each.lab for each in found} == {LAB}


def test_each_outcome_is_on_record_before_the_next_begins(course: Course) -> None:
    engine = Recording(course)
    outcomes = list(grade_all(engine, course, submissions(course, LAB, CLASS)))
    assert [outcome.student for outcome in outcomes] == list(CLASS)
    assert engine.seen == [[], ["ada"], ["ada", "grace"]]
    assert [load_outcome(course, name, LAB) for name in CLASS] == outcomes


def test_a_batch_that_is_cut_off_keeps_what_was_graded(course: Course) -> None:
    engine = Recording(course, cut_off_at="hedy")
    with pytest.raises(KeyboardInterrupt):
        list(grade_all(engine, course, submissions(course, LAB, CLASS)))
    assert [load_outcome(course, name, LAB) is not None for name in CLASS] == [True, True, False]


def test_nobody_is_graded_ahead_of_whom_is_asked_for(course: Course) -> None:
    engine = Recording(course)
    next(grade_all(engine, course, submissions(course, LAB, CLASS)))
    assert len(engine.seen) == 1
