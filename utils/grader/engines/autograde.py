"""What engines share that grade with nbgrader's autograde: faults, gradebook, points and reasons."""

import logging
import re
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from traitlets.config import Config

from coursekit.authoring.cells import task_name
from grader import cell_errors
from grader.course import Course, run_converter
from grader.exceptions import ConversionError, CourseError
from grader.outcomes import REMARKS, RESTORED, Outcome, Submission, forget, one_line, up_to_date
from grader.submission import Original, cells_in_gradebook, read_notebook, shared_cells
from grader.submission.files import described

_LONGEST = 300
_MEMORY = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")


#: The step of autograde that runs a notebook, by engine.
STOCK_EXECUTE = "nbgrader.preprocessors.Execute"
TRUSTED_EXECUTE = "grader.steps.TrustedExecute"


@dataclass(frozen=True)
class AutogradeEngine:
    """nbgrader's autograde for one learner and lab; how cells are run is left to subclasses.

    Attributes:
        cell_seconds: limit for one cell; None takes the limit of nbgrader_config.py. A cell over
            the limit is interrupted and the notebook goes on.
        notebook_seconds: limit for all cells together; None takes the default. Once it is used
            up, each further cell has one second, and after a tenth more there is none: a cell that
            swallows the interrupt cannot hold the batch for long.
    """

    course: Course
    cell_seconds: float | None = None
    notebook_seconds: float | None = None

    def steps(self, execute: str) -> list[str]:
        """Autograde's steps as configured, with ``execute`` as the one that runs the notebook."""
        configured = self.course.config().Autograde.autograde_preprocessors
        executes = (STOCK_EXECUTE, TRUSTED_EXECUTE)
        return [execute if step in executes else step for step in configured]

    def grade(self, submission: Submission) -> Outcome:
        """Grade one submission.

        Raises:
            CourseError: the lab is not in the gradebook, so nothing of it can be graded.
        """
        began = time.monotonic()
        lab = self._lab_cells(submission.lab)
        # A newer submission that fails must not keep the points of an older one, nor one whose
        # grading is cut off.
        forget(self.course, submission.student, submission.lab)
        self._enter_zero(submission)
        reason = find_fault(submission, lab)
        if reason is None:
            reason = self._autograde(submission)
        if reason is not None:
            self._enter_zero(submission, by_hand=True)
        graded = self.course.autograded(submission.student, submission.lab)
        remark = reason or _remark_on(graded / f"{submission.lab}.ipynb")
        outcome = Outcome(
            student=submission.student,
            lab=submission.lab,
            status="graded" if reason is None else "failed",
            reason="; ".join(part for part in (_short(remark), self.caveat()) if part),
            score=0.0,
            max_score=0.0,
            seconds=round(time.monotonic() - began, 3),
        )
        return up_to_date(self.course, outcome)

    def _lab_cells(self, lab: str) -> list[Original]:
        """The cells of a lab."""
        source = self.course.solution(lab) / f"{lab}.ipynb"
        known = nbformat.read(source, as_version=4) if source.is_file() else None
        with self.course.gradebook() as gradebook:
            try:
                found = gradebook.find_assignment(lab).notebooks
                cells = [cell for each in found for cell in cells_in_gradebook(each, known)]
            except MissingEntry:
                cells = []
        if not cells:
            raise CourseError(f"{lab} is not in the gradebook: run `course release` first.")
        return cells

    def _autograde(self, submission: Submission) -> str | None:
        """Run nbgrader; the reason when it fails."""
        lab, student = submission.lab, submission.student
        try:
            with self.settings() as override:
                run_converter(Autograde, self.course, lab, student, override, force=True)
        except ConversionError as error:
            return explain(error.transcript.text)
        except CourseError:  # a full disk or a locked gradebook concerns all learners
            raise
        except Exception as error:
            # The batch goes on: this learner's line says what happened.
            logging.getLogger(__name__).debug("autograde failed", exc_info=True)
            return f"nbgrader failed: {type(error).__name__}: {error}"
        return None

    def terms(self) -> str:
        # Not the limits: one learner's longer limit is not taken back by the next run of all.
        return f"{type(self).__name__} {self.caveat()}"

    def caveat(self) -> str:
        """What the record of each outcome says about the way it was graded."""
        return ""

    def settings(self) -> AbstractContextManager[Config]:
        """The configuration that makes nbgrader run the cells; the notebook's clock starts now."""
        raise NotImplementedError

    def _enter_zero(self, submission: Submission, by_hand: bool = False) -> None:
        """Take back the points of an earlier submission; also a person's, if there is no answer."""
        with self.course.gradebook() as gradebook:
            gradebook.update_or_create_student(submission.student)
            entry = gradebook.update_or_create_submission(submission.lab, submission.student)
            for notebook in entry.notebooks:
                for grade in notebook.grades:
                    grade.auto_score = 0
                    grade.needs_manual_grade = False
                    if by_hand:
                        grade.manual_score = None
            gradebook.db.commit()


