"""The record of a grade on disk: the old one, the new one, or none, and never half of one."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course
from grader.exceptions import CourseError
from grader.outcomes import (
    Outcome,
    forget,
    load_outcome,
    points_text,
    save_outcome,
    up_to_date,
)
from tiny_lab import LAB

GRADED = Outcome("ada", LAB, "graded", "timeout: add", 3.5, 6.0, 1.25, {"add-test": 3.5}, "x waits")


def test_an_outcome_comes_back_as_it_was_saved(course: Course) -> None:
    assert load_outcome(course, "ada", LAB) is None
    save_outcome(course, GRADED)
    assert load_outcome(course, "ada", LAB) == GRADED
    assert load_outcome(course, "bob", LAB) is None
    save_outcome(course, replace(GRADED, reason="ä\ud800"))
    assert load_outcome(course, "ada", LAB) == replace(GRADED, reason="ä\ud800")


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"{}", b'{"student": "ada"}', b"\xff\xfe", b'{"x": 1}']
)
def test_a_damaged_record_is_none(course: Course, damage: bytes) -> None:
    save_outcome(course, GRADED)
    course.outcome("ada", LAB).write_bytes(damage)
    assert load_outcome(course, "ada", LAB) is None


def test_a_record_with_an_unknown_key_is_none(course: Course) -> None:
    save_outcome(course, GRADED)
    path = course.outcome("ada", LAB)
    path.write_text(path.read_text().replace('"unread"', '"another"'))
    assert load_outcome(course, "ada", LAB) is None


@pytest.mark.parametrize("place", ["json.dump", "os.fsync", "pathlib.Path.replace"])
def test_a_save_that_is_killed_leaves_the_old_record(
    course: Course, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    save_outcome(course, GRADED)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, killed)
        with pytest.raises(KeyboardInterrupt):
            save_outcome(course, replace(GRADED, score=0.0))
    assert load_outcome(course, "ada", LAB) == GRADED
    save_outcome(course, replace(GRADED, score=0.0))
    assert load_outcome(course, "ada", LAB) == replace(GRADED, score=0.0)
    assert [path.name for path in course.outcome("ada", LAB).parent.iterdir()] == ["ada.json"]


def test_a_record_is_on_the_disk_before_it_has_its_name(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    really = os.fsync

    def fsync(handle: int) -> None:
        synced.append(course.outcome("ada", LAB).exists())
        really(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    save_outcome(course, GRADED)
    assert synced == [False, True]  # the file before it is renamed, its folder afterwards


def test_a_full_disk_is_one_sentence(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match="The disk is full: make room"):
        save_outcome(course, GRADED)


def test_what_is_forgotten_is_gone_and_nobody_elses(course: Course) -> None:
    for student in ("ada", "bob"):
        save_outcome(course, replace(GRADED, student=student))
        course.mark(student, LAB).write_text("digest")
        for folder in (course.autograded(student, LAB), course.feedback(student, LAB)):
            folder.mkdir(parents=True)
            (folder / "file").touch()
    forget(course, "ada", LAB)
    forget(course, "ada", LAB)
    left = [path for path in course.grading.rglob("*") if "ada" in path.stem and path.is_file()]
    assert left == []
    assert not course.autograded("ada", LAB).exists()
    assert load_outcome(course, "bob", LAB) is not None
    assert (course.autograded("bob", LAB) / "file").is_file()


def test_the_mark_goes_before_the_outcome(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off between the two, nobody takes an old grade for that of a new submission."""
    gone: list[str] = []
    monkeypatch.setattr(Path, "unlink", lambda path, **_: gone.append(path.suffix))
    forget(course, "ada", LAB)
    assert gone == [".sha256", ".json"]


def test_remarks_are_what_went_wrong_and_what_is_unread() -> None:
    assert GRADED.remarks == "timeout: add; x waits"
    assert replace(GRADED, reason="").remarks == "x waits"
    assert replace(GRADED, reason="", unread="").remarks == ""


def test_who_is_not_in_the_gradebook_keeps_the_outcome(course: Course) -> None:
    assert up_to_date(course, GRADED) == GRADED


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (0.0, "0"),
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (2 / 3, "0.666667"),
        (123.4567, "123.4567"),
        (1234567.25, "1234567.25"),
        (100_000_000.0, "100000000"),
    ],
)
def test_points_keep_their_digits_and_lose_their_noise(points: float, shown: str) -> None:
    assert points_text(points) == shown
