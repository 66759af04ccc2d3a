"""Where a course keeps its labs and grades: the folders and gradebook of nbgrader_config.py."""

import errno
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from coursekit.paths import course_root
from grader.exceptions import ConversionError, CourseError, Transcript
from grader.isolation.files import DISK_FULL

# About nbgrader's handling of its own tables; nothing an instructor could act on.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")

CONFIG_FILE = "nbgrader_config.py"
DEMO_ROSTER = Path("datasets/sample_roster.csv")
_KEPT = "what was graded before is kept"


@dataclass(frozen=True)
class Course:
    """A folder with an nbgrader_config.py, and what stands where in it."""

    root: Path

    @classmethod
    def find(cls) -> "Course":
        """The course that the working directory belongs to.

        Raises:
            CourseError: there is none.
        """
        try:
            return cls(course_root())
        except FileNotFoundError as error:
            raise CourseError(f"{error}.") from error

    def config(self, *overrides: Config) -> Config:
        """nbgrader's configuration as written in the course's own file, then the overrides."""
        loader = PyFileConfigLoader(CONFIG_FILE, path=str(self.root))
        config: Config = loader.load_config()
        for override in overrides:
            config.merge(override)
        return config

    @cached_property
    def directory(self) -> CourseDirectory:
        """nbgrader's own view of the folders."""
        return CourseDirectory(config=self.config())

    @property
    def grading(self) -> Path:
        return self.root / "grading"

    @property
    def secret(self) -> Path:
        return self.grading / "secret"

    @property
    def grades(self) -> Path:
        return self.grading / "grades.csv"

    def record(self, lab: str) -> Path:
        """The table of who was handed out which variant."""
        return self.grading / "parameters" / f"{lab}.csv"

    def outcome(self, student: str, lab: str) -> Path:
        return self.grading / "outcomes" / lab / f"{student}.json"

    def mark(self, student: str, lab: str) -> Path:
        """A digest of what the outcome was made from."""
        return self.outcome(student, lab).with_suffix(".sha256")

    def collected(self, student: str, lab: str) -> Path:
        """What `course collect` has remarked on a submission."""
        return self.grading / "collected" / lab / f"{student}.json"

    def handed_out(self, student: str, lab: str) -> Path:
        return self.grading / "handed_out" / student / lab

    def solution(self, lab: str) -> Path:
        return self._step("source", ".", lab)

    def released(self, lab: str) -> Path:
        return self._step("release", ".", lab)

    def submitted(self, student: str, lab: str) -> Path:
        return self._step("submitted", student, lab)

    def autograded(self, student: str, lab: str) -> Path:
        return self._step("autograded", student, lab)

    def feedback(self, student: str, lab: str) -> Path:
        return self._step("feedback", student, lab)

    def _step(self, step: str, student: str, lab: str) -> Path:
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, lab))

    def gradebook(self) -> AbstractContextManager[Gradebook]:
        """An open gradebook; use it in a `with` statement.

        Raises:
            CourseError: the file is no gradebook, or the database cannot be reached; also from
                within the `with` statement.
        """
        self.check_gradebook()
        with explained():
            gradebook = Gradebook(self.directory.db_url, self.directory.course_id)
        return _closing(gradebook)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands from changing submissions and gradebook at the same time.

        Raises:
            CourseError: another one is at work.
        """
        self.grading.mkdir(exist_ok=True)
        lock = FileLock(self.grading / ".lock", blocking=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise CourseError(
                "Another `course` command is at work on these submissions: wait for its end."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def check_gradebook(self) -> None:
        """Refuse a gradebook without a byte, which nbgrader would take for a new one.

        Raises:
            CourseError: what is left of the gradebook is an empty file.
        """
        url = make_url(self.directory.db_url)
        if url.get_backend_name() != "sqlite" or not url.database:
            return
        file = Path(url.database)
        if file.is_file() and file.stat().st_size == 0:
            raise CourseError(
                f"The gradebook {file.name} is an empty file: put a backup in its place, or delete "
                "it and run `course release` and `course grade` again for each lab."
            )

    def require_lab(self, lab: str) -> Path:
        """The source notebook of a lab.

        Raises:
            CourseError: there is no such lab; the message names those that exist.
        """
        notebook = self.solution(lab) / f"{lab}.ipynb"
        if not notebook.is_file():
            known = sorted(path.parent.name for path in notebook.parent.parent.glob("*/*.ipynb"))
            raise CourseError(f"There is no lab {lab!r}; there is {', '.join(known) or 'none'}.")
        return notebook


@contextmanager
def local_sockets() -> Iterator[Config]:
    """Configuration for a kernel that is talked to through sockets in a folder of its own.

    Nobody else can listen in, and kernels that start at the same time do not race for ports.
    """
    config = Config()
    if os.name != "posix":
        yield config
        return
    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(Path(folder) / "kernel")
        yield config


@contextmanager
def explained() -> Iterator[None]:
    """Turn failures of the database or the disk, which concern all learners, into one sentence.

    Raises:
        CourseError: the gradebook cannot be used, or the disk is full.
    """
    try:
        yield
    except (DatabaseError, OSError) as error:
        explanation = _explanation(error)
        if explanation is None:
            raise
        raise explanation from error


def _explanation(error: BaseException) -> CourseError | None:
    """What to tell the instructor when it is no learner's fault; None when it may be one."""
    no_room = isinstance(error, OSError) and error.errno in DISK_FULL
    if isinstance(error, shutil.Error):  # of a whole folder: source, target, and why for each file
        no_room = any(os.strerror(errno.ENOSPC) in str(why) for *_, why in error.args[0])
    problem = str(error.orig) if isinstance(error, DatabaseError) else ""
    if no_room or "disk is full" in problem:
        return CourseError(f"The disk is full: make room and run the command again; {_KEPT}.")
    if "database is locked" in problem:
        return CourseError(
            "Another program has locked the gradebook for too long: close formgrader and other "
            f"`course` commands and run this one again; {_KEPT}."
        )
    if problem:
        return CourseError(
            f"The gradebook cannot be opened: {problem}. If it is damaged, put a backup in its "
            "place."
        )
    return error if isinstance(error, CourseError) else None


