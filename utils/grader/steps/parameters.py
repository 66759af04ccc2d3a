"""Putting the parameters of a lab back before it is graded."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from coursekit.variants import SECRET_VARIABLE, Parameters
from grader.exceptions import ParametersError
from grader.parameters import GUARD, find_parameters_cell, read_record, restore, tags


class RestoreParameters(NbGraderPreprocessor):
    """First step of autograding: the learner's own variant, whatever the notebook says.

    A lab without a cell tagged `parameters` is left as it is. A lab that was handed out without
    `course release` has the public variant 0 for everybody.
    """

    source_directory = Unicode("solutions", help="Folder of the source notebooks").tag(config=True)
    record_directory = Unicode(
        "grading/parameters", help="Folder of the tables that `course release` writes"
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        # The kernel that runs next inherits this environment.
        os.environ.pop(SECRET_VARIABLE, None)
        names = resources["nbgrader"]
        template = self._template(names["assignment"], names["notebook"])
        if template is None:
            return nb, resources
        parameters = self._parameters(names)
        resources["parameters"] = dict(vars(parameters))  # for TrustedExecute
        return restore(nb, template, parameters), resources

    def _template(self, lab: str, notebook: str) -> NotebookNode | None:
        path = Path(self.source_directory, lab, f"{notebook}.ipynb")
        if not path.is_file():
            return None
        return find_parameters_cell(nbformat.read(path, as_version=4))

    def _parameters(self, names: dict[str, str]) -> Parameters:
        record = read_record(Path(self.record_directory, f"{names['assignment']}.csv"))
        if not record:
            return Parameters(student_id=names["student"])
        if names["student"] not in record:
            raise ParametersError(
                f"{names['assignment']} was not released to {names['student']}: add the learner "
                "to the roster and run `course release` again."
            )
        return record[names["student"]]


class RemoveGuards(NbGraderPreprocessor):
    """After the run, take out the cells that `RestoreParameters` put before each test."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        nb.cells = [cell for cell in nb.cells if GUARD not in tags(cell)]
        return nb, resources
