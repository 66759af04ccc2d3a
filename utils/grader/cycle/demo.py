"""The whole cycle on the sample roster: what a new instructor runs first."""

import shutil
from pathlib import Path

from nbgrader.api import MissingEntry

from coursekit.variants import Roster
from coursekit.wording import listed
from grader.course import DEMO_ROSTER, Course
from grader.exceptions import CourseError
from grader.outcomes import forget


def prepare(course: Course, lab: str) -> Roster:
    """Clear what an earlier demonstration left of this lab; the sample roster is returned.

    Raises:
        CourseError: grading/ belongs to a real course: it holds a learner who is not on the
            sample roster.
    """
    course.require_lab(lab)
    roster = Roster.read(course.root / DEMO_ROSTER)
    strangers = sorted(_learners_on_disk(course) - set(roster.ids))
    if strangers:
        raise CourseError(
            "grading/ holds work of learners who are not on the sample roster "
            f"({listed(strangers, 3)}): "
            "the demonstration does not touch it; run it in another copy of the course."
        )
    course.record(lab).unlink(missing_ok=True)
    for student in roster.ids:
        forget(course, student, lab)
        course.collected(student, lab).unlink(missing_ok=True)
        for folder in (course.handed_out(student, lab), course.submitted(student, lab)):
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(incoming(course), ignore_errors=True)
    with course.gradebook() as gradebook:
        for student in roster.ids:
            try:
                gradebook.remove_submission(lab, student)
            except MissingEntry:
                continue
    return roster


def incoming(course: Course) -> Path:
    """Where the demonstration's learners hand in."""
    return course.grading / "incoming"


def _learners_on_disk(course: Course) -> set[str]:
    steps = ("handed_out", "submitted", "autograded", "feedback")
    folders = {
        path.name for step in steps for path in (course.grading / step).glob("*") if path.is_dir()
    }
    with course.gradebook() as gradebook:
        return folders | {student.id for student in gradebook.students}
