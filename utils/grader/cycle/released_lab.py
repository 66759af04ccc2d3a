"""A lab as it was handed out, and a learner's notebook read by it, as the grader would."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.authoring.cells import find_tests, is_answer, is_test, task_name
from coursekit.authoring.notebooks import read
from coursekit.variants import Parameters
from grader.bindings import names_meant
from grader.course import Course
from grader.parameters import (
    INJECTED,
    PARAMETERS,
    assigned,
    find_parameters_cell,
    restore,
    tags,
)
from grader.submission import Original, Recognised, cells_of, recognise, shared_cells
from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames, names_of


@dataclass(frozen=True)
class ReleasedLab:
    """A lab of the course, without its hidden tests."""

    path: Path
    notebook: NotebookNode

    @cached_property
    def cells(self) -> list[Original]:
        return cells_of(self.notebook)

    @property
    def tests(self) -> dict[str, str]:
        return {task_name(cell): cell.source for cell in find_tests(self.notebook)}

    def recognised(self, notebook: NotebookNode) -> Recognised:
        """A learner's notebook whose cells are known, as the grader knows them."""
        return recognise(deepcopy(notebook), self.cells)

    def job(self, mended: NotebookNode, folder: Path) -> Job:
        """What is to be run for a recognised notebook in ``folder``: its cells by this lab's rules.

        Raises:
            ValueError: its parameters are none that a learner can be handed out.
        """
        values = parameters_of(mended)
        fixed = {cell.name: cell.source for cell in self.cells if cell.fixed}
        for cell in mended.cells:
            cell.source = fixed.get(task_name(cell), cell.source)
        template = find_parameters_cell(self.notebook)
        return Job(
            notebook=restore(mended, template, values) if template else mended,
            tests=self.tests,
            parameters=dict(vars(values)) if template else {},
            names=self._names(mended),
            files=folder,
            in_place=True,
        )

    def _names(self, notebook: NotebookNode) -> LabNames:
        """As the lab's source says them, which knows what its answers define; the learner's do too."""
        names = names_of(self.path)
        answers = [cell.source for cell in notebook.cells if is_answer(cell)]
        theirs = {name for source in answers for name in names_meant(source)} - set(names.imports)
        return replace(names, theirs=names.theirs | theirs)


def find_lab(course: Course, path: Path, notebook: NotebookNode) -> ReleasedLab | None:
    """The lab that has most of the notebook's cells; None where none has any."""
    found: list[tuple[int, bool, ReleasedLab]] = []
    for file in sorted(course.released("lab").parent.glob("*/*.ipynb")):
        if file.stem == file.parent.name:
            lab = ReleasedLab(file, read(file))
            found.append((shared_cells(notebook, lab.cells), file.stem == path.stem, lab))
    best = max(found, key=lambda each: each[:2], default=None)
    return best[2] if best is not None and best[0] else None


def parameters_of(notebook: NotebookNode) -> Parameters:
    """The parameters as the notebook has them: what was injected counts, then its own cell."""
    values: dict[str, Any] = {}
    for tag in (PARAMETERS, INJECTED):
        for cell in notebook.cells:
            if cell.cell_type == "code" and tag in tags(cell) and not is_test(cell):
                values |= assigned(cell.source)[0]
    usual: dict[str, Any] = vars(Parameters())
    return Parameters(**{
        name: value
        for name, value in values.items()
        if name in usual and type(value) is type(usual[name])
    })  # fmt: skip
