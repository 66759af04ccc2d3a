"""The cells of a lab as they were handed out, which those of a submission are compared with."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Notebook

from coursekit.authoring.cells import marks, task_name
from grader.parameters import tags


@dataclass(frozen=True)
class Original:
    """One cell of a lab.

    Attributes:
        name: by which the gradebook knows it; empty for texts, setup and examples.
        source: as released; of a test cell, where the gradebook says it, with its hidden tests.
        metadata: what nbgrader wrote into the cell.
        identity: the id of the cell; empty where it is not known.
    """

    name: str
    cell_type: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    identity: str = ""
    tags: tuple[str, ...] = ()

    @property
    def answer(self) -> bool:
        return bool(self.metadata.get("solution"))

    @property
    def fixed(self) -> bool:
        """Whether the lab's own source counts, whatever the submission says: a test, for one."""
        return bool(self.name) and not self.answer

    @property
    def worth_points(self) -> bool:
        return "points" in self.metadata

    @property
    def written(self) -> bool:
        """Whether it is an answer in words, which a person reads."""
        return self.answer and self.worth_points and self.cell_type != "code"

    def typed(self, cell: NotebookNode) -> NotebookNode:
        """The learner's cell with the type and the metadata that it was handed out with."""
        if cell.cell_type != self.cell_type:
            cell = self._new(cell.source, cell.get("id", ""))
        cell.metadata["nbgrader"] = nbformat.from_dict(self.metadata)
        return cell

    def restored(self) -> NotebookNode:
        """The cell as it was released, without an id."""
        return self.typed(self._new(self.source, ""))

    def _new(self, source: str, identity: str) -> NotebookNode:
        make = new_code_cell if self.cell_type == "code" else new_markdown_cell
        cell: NotebookNode = make(source)
        cell["id"] = identity
        return cell


def cells_of(notebook: NotebookNode) -> list[Original]:
    """The cells of a lab as its notebook has them."""
    return [
        Original(
            task_name(cell),
            cell.cell_type,
            cell.source,
            deepcopy(marks(cell)) if task_name(cell) else {},
            cell.get("id", ""),
            tuple(map(str, tags(cell))),
        )
        for cell in notebook.cells
    ]


def cells_in_gradebook(notebook: Notebook, source: NotebookNode | None) -> list[Original]:
    """The cells of a lab, its tests whole.

    Args:
        notebook: what the gradebook has, which is neither the order of the cells nor their ids.
        source: the lab's own notebook, if it is there. Cells that it lacks come last.
    """
    known = {original.name: original for original in _known(notebook)}
    found = []
    for cell in cells_of(source) if source else []:
        if not cell.name:
            found.append(cell)
        elif cell.name in known:
            own = known.pop(cell.name)
            found.append(Original(own.name, own.cell_type, own.source, own.metadata, cell.identity))
    return [*found, *known.values()]


def _known(notebook: Notebook) -> list[Original]:
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name: float(cell.max_score) for cell in notebook.task_cells}
    found = []
    for cell in notebook.source_cells:
        worth = (points | tasks).get(cell.name)
        metadata = {
            "cell_type": cell.cell_type,
            "grade": cell.name in points,
            "grade_id": cell.name,
            "locked": bool(cell.locked),
            "schema_version": 3,
            "solution": cell.name in answers,
            "task": cell.name in tasks,
        }
        optional = {"checksum": cell.checksum, "points": worth}
        metadata |= {key: value for key, value in optional.items() if value is not None}
        found.append(Original(cell.name, cell.cell_type, cell.source or "", metadata))
    return found
