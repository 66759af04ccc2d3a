"""The step that runs a notebook: what it reads from gradebook, source and configuration."""

from dataclasses import replace
from typing import Any

import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.course import Course
from grader.exceptions import SandboxMissingError
from grader.isolation.sandbox import Limits
from grader.kernels.student_kernel import start_sandboxed, start_unprotected
from grader.steps import execute
from grader.steps.execute import TrustedExecute
from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames
from tiny_lab import LAB


class Kept(TrustedExecute):
    """Keeps the job that it would run."""

    job: Job
    limits: Limits

    def execute(self, job: Job, limits: Limits) -> NotebookNode:
        self.job, self.limits = job, limits
        return new_notebook(cells=[new_code_cell("ran")])


def resources(course: Course, lab: str = LAB) -> dict[str, Any]:
    marks = {"db_url": course.directory.db_url, "notebook": LAB, "assignment": LAB}
    return {
        "nbgrader": marks,
        "parameters": {"variant": 7},
        "metadata": {"path": str(course.submitted("ada", lab))},
    }


def test_a_job_has_the_instructors_tests_and_the_labs_names(released: Course) -> None:
    step = Kept(source_directory=str(released.root / "solutions"), cell_seconds=5.0)
    notebook = new_notebook(cells=[new_code_cell("x = 1")])
    done, _ = step.preprocess(notebook, resources(released))
    assert [cell.source for cell in done.cells] == ["ran"]
    assert set(step.job.tests) == {"double-test", "number-test", "add-test"}
    assert "Twice the variant." in step.job.tests["double-test"]
    assert step.job.names.theirs == {"double", "number", "add", "student_id", "variant", "source"}
    assert step.job.parameters == {"variant": 7}
    assert step.job.files == step.job.restored == released.submitted("ada", LAB)


def test_without_the_source_a_test_knows_no_names(released: Course) -> None:
    step = Kept(source_directory=str(released.root / "nowhere"))
    step.preprocess(new_notebook(), resources(released))
    assert step.job.names == LabNames()


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"cell_seconds": 5.0, "timeout": 60}, 5.0),
        ({"timeout": 60}, 60.0),
        ({"timeout": -1}, 1e8),
        ({"timeout": None}, 1e8),
    ],
)
def test_the_limit_of_a_cell_is_the_courses_own_or_nbgraders(
    settings: dict[str, Any], seconds: float
) -> None:
    step = TrustedExecute(
        **settings, notebook_seconds=100.0, memory_gb=0.5, output_bytes=1000, unsafe_no_sandbox=True
    )
    assert step._limits() == replace(
        Limits(), cell_seconds=seconds, notebook_seconds=100.0, memory=1 << 29, output=1000
    )


def test_a_kernel_that_is_not_installed_is_an_error(released: Course) -> None:
    other = new_notebook(metadata={"kernelspec": {"name": "no-such", "display_name": "x"}})
    with pytest.raises(NoSuchKernel):
        Kept().preprocess(other, resources(released))
    python = new_notebook(metadata={"kernelspec": {"name": "python", "display_name": "x"}})
    Kept().preprocess(python, resources(released))


def test_without_a_sandbox_nothing_starts_unless_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "why_not", lambda: "there is no bwrap")
    with pytest.raises(SandboxMissingError, match="there is no bwrap"):
        TrustedExecute()._start()
    assert TrustedExecute(unsafe_no_sandbox=True)._start() is start_unprotected
    monkeypatch.setattr(execute, "why_not", lambda: None)
    assert TrustedExecute()._start() is start_sandboxed
