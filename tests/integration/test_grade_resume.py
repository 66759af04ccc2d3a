"""Grading that is cut off, by a kill, a lock or a full disk, goes on where it was and loses nothing."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets.config import Config

import tiny_class
from grader.course import Course
from grader.cycle.collect import collect
from grader.cycle.release import release
from grader.cycle.samples import class_of
from grader.engines.autograde import AutogradeEngine
from grader.engines.engine import grade_all, submissions
from grader.engines.pool import grade_many
from grader.exceptions import CourseError
from grader.outcomes import Outcome, Submission, forget, load_outcome, save_outcome
from tiny_class import LEARNERS, make
from tiny_lab import LAB, POINTS, READ_BY_A_PERSON

FULL = sum(POINTS.values())


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make(tmp_path_factory.mktemp("released") / "course")


@pytest.fixture
def course(released: Course, tmp_path: Path) -> Course:
    """A course to be damaged: nothing is graded in it yet."""
    return Course(Path(shutil.copytree(released.root, tmp_path / "course")))


class Quick:
    """An engine that looks at no notebook: everybody gets the points of one task."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.graded: list[str] = []

    def terms(self) -> str:
        return ""

    def grade(self, submission: Submission) -> Outcome:
        forget(self.course, submission.student, submission.lab)
        self.graded.append(submission.student)
        return Outcome(submission.student, submission.lab, "graded", "", 2, FULL, 0.1, {"a": 2})


def run_batch(engine: Quick, course: Course) -> list[Outcome]:
    batch = submissions(course, LAB, LEARNERS)
    return list(grade_many(engine, course, batch, lambda job, limits: job.notebook, 1))


# --- records on disk


def test_a_record_that_is_damaged_is_made_again(course: Course) -> None:
    run_batch(Quick(course), course)
    for name, content in (("ada", ""), ("bob", '{"student": "bob"'), ("cleo", "{}")):
        course.outcome(name, LAB).write_text(content)
    again = Quick(course)
    assert [outcome.student for outcome in run_batch(again, course)] == list(LEARNERS)
    assert again.graded == ["ada", "bob", "cleo"]


def test_a_record_belongs_to_what_was_handed_in_last(course: Course) -> None:
    """Graded, handed in anew and graded, cut off before the mark; then the first one comes back."""
    first = submissions(course, LAB, ["ada"])[0]
    run_batch(Quick(course), course)
    notebook = first.folder / f"{LAB}.ipynb"
    content = notebook.read_bytes()
    notebook.write_bytes(content + b" ")
    save_outcome(course, Quick(course).grade(first))
    notebook.write_bytes(content)
    again = Quick(course)
    run_batch(again, course)
    assert again.graded == ["ada"]


def test_a_newer_submission_that_is_cut_off_leaves_no_older_record(course: Course) -> None:
    run_batch(Quick(course), course)

    class Killed(Quick):
        def grade(self, submission: Submission) -> Outcome:
            super().grade(submission)
            raise KeyboardInterrupt

    path = course.submitted("ada", LAB) / f"{LAB}.ipynb"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(KeyboardInterrupt):
        run_batch(Killed(course), course)
    assert load_outcome(course, "ada", LAB) is None
    assert load_outcome(course, "bob", LAB) is not None


