"""Where a course keeps its labs and grades: the folders and gradebook of nbgrader_config.py."""

import logging
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError, SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from coursekit.paths import course_root

# About nbgrader's handling of its own tables; nothing an instructor could act on.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")

CONFIG_FILE = "nbgrader_config.py"
DEMO_ROSTER = Path("datasets/sample_roster.csv")


class CourseError(RuntimeError):
    """Something the instructor can put right; the message says what."""


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

    def gradebook(self) -> Gradebook:
        """An open gradebook; use it in a `with` statement.

        Raises:
            CourseError: the file is no gradebook, or the database cannot be reached.
        """
        try:
            return Gradebook(self.directory.db_url, self.directory.course_id)
        except DatabaseError as error:
            raise CourseError(f"The gradebook cannot be opened: {error.orig}.") from error

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


class Transcript(logging.Handler):
    """Collects what nbgrader logs, so that a failure's reason can be read from it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def run_converter(
    converter: type[Any], course: Course, lab: str, student: str, override: Config, **settings: Any
) -> Transcript:
    """Run one of nbgrader's converters on one assignment and one learner, as its API does.

    nbgrader's own wrapper swallows every exception, Ctrl-C included; this one lets them out.

    Raises:
        ConversionError: the converter failed; it carries the transcript.
    """
    transcript = Transcript()
    log = logging.Logger("nbgrader", level=logging.INFO)
    log.addHandler(transcript)
    config = course.config(override)
    directory = CourseDirectory(config=config, log=log, assignment_id=lab, student_id=student)
    tool = converter(coursedir=directory, config=config, log=log)
    for name, value in settings.items():
        setattr(tool, name, value)
    try:
        tool.start()
    except NbGraderException as error:
        raise ConversionError(str(error), transcript) from error
    return transcript


class ConversionError(RuntimeError):
    """nbgrader could not convert an assignment; the transcript holds its log."""

    def __init__(self, message: str, transcript: Transcript) -> None:
        super().__init__(message)
        self.transcript = transcript
