"""Running a notebook, tests out of the learner's reach, in the place of nbgrader's own step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import get_kernel_spec
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, Unicode

from grader.exceptions import SandboxMissingError
from grader.isolation.sandbox import Limits, why_not
from grader.kernels.student_kernel import StartKernel, start_sandboxed, start_unprotected
from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames, names_of
from grader.trusted.runner import run

_FOREVER = 10.0**8


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
