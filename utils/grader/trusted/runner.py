"""Runs a submission in two processes: learner's cells in a sandbox, test cells in the grader's own.

Nothing here needs nbgrader; :class:`grader.steps.TrustedExecute` puts it in the place of nbgrader's
`Execute`, so that everything else of nbgrader works as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.cells import is_test, task_name
from grader import cell_errors
from grader.isolation.files import copy_tree, scratch_folder
from grader.isolation.sandbox import WORK, Limits
from grader.kernels.student_kernel import (
    KernelConfig,
    StartKernel,
    StudentKernel,
    start_sandboxed,
    start_unprotected,
)
from grader.trusted.job import Job
from grader.trusted.proctor import Proctor, StartExaminer, start_examiner


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
    shared = job.in_place or start is start_unprotected
    with _kernel_config(limits, shared) as config:
        if job.files is not None and job.in_place:
            (config.scratch / WORK).symlink_to(job.files.resolve(), target_is_directory=True)
        elif job.files is not None:
            copy_tree(job.files, config.scratch / WORK, limits.disk, skip=_is_notebook)
        with (
            StudentKernel(config, start) as kernel,
            Proctor(kernel, job, start_examiner) as proctor,
        ):
            clock = _Clock(limits, kernel.clock.now)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            seen: set[str] = set()
            for number, cell in enumerate(code, start=1):
                task = task_name(cell) if is_test(cell) else ""
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
        return [
            cell_errors.error_output(
                cell_errors.TIMEOUT, "not run: the time of the whole notebook is used up"
            )
        ]
    status, outputs = kernel.run(source, seconds)
    if status == "timeout":
        outputs.append(cell_errors.timed_out(seconds))
    if kernel.death:
        outputs.append(cell_errors.error_output(cell_errors.DEAD_KERNEL, kernel.death))
    return outputs


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

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self.limits = limits
        self.now = now
        self.end = now() + limits.notebook_seconds

    def seconds(self) -> float:
        left = self.end - self.now()
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
