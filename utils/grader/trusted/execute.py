"""Runs a submission in two processes: learner's cells in a sandbox, test cells in the grader's own.

:func:`run` is all of it, without nbgrader; :class:`TrustedExecute` puts it in the place of
nbgrader's `Execute`, so that everything else of nbgrader works as before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import get_kernel_spec
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, Unicode

from grader.isolation.files import copy_tree, scratch_folder
from grader.isolation.sandbox import WORK, Limits, why_not
from grader.kernels.outputs import error_output
from grader.kernels.student_kernel import (
    KernelConfig,
    KernelGoneError,
    StartKernel,
    StudentKernel,
    start_sandboxed,
    start_unprotected,
)
from grader.trusted.lab_names import LabNames, names_of
from grader.trusted.proctor import Proctor, StartExaminer, start_examiner

TIMEOUT, DEAD = "CellTimeoutError", "DeadKernelError"
_FOREVER = 10.0**8


class SandboxMissingError(RuntimeError):
    """No sandbox can be made on this machine; the message names the remedy."""


@dataclass(frozen=True)
class Job:
    """One submission to run; it can be sent to another process.

    Attributes:
        notebook: the learner's, with the instructor's cells put back.
        tests: the source of each test cell by its grade_id, as the instructor wrote it. Only
            these are run by the grader, whatever the notebook says.
        parameters: values of the parameters, from the record of the release.
        names: what the lab's own source imports and defines.
        files: a folder with what lies beside the notebook.
        restored: the folder that new files of the learner are put into, if they are to be kept.
    """

    notebook: NotebookNode
    tests: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    names: LabNames = field(default_factory=LabNames)
    files: Path | None = None
    restored: Path | None = None


def run(
    job: Job,
    limits: Limits,
    start: StartKernel = start_sandboxed,
    start_examiner: StartExaminer = start_examiner,
) -> NotebookNode:
    """The notebook with the outputs of all its code cells.

    A cell over its time ends in an error output, and the notebook goes on. After the death of the
    learner's kernel the learner's other cells are errors; tests still run, and fail where they
    need the learner.

    Raises:
        KernelGoneError: the kernel did not start.
    """
    notebook = nbformat.from_dict(job.notebook)
    clock = _Clock(limits)
    with _kernel_config(limits, shared=start is start_unprotected) as config:
        if job.files is not None:
            copy_tree(job.files, config.scratch / WORK, limits.disk, skip=_is_notebook)
        with (
            StudentKernel(config, start) as kernel,
            Proctor(kernel, job, start_examiner) as proctor,
        ):
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            seen: set[str] = set()
            for number, cell in enumerate(code, start=1):
                task = _task(cell)
                if task in job.tests and task not in seen:
                    seen.add(task)
                    outputs = proctor.run(job.tests[task], max(1.0, clock.seconds()))
                else:
                    outputs = _run_learners(kernel, cell.source, clock.seconds())
                cell.execution_count = number
                cell.outputs = [nbformat.from_dict(_numbered(o, number)) for o in outputs]
        if job.restored is not None:
            copy_tree(config.scratch / WORK, job.restored, limits.disk, skip=_is_notebook, new=True)
    return notebook


def _run_learners(kernel: StudentKernel, source: str, seconds: float) -> list[dict[str, Any]]:
    if not source.strip():
        return []
    if seconds <= 0:
        return [error_output(TIMEOUT, "not run: the time of the whole notebook is used up")]
    status, outputs = kernel.run(source, seconds)
    if status == "timeout":
        outputs.append(error_output(TIMEOUT, f"stopped after {seconds:g} seconds"))
    if kernel.death:
        outputs.append(error_output(DEAD, kernel.death))
    return outputs


def _task(cell: NotebookNode) -> str:
    mark = cell.metadata.get("nbgrader", {})
    return str(mark.get("grade_id", "")) if mark.get("grade") and not mark.get("solution") else ""


def _numbered(output: dict[str, Any], number: int) -> dict[str, Any]:
    if output["output_type"] == "execute_result":
        return output | {"execution_count": number}
    return output


def _is_notebook(path: Path) -> bool:
    # The notebooks of the autograded folder hold the hidden tests.
    return path.suffix == ".ipynb"


class _Clock:
    """Seconds for the next cell. When the notebook's are used up, one for each further cell.

    Until a tenth more is used up as well: then there are none.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.end = time.monotonic() + limits.notebook_seconds

    def seconds(self) -> float:
        left = self.end - time.monotonic()
        more = left + self.limits.notebook_seconds / 10
        return min(self.limits.cell_seconds, max(left, min(1.0, more)))


