"""What a submission is, what becomes of it, and the record of that on disk."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from nbgrader.api import Gradebook, MissingEntry

from grader.course import Course, explained

#: Key of a graded notebook's metadata that names the cells which were put back.
RESTORED = "restored_cells"
#: Another, with what was mended in a submission and what became of its cells, as clauses.
REMARKS = "remarks"

GradingStatus = Literal["graded", "failed", "waiting"]


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one lab; the folder need not exist."""

    student: str
    lab: str
    folder: Path


@dataclass(frozen=True)
class Outcome:
    """The grade of one submission.

    Attributes:
        status: "graded" when the notebook was run to its end; "failed" when it could not be run,
            which is worth 0 points; "waiting" in a report, where there is no grade yet.
        reason: one clause on what went wrong, empty when nothing did.
        score: points out of `max_score`.
        seconds: wall time that grading took.
        tasks: points by the name of the test cell.
        unread: one clause on what a person has still to read, empty when there is nothing.
    """

    student: str
    lab: str
    status: GradingStatus
    reason: str
    score: float
    max_score: float
    seconds: float
    tasks: dict[str, float] = field(default_factory=dict)
    unread: str = ""

    @property
    def remarks(self) -> str:
        """What went wrong and what is still to be read, as one clause."""
        return "; ".join(part for part in (self.reason, self.unread) if part)


def save_outcome(course: Course, outcome: Outcome) -> None:
    """Write an outcome so that a crash leaves either the old record or the new one.

    Raises:
        CourseError: the disk is full.
    """
    path = course.outcome(outcome.student, outcome.lab)
    draft = path.with_suffix(".part")
    with explained():
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(outcome), file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the new name of a file survive a power cut, as its content does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load_outcome(course: Course, student: str, lab: str) -> Outcome | None:
    """The recorded outcome of one learner and lab.

    None before it was graded, and when the record is damaged: it has to be graded again then.
    """
    try:
        return Outcome(**json.loads(course.outcome(student, lab).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def one_line(text: str) -> str:
    """Text of which a learner may have chosen a part, for terminals, pages and tables.

    Control characters become spaces. Bytes of a file name that are no UTF-8, which Python keeps as
    halves of surrogate pairs, become question marks: no file could be written with them.
    """
    plain = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def save_collected(path: Path, remarks: Sequence[str]) -> None:
    """Keep what was remarked when a submission was taken in, in place of what was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(list(remarks)), encoding="utf-8")
    draft.replace(path)


def load_collected(path: Path) -> list[str]:
    """What was remarked when a submission was taken in; nothing where there is no record of it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [one_line(str(remark)) for remark in found] if isinstance(found, list) else []


def forget(course: Course, student: str, lab: str) -> None:
    """Remove what an earlier run left on disk about one learner and lab."""
    # The mark first: it must never stand beside the outcome of another run.
    course.mark(student, lab).unlink(missing_ok=True)
    course.outcome(student, lab).unlink(missing_ok=True)
    for folder in (course.autograded(student, lab), course.feedback(student, lab)):
        if folder.exists():
            shutil.rmtree(folder)


def up_to_date(course: Course, outcome: Outcome) -> Outcome:
    """The outcome with the points that the gradebook has now: a person may have given some."""
    student, lab = outcome.student, outcome.lab
    with course.gradebook() as gradebook:
        try:
            entry = gradebook.find_submission(lab, student)
        except MissingEntry:
            return outcome
        grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
        waiting = sorted((g.name, g.max_score) for g in grades if g.needs_manual_grade)
        points, names = sum(most for _, most in waiting), ", ".join(name for name, _ in waiting)
        return replace(
            outcome,
            score=float(entry.score),
            max_score=float(entry.max_score),
            tasks=task_points(gradebook, student, lab),
            unread=f"{points_text(points)} points wait for a reader: {names}" if waiting else "",
        )


def points_text(points: float) -> str:
    """Points as people write them: all digits, but not the noise of adding fractions."""
    return f"{round(points, 6):.15g}"


def task_points(gradebook: Gradebook, student: str, lab: str) -> dict[str, float]:
    """Points by test cell, in the order of their names."""
    entry = gradebook.find_submission(lab, student)
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    return {grade.name: float(grade.score) for grade in sorted(grades, key=lambda g: g.name)}
