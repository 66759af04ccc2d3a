"""Where a course keeps what, and one sentence where its gradebook or disk fails."""

import errno
import logging
import shutil
import sqlite3
from pathlib import Path
from typing import ClassVar

import pytest
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import OperationalError
from traitlets.config import Config, Configurable

from grader.course import Course, explained, local_sockets, run_converter
from grader.exceptions import ConversionError, CourseError
from tiny_lab import LAB

FULL = OSError(errno.ENOSPC, "No space left on device")
QUOTA = OSError(errno.EDQUOT, "Disk quota exceeded")


def of_database(message: str) -> OperationalError:
    return OperationalError("SELECT 1", None, sqlite3.OperationalError(message))


#: What fails, and how the sentence about it begins.
FAILURES = {
    "disk": (FULL, "The disk is full: make room"),
    "quota": (QUOTA, "The disk is full: make room"),
    "copy of a folder": (
        shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]),
        "The disk is full: make room",
    ),
    "disk of the database": (of_database("database or disk is full"), "The disk is full"),
    "lock": (of_database("database is locked"), "Another program has locked the gradebook"),
    "damage": (
        of_database("file is not a database"),
        "The gradebook cannot be opened: file is not a database. If it is damaged, put a backup",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_that_concerns_all_is_one_sentence(name: str) -> None:
    error, sentence = FAILURES[name]
    with pytest.raises(CourseError) as found, explained():
        raise error
    assert str(found.value).startswith(sentence)
    assert found.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError("x"),
        OSError(errno.EACCES, "Permission denied"),
        shutil.Error([("a", "b", "[Errno 13] Permission denied: 'b'")]),
        ValueError("No space left on device"),
    ],
)
def test_what_may_be_one_learners_doing_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as found, explained():
        raise error
    assert found.value is error


def test_a_lab_is_found_or_those_that_exist_are_named(course: Course) -> None:
    assert course.require_lab(LAB) == course.root / "solutions" / LAB / f"{LAB}.ipynb"
    with pytest.raises(CourseError) as found:
        course.require_lab("lab00")
    assert str(found.value) == f"There is no lab 'lab00'; there is {LAB}."
    shutil.rmtree(course.root / "solutions")
    with pytest.raises(CourseError, match="there is none"):
        course.require_lab(LAB)


def test_the_course_is_that_of_the_working_directory(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_ROOT", raising=False)
    monkeypatch.chdir(course.root / "solutions" / LAB)
    assert Course.find().root == course.root


def test_where_there_is_no_course_the_instructor_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise FileNotFoundError("no course here")

    monkeypatch.setattr("grader.course.course_root", nowhere)
    with pytest.raises(CourseError, match=r"^no course here\.$"):
        Course.find()


def test_folders_are_those_of_the_configuration(course: Course) -> None:
    root = course.root
    assert course.released(LAB) == root / "labs" / LAB
    assert course.submitted("ada", LAB) == root / "grading" / "submitted" / "ada" / LAB
    assert course.outcome("ada", LAB).parent == course.mark("bob", LAB).parent
    override = Config()
    override.Execute.timeout = 7
    assert course.config(override).Execute.timeout == 7
    assert course.config().Execute.timeout != 7


@pytest.mark.parametrize("damage", [b"", b"no database" * 100])
def test_a_gradebook_that_is_none_is_said_to_be_so(course: Course, damage: bytes) -> None:
    course.grading.mkdir(exist_ok=True)
    (course.grading / "gradebook.db").write_bytes(damage)
    with pytest.raises(CourseError, match=r"The gradebook .*(empty file|cannot be opened)"):
        course.gradebook()


def test_two_do_not_change_a_course_at_once(course: Course) -> None:
    with course.alone(), pytest.raises(CourseError, match="at work"), Course(course.root).alone():
        pass
    with course.alone():
        pass


class Fails(Configurable):
    """A converter that logs what it caught and gives up, as nbgrader's do."""

    caught: ClassVar[Exception]

    def __init__(self, coursedir: object, log: logging.Logger, **settings: object) -> None:
        super().__init__(config=settings["config"])
        self.log = log

    def start(self) -> None:
        try:
            raise self.caught
        except type(self.caught):
            self.log.error("it failed")
        raise NbGraderException("gave up")


def test_a_converters_failure_has_its_transcript(course: Course) -> None:
    Fails.caught = ValueError("of the notebook")
    with pytest.raises(ConversionError, match="gave up") as found:
        run_converter(Fails, course, LAB, "ada", Config())
    assert found.value.transcript.text == "it failed"


def test_a_full_disk_that_a_converter_swallowed_concerns_all(course: Course) -> None:
    Fails.caught = FULL
    with pytest.raises(CourseError, match="The disk is full"):
        run_converter(Fails, course, LAB, "ada", Config())


def test_sockets_of_a_kernel_lie_in_a_folder_of_its_own() -> None:
    with local_sockets() as one, local_sockets() as other:
        places = [Path(config.KernelManager.ip) for config in (one, other)]
        assert one.KernelManager.transport == "ipc"
        assert places[0].parent != places[1].parent
        assert all(place.parent.stat().st_mode & 0o77 == 0 for place in places)
    assert not places[0].parent.exists()
