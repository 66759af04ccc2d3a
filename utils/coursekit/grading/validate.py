"""A lab's tests run as the Validate button runs them."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.validator import Validator

from coursekit.grading.course import Course, CourseError
from coursekit.grading.provisioner import warm_kernels
from coursekit.notebooks import graded_code_cells, read

_HEADINGS = {
    "type_changed": "This cell is no longer of the type it was handed out with",
    "changed": "This test is not the one that was handed out",
    "failed": "This test does not pass",
}


def problems(course: Course, notebook: Path) -> list[str]:
    """Run a notebook and say what would lose points; empty when all visible tests pass.

    `nbgrader validate` prints the same and then exits with 0 whatever it found.

    Raises:
        CourseError: there is no such notebook, or it cannot be run at all.
    """
    results = _validate(course, notebook)
    return [
        "\n".join(part for part in (heading + ":", cell["source"], cell.get("raw_error")) if part)
        for kind, heading in _HEADINGS.items()
        for cell in results.get(kind, [])
    ]


def problems_of_each(course: Course, notebooks: Sequence[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Each notebook with its :func:`problems`, on warm kernels where there are several.

    Raises:
        CourseError: as :func:`problems`.
    """
    with warm_kernels(len(notebooks)):
        for notebook in notebooks:
            yield notebook, problems(course, notebook)


def passing_tests(course: Course, notebook: Path) -> tuple[int, int]:
    """Run a lab; how many of its visible test cells pass, and how many there are.

    Raises:
        CourseError: as :func:`problems`.
    """
    results = _validate(course, notebook)
    wrong = {cell["source"].strip() for kind in _HEADINGS for cell in results.get(kind, [])}
    tests = [cell.source.strip() for cell in graded_code_cells(read(notebook))]
    return sum(source not in wrong for source in tests), len(tests)


def _validate(course: Course, notebook: Path) -> dict[str, Any]:
    if not notebook.is_file():
        raise CourseError(f"There is no notebook {notebook}.")
    validator = Validator(config=course.config(), log=logging.getLogger(__name__))
    try:
        results: dict[str, Any] = validator.validate(str(notebook.resolve()))
    except Exception as error:
        raise CourseError(f"{notebook.name} cannot be run: {error}") from error
    return results
