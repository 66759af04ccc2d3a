"""The parameters of a lab: written into what is handed out, put back before it is graded."""

import csv
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors.base import NbGraderPreprocessor
from papermill.parameterize import parameterize_notebook
from traitlets import Unicode

from coursekit.variants import SECRET_VARIABLE, Parameters

PARAMETERS = "parameters"
INJECTED = "injected-parameters"
GUARD = "restored-parameters"
_COLUMNS = ("student_id", "variant", "source")


class ParametersError(ValueError):
    """A learner's parameters are not known; the message says what to do."""


def tags(cell: NotebookNode) -> list[str]:
    found = cell.metadata.get("tags", [])
    return found if isinstance(found, list) else []


def find_parameters_cell(notebook: NotebookNode) -> NotebookNode | None:
    """The code cell tagged `parameters`, or None when a lab has no variants."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and PARAMETERS in tags(cell):
            return cell
    return None


def inject(notebook: NotebookNode, parameters: Parameters) -> NotebookNode:
    """Let papermill write `parameters` below the cell tagged `parameters`.

    Nothing is added that differs from run to run: the new cell's id is fixed and papermill's own
    record in the notebook's metadata is left out.
    """
    notebook = deepcopy(notebook)
    notebook.metadata["papermill"] = NotebookNode()
    for cell in notebook.cells:
        cell.metadata["tags"] = tags(cell)  # papermill expects a list in each cell
    notebook = parameterize_notebook(notebook, dict(vars(parameters)), comment="Handed out to you")
    del notebook.metadata["papermill"]
    for cell in notebook.cells:
        if INJECTED in tags(cell):
            cell["id"] = INJECTED
        if not tags(cell):
            del cell.metadata["tags"]
    return notebook


def restore(notebook: NotebookNode, template: NotebookNode, parameters: Parameters) -> NotebookNode:
    """Undo whatever a learner did to the parameters.

    The original `parameters` cell and one injected cell stand before the first code cell; all
    other copies are dropped. A guard with the same values goes before each test, since a learner
    can also assign `variant` anew in a cell of their own.
    """
    restored = deepcopy(notebook)
    cells = [cell for cell in restored.cells if not _stands_for_parameters(cell, template)]
    for cell in cells:
        if PARAMETERS in tags(cell):
            cell.metadata["tags"] = [tag for tag in tags(cell) if tag != PARAMETERS]
    first_code = next((i for i, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    restored.cells = [*cells[:first_code], deepcopy(template), *cells[first_code:]]
    restored = inject(restored, parameters)
    values = next(cell.source for cell in restored.cells if INJECTED in tags(cell))
    restored.cells = [part for cell in restored.cells for part in _guarded(cell, values)]
    return restored


def _stands_for_parameters(cell: NotebookNode, template: NotebookNode) -> bool:
    if INJECTED in tags(cell) or GUARD in tags(cell):
        return True
    task = cell.metadata.get("nbgrader", {}).get("grade_id")
    own = template.metadata.get("nbgrader", {}).get("grade_id")
    # The tag on a graded cell is a learner's doing: the tag goes, the cell stays.
    return PARAMETERS in tags(cell) and (task is None or task == own)


def _guarded(cell: NotebookNode, values: str) -> list[NotebookNode]:
    if cell.cell_type != "code" or not utils.is_grade(cell) or utils.is_solution(cell):
        return [cell]
    guard = nbformat.v4.new_code_cell(values, metadata={"tags": [GUARD]})
    return [guard, cell]


def write_record(path: Path, handed_out: list[Parameters]) -> None:
    """Write who got which variant, sorted by learner; the whole record or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for line in sorted(handed_out, key=lambda parameters: parameters.student_id):
            table.writerow((line.student_id, line.variant, line.source))
    draft.replace(path)


def read_record(path: Path) -> dict[str, Parameters]:
    """Parameters by learner; empty when the lab was never released by variant."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["student_id"]: Parameters(row["student_id"], int(row["variant"]), row["source"])
            for row in csv.DictReader(file)
        }


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
