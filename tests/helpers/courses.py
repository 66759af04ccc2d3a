"""Courses of a test's own, and the fixture that most tests start from."""

import shutil
from pathlib import Path

import pytest

from coursekit.variants import Roster
from grader.course import DEMO_ROSTER, Course
from grader.cycle.release import release
from tiny_lab import LAB, REPOSITORY, make_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of its own with the tiny lab, of which nothing was released yet."""
    return Course(make_course(tmp_path))


def handed_out(root: Path) -> Course:
    """A course in ``root`` whose tiny lab the sample roster has got; nothing is handed in."""
    course = Course(make_course(root))
    release(course, Roster.read(course.root / DEMO_ROSTER), LAB)
    return course


def course_of_labs(root: Path, *labs: str) -> Course:
    """A course in ``root`` with labs of this course, of which nothing was released yet."""
    (root / "modules").mkdir()
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for lab in labs:
        shutil.copytree(REPOSITORY / "solutions" / lab, root / "solutions" / lab)
    return Course(root)
