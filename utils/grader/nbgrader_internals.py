"""All that depends on nbgrader's private parts, or on state of the process that it changes.

nbgrader is made for one notebook after another in a process of its own: it has a variable in the
environment and the working directory to itself, and steps that are private methods. What this
course needs of that stands here, for the versions that it was tried with.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import nbgrader
import nbgrader.api
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from nbgrader.server_extensions.formgrader import formgrader
from nbgrader.server_extensions.validate_assignment import handlers
from nbgrader.utils import determine_grade

from grader.exceptions import CourseError

#: The lock has one of these.
TRIED = ("0.9.6",)
_EXECUTION = "NBGRADER_EXECUTION"


def require_tried_version() -> None:
    """Refuse an nbgrader whose private parts may be others.

    Raises:
        CourseError: the version is none of those that this course was tried with.
    """
    if nbgrader.__version__ not in TRIED:
        raise CourseError(
            f"nbgrader {nbgrader.__version__} is installed, and grading was tried with "
            f"{', '.join(TRIED)} only: run `make setup` to install what the lock says."
        )


class Turn:
    """One thread's turn at a time with nbgrader, which changes the state of the whole process.

    Attributes:
        folder: the working directory while it is nobody's turn.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.folder = Path.cwd()

    @contextmanager
    def given_away(self) -> Iterator[None]:
        """Let other threads have their turn meanwhile.

        While it autogrades, nbgrader has a variable of its own in the process's environment, and
        another working directory; each thread takes its own away and brings it back.
        """
        mine, folder = os.environ.pop(_EXECUTION, None), Path.cwd()
        os.chdir(self.folder)
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
            os.chdir(folder)
            if mine is not None:
                os.environ[_EXECUTION] = mine


@contextmanager
def scratch_folders_in(base: Path) -> Iterator[None]:
    """Have temporary folders made below ``base``, also those that libraries make."""
    before, tempfile.tempdir = tempfile.tempdir, str(base)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def quick() -> Iterator[None]:
    """Let nbgrader do once what it does again and again, a third of the time that it takes.

    It makes a new SQLAlchemy engine a dozen times per notebook, which has all its statements to
    compile; and it checks its own schema before each cell that it checks against it.
    """
    with (
        patch("nbgrader.api.create_engine", cache(nbgrader.api.create_engine)),
        patch("nbgrader.nbgraderformat.common.jsonschema", SimpleNamespace(validate=_validate)),
    ):
        yield


def _validate(instance: object, schema: dict[str, Any]) -> None:
    """`jsonschema.validate` for a schema that is known to be one."""
    error = best_match(validator_for(schema)(schema).iter_errors(instance))
    if error is not None:
        raise error


def replace_validate_button(validate: Callable[[Path], dict[str, Any]]) -> None:
    """Let the Validate button of JupyterLab ask ``validate`` about the path of a notebook.

    Its answer has nbgrader's own form. The button's handler makes a `Validator` at each click.
    """

    class Replacement:
        def __init__(self, **_: object) -> None:
            pass

        def validate(self, filename: str) -> dict[str, Any]:
            # The handler runs in the event loop of the server, in which no kernel can be waited for.
            with ThreadPoolExecutor(1) as other:
                return other.submit(validate, Path(filename)).result()

    handlers.Validator = Replacement


#: Where nbgrader's pages for reading submissions take MathJax 2 from, and where this server has it.
_ELSEWHERE = re.compile(r'<script src="https://[^"]*/mathjax/[^"]*">\s*</script>')
_HERE = """<script type="text/x-mathjax-config">
MathJax.Hub.Config({"HTML-CSS": {availableFonts: [], imageFont: null, preferredFont: null,
  webFont: "STIX-Web"}});  // the fonts that the package has
</script>
<script>
document.write('<script src="' + location.pathname.split("/formgrader/")[0]
  + '/static/jupyter_server_mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full,Safe"><\\/script>');
</script>"""


def formulas_without_network() -> None:
    """Let formgrader's pages take MathJax from the Jupyter server (`jupyter-server-mathjax`).

    To be called before formgrader's extension is loaded, which makes its exporter then.
    """

    class LocalMathJax(formgrader.HTMLExporter):
        def from_filename(self, *words: Any, **named: Any) -> tuple[str, Any]:
            page, resources = super().from_filename(*words, **named)
            return _ELSEWHERE.sub(lambda _: _HERE, page), resources

    formgrader.HTMLExporter = LocalMathJax


def reads_submissions(converter: object) -> bool:
    """Whether autograde is at what was handed in, and not yet at its own copy of that."""
    return isinstance(converter, Autograde) and bool(converter._sanitizing)


def points_of(cell: NotebookNode) -> tuple[float | None, float]:
    """What a cell that has run is worth, and the most it could be; None waits for a person."""
    points, most = determine_grade(cell)
    return points, float(most)


class GradesWithHooks(GetGrades):
    """nbgrader's step that looks up points and comments of a cell."""

    def commented(self, cell: NotebookNode) -> None:
        """Called when a cell has its comment."""

    def scored(self, cell: NotebookNode) -> None:
        """Called when a cell has its points."""

    def _get_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_comment(cell, resources)
        self.commented(cell)

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        self.scored(cell)


def remove_hidden_tests(step: ClearHiddenTests, cell: NotebookNode) -> None:
    """Take the hidden tests out of the source of a cell."""
    step._remove_hidden_test_region(cell)