@contextmanager
def _kernel_config(limits: Limits, shared: bool) -> Iterator[KernelConfig]:
    """Folders for one kernel. The path it sees as its home is, outside, the grader's copy of it.

    Without a sandbox a path means the same folder to both.
    """
    with scratch_folder("ck-") as base:
        for part in ("s", "k", "home"):
            (base / part).mkdir()
        home = base / "s" if shared else base / "home"
        yield KernelConfig(base / "s", home, base / "k", limits)


class TrustedExecute(Execute):
    """nbgrader's `Execute` with the tests out of the learner's reach."""

    unsafe_no_sandbox = Bool(
        False, help="Run learners' code without a sandbox, with all that you can do"
    ).tag(config=True)
    cell_seconds = Float(0.0, help="Seconds for one cell; 0 takes `Execute.timeout`").tag(
        config=True
    )
    notebook_seconds = Float(600.0, help="Seconds for all cells together").tag(config=True)
    memory_gb = Float(3.0, help="Memory of all processes of a notebook").tag(config=True)
    output_bytes = Integer(1_000_000, help="Bytes of output kept of one cell").tag(config=True)
    source_directory = Unicode("solutions", help="Folder of the source notebooks").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # As with nbgrader's own: a kernel that is not installed is an error; "python" is this one.
        kernel = nb.metadata.get("kernelspec", {}).get("name") or "python"
        get_kernel_spec("python3" if kernel == "python" else kernel)
        marks = resources["nbgrader"]
        folder = Path(resources.get("metadata", {}).get("path") or ".").resolve()
        source = Path(self.source_directory, marks["assignment"], f"{marks['notebook']}.ipynb")
        job = Job(
            notebook=nb,
            tests=_tests(marks),
            parameters=resources.get("parameters", {}),
            names=names_of(source) if source.is_file() else LabNames(),
            files=folder,
            restored=folder,
        )
        nb.cells = self.execute(job, self._limits()).cells
        return nb, resources

    def execute(self, job: Job, limits: Limits) -> NotebookNode:
        """Run the cells of a job; subclasses do it elsewhere."""
        return run(job, limits, self._start())

    def _limits(self) -> Limits:
        seconds = self.cell_seconds or self.timeout or _FOREVER
        return replace(
            Limits(),
            cell_seconds=float(seconds if seconds > 0 else _FOREVER),
            notebook_seconds=self.notebook_seconds,
            memory=int(self.memory_gb * 2**30),
            output=self.output_bytes,
        )

    def _start(self) -> StartKernel:
        if self.unsafe_no_sandbox:
            return start_unprotected
        problem = why_not()
        if problem:
            raise SandboxMissingError(problem)
        return start_sandboxed


def _tests(marks: dict[str, str]) -> dict[str, str]:
    """The test cells of a notebook as the gradebook has them."""
    with Gradebook(marks["db_url"]) as gradebook:
        notebook = gradebook.find_notebook(marks["notebook"], marks["assignment"])
        graded = {cell.name for cell in notebook.grade_cells}
        answered = {cell.name for cell in notebook.solution_cells}
        return {
            cell.name: cell.source
            for cell in notebook.source_cells
            if cell.name in graded - answered and cell.cell_type == "code"
        }


__all__ = ["Job", "KernelGoneError", "Limits", "SandboxMissingError", "TrustedExecute", "run"]