class _Directory(CourseDirectory):
    """nbgrader's view of the folders, for which a time that cannot be read is none."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        try:
            found: datetime | None = super().get_existing_timestamp(dest_path)
        except ValueError:
            return None
        return found

    def fail(self, message: str) -> None:
        """What nbgrader calls for such a time; it is a method of its programs, and not of this."""
        raise ValueError(message)


@contextmanager
def _closing(gradebook: Gradebook) -> Iterator[Gradebook]:
    with explained(), gradebook:
        yield gradebook


def run_converter(
    converter: type[Any], course: Course, lab: str, student: str, override: Config, **settings: Any
) -> Transcript:
    """Run one of nbgrader's converters on one assignment and one learner, as its API does.

    nbgrader's own wrapper swallows every exception, Ctrl-C included; this one lets them out.

    Raises:
        ConversionError: the converter failed; it carries the transcript.
        CourseError: it failed for a reason that concerns all learners.
    """
    course.check_gradebook()
    transcript = Transcript()
    log = logging.Logger("nbgrader", level=logging.INFO)
    log.addHandler(transcript)
    config = course.config(override)
    directory = _Directory(config=config, log=log, assignment_id=lab, student_id=student)
    tool = converter(coursedir=directory, config=config, log=log)
    for name, value in settings.items():
        setattr(tool, name, value)
    try:
        with explained():
            tool.start()
    except NbGraderException as error:
        for caught in transcript.errors:
            explanation = _explanation(caught)
            if explanation is not None:
                raise explanation from caught
        raise ConversionError(str(error), transcript) from error
    return transcript
