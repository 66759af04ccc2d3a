"""Puts nbgrader's metadata, and the instructor's cells, of a submission back to what was handed out.

Learners copy, split, delete and convert cells, and other tools drop metadata. The gradebook knows
which cells a lab has; nothing that the submission's metadata says beyond a cell's name is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.corpus.words import generate_corpus_id
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from coursekit.authoring.cells import task_name
from grader.outcomes import RESTORED


@dataclass(frozen=True)
class Original:
    """One cell of the lab as the gradebook has it.

    Attributes:
        source: as released; of a test cell with its hidden tests.
        metadata: what nbgrader wrote into the cell.
    """

    name: str
    cell_type: str
    source: str
    metadata: dict[str, Any]

    @property
    def answer(self) -> bool:
        return bool(self.metadata["solution"])

    @property
    def worth_points(self) -> bool:
        return "points" in self.metadata

    def typed(self, cell: NotebookNode) -> NotebookNode:
        """The learner's cell with the type and the metadata that it was handed out with."""
        if cell.cell_type != self.cell_type:
            cell = self._new(cell.source, cell.get("id"))
        cell.metadata["nbgrader"] = nbformat.from_dict(self.metadata)
        return cell

    def restored(self, with_id: bool) -> NotebookNode:
        """The cell as it was released; before format 4.5 cells have no id."""
        return self.typed(self._new(self.source, generate_corpus_id() if with_id else None))

    def _new(self, source: str, identity: str | None) -> NotebookNode:
        make = new_code_cell if self.cell_type == "code" else new_markdown_cell
        cell: NotebookNode = make(source)
        cell["id"] = identity
        if identity is None:
            del cell["id"]
        return cell


def originals(notebook: Notebook, order: list[str]) -> list[Original]:
    """The cells of a lab in the order of its source; names that `order` lacks come last."""
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
    place = {name: number for number, name in enumerate(order)}
    return sorted(found, key=lambda original: place.get(original.name, len(place)))


def repair(notebook: NotebookNode, lab: list[Original]) -> NotebookNode:
    """Give each of the lab's cells its own metadata, and every other cell none.

    Of several cells with one name, the first that stands after the lab's cell before it is the
    lab's; an answer as it was handed out gives way to one that was written. The others are the
    learner's own cells. A cell worth points that is missing comes back where it belongs.
    """
    copies: dict[str, list[int]] = {}
    for number, cell in enumerate(notebook.cells):
        name = task_name(cell)
        if name:
            copies.setdefault(name, []).append(number)
    chosen: dict[int, Original] = {}
    last = -1
    for original in lab:
        if original.name in copies:
            last = _choose(original, copies[original.name], notebook.cells, last)
            chosen[last] = original
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("nbgrader", None)
        if number in chosen:
            notebook.cells[number] = chosen[number].typed(cell)
    missing = [cell for cell in lab if cell.worth_points and cell.name not in copies]
    with_ids = notebook.get("nbformat_minor", 5) >= 5
    for original in missing:
        place = _place(original, lab, notebook.cells)
        notebook.cells.insert(place, original.restored(with_ids))
    notebook.metadata[RESTORED] = [original.name for original in missing]
    return notebook


def _choose(original: Original, copies: list[int], cells: list[NotebookNode], last: int) -> int:
    written = [number for number in copies if cells[number].source != original.source]
    candidates = written if original.answer and written else copies
    return next((number for number in candidates if number > last), candidates[-1])


def _place(original: Original, lab: list[Original], cells: list[NotebookNode]) -> int:
    """Where a missing cell goes: behind its neighbour, else before the next cell of the lab.

    Without the neighbour, which a test's answer is, the learner's cells up to the lab's next one
    may hold that answer.
    """
    places = {task_name(cell): number for number, cell in enumerate(cells)}
    names = [other.name for other in lab]
    here = names.index(original.name)
    if here > 0 and names[here - 1] in places:
        return places[names[here - 1]] + 1
    after = [places[name] for name in names[here + 1 :] if name in places]
    return min(after, default=len(cells))


class RepairMetadata(NbGraderPreprocessor):
    """First step of autograde, in place of nbgrader's `DeduplicateIds`.

    That one leaves empty metadata in a copied cell, on which a later step fails; and a missing
    test behind a missing answer, or metadata without a name, fails in `OverwriteCells`.
    """

    source_directory = Unicode("solutions", help="Folder of the source notebooks").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        marks = resources["nbgrader"]
        source = Path(self.source_directory, marks["assignment"], f"{marks['notebook']}.ipynb")
        # The gradebook does not keep the order of a lab's cells.
        order = nbformat.read(source, as_version=4).cells if source.is_file() else []
        with Gradebook(marks["db_url"]) as gradebook:
            stored = gradebook.find_notebook(marks["notebook"], marks["assignment"])
            lab = originals(stored, [name for cell in order if (name := task_name(cell))])
        nb = repair(nb, lab)
        return nb, resources
