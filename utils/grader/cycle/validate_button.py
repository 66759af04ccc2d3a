"""The Validate button of JupyterLab, and formulas in formgrader: a Jupyter server extension.

``coursekit.environment.install`` switches it on for every Jupyter server of the environment, from
whichever folder that is started.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from coursekit.paths import is_course
from grader.course import Course
from grader.cycle.validate import Verdict, judge
from grader.exceptions import CourseError
from grader.nbgrader_internals import (
    formulas_without_network,
    replace_validate_button,
    require_tried_version,
)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    require_tried_version()
    replace_validate_button(answer)
    # Extensions are loaded in the order of their names, nbgrader's after this one.
    formulas_without_network()


def answer(notebook: Path) -> dict[str, Any]:
    """What the dialog of the button shows of a notebook, in nbgrader's own form."""
    try:
        return _dialog(judge(_course_of(notebook), notebook))
    except CourseError as error:
        return {"failed": [_failed(notebook.name, str(error))]}


def _course_of(notebook: Path) -> Course:
    """The course in which the notebook lies, or else that of the server."""
    inside = next((folder for folder in notebook.parents if is_course(folder)), None)
    return Course(inside) if inside else Course.find()


def _dialog(verdict: Verdict) -> dict[str, Any]:
    if verdict.problems:
        said = [(problem.heading, "\n".join(problem.lines)) for problem in verdict.problems]
        if verdict.remarks:
            heading, lines = said.pop()
            said.append((heading, "\n".join([lines, *verdict.remarks]).strip()))
        return {"failed": [_failed(heading, lines) for heading, lines in said]}
    # The dialog of success has no place for remarks; this one says that a cell was changed.
    return {"changed": [{"source": said} for said in verdict.changed]} if verdict.changed else {}


def _failed(heading: str, lines: str) -> dict[str, str]:
    return {"source": heading, "error": escape(lines), "raw_error": lines}