def find_fault(submission: Submission, lab: list[Original]) -> str | None:
    """Why a submission cannot be run at all, as a clause; None when it can be.

    Args:
        lab: the lab's cells, of which one at least must be there.
    """
    notebook = submission.folder / f"{submission.lab}.ipynb"
    if not submission.folder.is_dir() or not any(submission.folder.iterdir()):
        return "nothing was handed in"
    if not notebook.is_file():
        return f"no notebook named {notebook.name}, but {described(submission.folder)}"
    try:
        content = read_notebook(notebook)
    except ValueError as error:
        return f"not a notebook: {error}"
    if not shared_cells(content, lab):
        return f"wrong lab: the notebook has none of the cells of {submission.lab}"
    return None


def explain(transcript: str) -> str:
    """The reason of a failed autograde, read from what nbgrader logged."""
    if cell_errors.DEAD_KERNEL in transcript:
        return "the kernel died while the notebook ran (ended by its code or out of memory)"
    if cell_errors.TIMEOUT in transcript or "UnresponsiveKernelError" in transcript:
        return "timeout: the kernel did not answer any more"
    if "Notebook failed to validate; the nbgrader metadata" in transcript:
        return "the nbgrader metadata of the notebook is damaged"
    errors = re.findall(r"^[\w.]*(?:Error|Exception|Exit)\b: .+$", transcript, re.MULTILINE)
    return f"nbgrader failed: {errors[-1]}" if errors else "nbgrader failed without a reason"


def _remark_on(graded: Path) -> str:
    return "; ".join(remarks_on(nbformat.read(graded, as_version=4))) if graded.is_file() else ""


def remarks_on(notebook: NotebookNode) -> list[str]:
    """What to say about a notebook that ran to its end.

    That is what was mended in it, what was stopped, and what was put back.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    errors = [
        (number, cell, output) for number, cell in enumerate(code, 1) for output in cell.outputs
    ]
    stopped = [_name(c, n) for n, c, output in errors if output.get("ename") == cell_errors.TIMEOUT]
    full = [_name(c, n) for n, c, output in errors if output.get("ename") in _MEMORY]
    ended = [
        (_name(c, n), o.evalue) for n, c, o in errors if o.get("ename") == cell_errors.DEAD_KERNEL
    ]
    parts = list(notebook.metadata.get(REMARKS, []))
    parts += [f"timeout: stopped {', '.join(stopped)}"] if stopped else []
    parts += [f"out of memory: {', '.join(full)}"] if full else []
    parts += [f"{why} in {where}" for where, why in ended[:1]]
    restored = notebook.metadata.get(RESTORED, [])
    parts += [f"put back: {', '.join(restored)}"] if restored else []
    return parts


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"


def _name(cell: NotebookNode, number: int) -> str:
    return task_name(cell) or f"code cell {number}"
