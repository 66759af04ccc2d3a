"""A lab's tests run as the Validate button runs them."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from coursekit.authoring.cells import find_tests, is_answer, task_name
from coursekit.authoring.notebooks import read
from grader.course import Course, local_sockets
from grader.engines.autograde import read_notebook
from grader.exceptions import CourseError
from grader.feedback.check_results import explain_undefined, failures
from grader.kernels.provisioner import forked_kernels
from grader.nbgrader_internals import KeepingValidator

# What nbclient logs of a cell that took too long stands in the outcome, too.
logging.getLogger(__name__).addHandler(logging.NullHandler())

_HEADINGS = {
    "type_changed": "this cell is no longer of the type it was handed out with",
    "changed": "this test is not the one that was handed out",
    "failed": "this test does not pass",
}


def problems(course: Course, notebook: Path) -> list[str]:
    """Run a notebook and say what would lose points, cell by cell; empty when all tests pass.

    `nbgrader validate` prints whole cells instead, and exits with 0 whatever it found.

    Raises:
        CourseError: there is no such notebook, or it cannot be run at all.
    """
    return [
        "\n".join(
            [
                f"{task_name(cell)}: {_heading(kind, cell)}",
                *(f"  {line}" for line in failures(cell)),
            ]
        )
        for kind, cells in _validate(course, notebook).items()
        for cell in cells
    ]


def problems_of_each(course: Course, notebooks: Sequence[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Each notebook with its :func:`problems`, on warm kernels where there are several.

    Raises:
        CourseError: as :func:`problems`.
    """
    with forked_kernels(len(notebooks)):
        for notebook in notebooks:
            yield notebook, problems(course, notebook)


def passing_tests(course: Course, notebook: Path) -> tuple[int, int]:
    """Run a lab; how many of its visible test cells pass, and how many there are.

    Raises:
        CourseError: as :func:`problems`.
    """
    found = _validate(course, notebook)
    wrong = {task_name(cell) for cells in found.values() for cell in cells}
    tests = {task_name(cell) for cell in find_tests(read(notebook))}
    return len(tests - wrong), len(tests)


class _LabValidator(KeepingValidator):
    """nbgrader's validation by the rules of grading."""

    def before_judging(self, notebook: NotebookNode) -> None:
        explain_undefined(notebook)
        for cell in find_tests(notebook):  # a warning is no failure, here as in grading
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


def _validate(course: Course, notebook: Path) -> dict[str, list[NotebookNode]]:
    """Kind of problem → the cells that have it, as far as nbgrader reports them."""
    if notebook.is_dir():
        raise CourseError(f"{notebook} is a folder: name the notebook in it.")
    if not notebook.is_file():
        raise CourseError(f"There is no notebook {notebook}.")
    try:
        read_notebook(notebook)
    except ValueError as error:
        raise CourseError(f"{notebook.name} is not a notebook: {error}.") from error
    with local_sockets() as sockets:
        validator = _LabValidator(config=course.config(sockets), log=logging.getLogger(__name__))
        try:
            results = validator.validate(str(notebook.resolve()))
        except Exception as error:
            raise CourseError(f"{notebook.name} cannot be run: {error}") from error
    return {kind: validator.cells[kind] for kind in results}


def _heading(kind: str, cell: NotebookNode) -> str:
    return "there is no answer yet" if kind == "failed" and is_answer(cell) else _HEADINGS[kind]