def test_a_submission_appears_whole_or_not_at_all(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = course.root / "incoming" / LAB
    (incoming / "ada" / "more.csv").write_text("a\n1\n")
    before = _files(course.submitted("ada", LAB))

    def half(source: Path, target: Path, *_: object, **__: object) -> None:
        Path(target).mkdir()
        shutil.copyfile(Path(source) / "more.csv", Path(target) / "more.csv")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("grader.cycle.collect.copy_tree", half)
        with pytest.raises(KeyboardInterrupt):
            collect(course, incoming, LAB)
    assert _files(course.submitted("ada", LAB)) == before
    collect(course, incoming, LAB)
    assert sorted(_files(course.submitted("ada", LAB))) == [f"{LAB}.ipynb", "more.csv"]
    assert [path.name for path in course.submitted("ada", LAB).parent.iterdir()] == [LAB]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- the gradebook


@pytest.fixture
def impatient(course: Course) -> Course:
    """The course with a configuration that waits half a second for a lock."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("timeout=60", "timeout=0.5"))
    return course


class Blank(AutogradeEngine):
    """nbgrader's autograde without running a cell, which gives everybody all points of the tests."""

    def during(self) -> None:
        """Happens where the cells would run."""

    @contextmanager
    def settings(self) -> Iterator[Config]:
        engine = self

        class NoRun(NbGraderPreprocessor):
            def preprocess(
                self, nb: NotebookNode, resources: dict[str, Any]
            ) -> tuple[NotebookNode, dict[str, Any]]:
                engine.during()
                return nb, resources

        config = Config()
        steps = self.steps("")
        steps[steps.index("")] = NoRun  # type: ignore[call-overload]
        config.Autograde.autograde_preprocessors = steps
        yield config


def grade(engine: AutogradeEngine, *students: str) -> list[Outcome]:
    course = engine.course
    return list(grade_all(engine, course, submissions(course, LAB, students)))


class Lock:
    """Another program that writes to the gradebook and does not come to an end."""

    def __init__(self, course: Course) -> None:
        path = course.grading / "gradebook.db"
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        self.connection.rollback()
        self.connection.close()


def test_a_lock_that_goes_away_is_waited_for(course: Course) -> None:
    lock = Lock(course)
    threading.Timer(1.5, lock.release).start()
    assert [outcome.score for outcome in grade(Blank(course), "ada")] == [FULL]


def test_a_lock_that_stays_is_one_sentence_and_nothing_is_lost(impatient: Course) -> None:
    engine = Blank(impatient)
    grade(engine, "ada")
    lock = Lock(impatient)
    with pytest.raises(CourseError, match="has locked the gradebook for too long: close"):
        grade(engine, "bob")
    lock.release()
    assert load_outcome(impatient, "ada", LAB) is not None
    assert load_outcome(impatient, "bob", LAB) is None
    assert [outcome.score for outcome in grade(engine, "ada", "bob")] == [FULL, FULL]


def test_a_lock_within_nbgrader_is_nobodys_zero(impatient: Course) -> None:
    class Locked(Blank):
        def during(self) -> None:
            locks.append(Lock(impatient))

    locks: list[Lock] = []
    with pytest.raises(CourseError, match="has locked the gradebook for too long"):
        grade(Locked(impatient), "ada")
    locks[0].release()
    assert load_outcome(impatient, "ada", LAB) is None


def test_an_empty_gradebook_is_not_taken_for_a_new_one(course: Course) -> None:
    gradebook = course.grading / "gradebook.db"
    roster = class_of(LEARNERS)
    gradebook.write_bytes(b"")
    with pytest.raises(CourseError, match="is an empty file: put a backup in its place"):
        grade(Blank(course), "ada")
    with pytest.raises(CourseError, match="is an empty file: put a backup in its place"):
        release(course, roster, LAB)
    assert gradebook.read_bytes() == b""
    gradebook.unlink()
    release(course, roster, LAB)
    assert [outcome.score for outcome in grade(Blank(course), "ada")] == [FULL]


def test_a_task_is_void_when_its_points_are_0(course: Course) -> None:
    assert [outcome.max_score for outcome in grade(Blank(course), "ada")] == [
        FULL + READ_BY_A_PERSON
    ]
    source = course.solution(LAB) / f"{LAB}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.id == "number-test")
    cell.metadata.nbgrader["points"] = 0
    nbformat.write(notebook, source)
    release(course, class_of(LEARNERS), LAB)
    (outcome,) = grade(Blank(course), "ada")
    assert outcome.score == FULL - POINTS["number-test"]
    assert outcome.max_score == outcome.score + READ_BY_A_PERSON


# --- the disk


def test_no_room_for_a_record(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each grade is on record, or is made again when there is room."""

    def full(descriptor: int) -> None:
        if engine.graded[-1] == "cleo":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    engine = Quick(course)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CourseError, match="The disk is full: make room"):
            run_batch(engine, course)
    done = {name for name in LEARNERS if load_outcome(course, name, LAB)}
    assert done == {"ada", "bob"}
    again = Quick(course)
    assert [outcome.student for outcome in run_batch(again, course)] == list(LEARNERS)
    assert again.graded == ["cleo", "dan", "eve", "fay"]


def test_no_room_in_nbgrader_is_nobodys_zero(course: Course) -> None:
    class Full(Blank):
        def during(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(CourseError, match="The disk is full: make room"):
        grade(Full(course), "ada")
    assert load_outcome(course, "ada", LAB) is None


def test_two_commands_do_not_grade_at_the_same_time(course: Course) -> None:
    command = [sys.executable, "-m", "coursecli.main", "grade", LAB]
    with course.alone():
        done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
        with (
            pytest.raises(CourseError, match="Another `course` command is at work"),
            course.alone(),
        ):
            pass
    assert done.returncode == 1
    assert "Another `course` command is at work" in " ".join(done.stdout.split())
    assert load_outcome(course, "ada", LAB) is None
    with course.alone():
        pass


@pytest.mark.needs("sandbox")
def test_a_disk_that_is_really_full(course: Course, tmp_path: Path) -> None:
    """The same on a file system of two megabytes, with room made afterwards."""
    script = tmp_path / "script.py"
    script.write_text(_ON_A_SMALL_DISK.format(lab=LAB))
    command = ["bwrap", "--dev-bind", "/", "/", "--size", str(2 * 2**20), "--tmpfs", "/mnt"]
    command += [sys.executable, str(script), str(course.root)]
    folders = (Path(__file__).parent, Path(tiny_class.__file__).parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert "The disk is full: make room" in report["sentence"]
    assert report["done"] == list(LEARNERS[: len(report["done"])])
    assert report["again"] == list(LEARNERS[len(report["done"]) :])
    assert report["again"]


_ON_A_SMALL_DISK = """
import json, shutil, sys
from pathlib import Path
from test_grade_resume import Quick, run_batch
from tiny_class import LEARNERS
from grader.course import Course
from grader.exceptions import CourseError
from grader.outcomes import load_outcome

shutil.copytree(sys.argv[1], "/mnt/course", ignore=shutil.ignore_patterns("incoming"))
course = Course(Path("/mnt/course"))
ballast = Path("/mnt/ballast")


class Filling(Quick):
    def grade(self, submission):
        outcome = super().grade(submission)
        if submission.student == "cleo":
            with ballast.open("wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 512):
                        pass
                except OSError:
                    pass
        return outcome


try:
    run_batch(Filling(course), course)
    sentence = ""
except CourseError as error:
    sentence = str(error)
done = [name for name in LEARNERS if load_outcome(course, name, {lab!r})]
ballast.unlink()
again = Quick(course)
run_batch(again, course)
print(json.dumps({{"sentence": sentence, "done": done, "again": again.graded}}))
"""
