"""The demonstration clears what it left before, and touches no real course."""

from dataclasses import replace

import pytest
from nbgrader.api import MissingEntry

from grader.course import Course
from grader.cycle.demo import incoming, prepare
from grader.exceptions import CourseError
from grader.outcomes import Outcome, save_outcome
from tiny_lab import LAB

GRADED = Outcome("ada", LAB, "graded", "", 1.0, 6.0, 0.1)


def test_what_an_earlier_demonstration_left_is_gone(released: Course) -> None:
    save_outcome(released, GRADED)
    save_outcome(released, replace(GRADED, lab="lab98"))
    (incoming(released) / "ada").mkdir(parents=True)
    with released.gradebook() as gradebook:
        gradebook.add_submission(LAB, "ada")
    roster = prepare(released, LAB)
    assert len(roster) == 6
    gone = (
        released.record(LAB),
        released.outcome("ada", LAB),
        released.handed_out("ada", LAB),
        released.submitted("ada", LAB),
        incoming(released),
    )
    assert [path for path in gone if path.exists()] == []
    assert released.outcome("ada", "lab98").exists()
    with released.gradebook() as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission(LAB, "ada")


@pytest.mark.parametrize(
    "where", ["handed_out", "submitted", "autograded", "feedback", "gradebook"]
)
def test_the_work_of_a_stranger_stays(released: Course, where: str) -> None:
    if where == "gradebook":
        with released.gradebook() as gradebook:
            gradebook.add_student("zoe")
    else:
        (released.grading / where / "zoe").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"not on the sample roster \(zoe\)"):
        prepare(released, LAB)
    assert released.submitted("ada", LAB).exists()
    assert released.record(LAB).exists()


def test_of_many_strangers_three_are_named(released: Course) -> None:
    for name in ("w", "x", "y", "z"):
        (released.grading / "submitted" / name).mkdir()
    with pytest.raises(CourseError, match=r"\(w, x, y and 1 more\)"):
        prepare(released, LAB)


def test_an_unknown_lab_is_named_before_anything_is_removed(released: Course) -> None:
    with pytest.raises(CourseError, match="There is no lab 'other'"):
        prepare(released, "other")
    assert released.submitted("ada", LAB).exists()
