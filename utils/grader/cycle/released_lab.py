"""A lab as it was handed out, and a learner's notebook read by it, as the grader would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.authoring.cells import find_tests, is_answer, is_test, marks, task_name
from coursekit.authoring.notebooks import KERNELSPEC, read
from coursekit.variants import Parameters
from grader.bindings import names_meant
from grader.course import Course
from grader.feedback.check_results import RubricSource
from grader.parameters import INJECTED, PARAMETERS, find_parameters_cell, restore, tags
from grader.steps.repair_metadata import Original, repair
from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames, names_of


@dataclass(frozen=True)
class ReleasedLab:
    """A lab of the course, without its hidden tests."""

    path: Path
    notebook: NotebookNode

    @property
    def originals(self) -> list[Original]:
        return [
            Original(task_name(cell), cell.cell_type, cell.source, deepcopy(marks(cell)))
            for cell in self.notebook.cells
            if task_name(cell)
        ]

    @property
    def tests(self) -> dict[str, str]:
        return {task_name(cell): cell.source for cell in find_tests(self.notebook)}

    def job(self, notebook: NotebookNode, folder: Path) -> Job:
        """What is to be run for a learner's notebook in ``folder``: its cells by this lab's rules.

        Raises:
            ValueError: its parameters are none that a learner can be handed out.
        """
        values = parameters_of(notebook)
        mended = repair(deepcopy(notebook), self.originals)
        # As in grading, where the kernel is the course's own whatever an editor has written there.
        mended.metadata["kernelspec"] = deepcopy(KERNELSPEC)
        fixed = {cell.name: cell.source for cell in self.originals if not cell.answer}
        for cell in mended.cells:
            cell.source = fixed.get(task_name(cell), cell.source)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
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

    def changed_tests(self, notebook: NotebookNode) -> list[str]:
        """The tests that do not say what they were handed out with, hidden tests left aside."""
        tests = {name: _visible(source) for name, source in self.tests.items()}
        return [
            name
            for cell in notebook.cells
            if (name := task_name(cell)) in tests and _visible(cell.source) != tests[name]
        ]

    def missing_tests(self, notebook: NotebookNode) -> list[str]:
        present = {task_name(cell) for cell in notebook.cells}
        return [name for name in self.tests if name not in present]


def find_lab(course: Course, path: Path, notebook: NotebookNode) -> ReleasedLab | None:
    """The lab that has most of the notebook's cells, by their names; None where none has any."""
    names = {task_name(cell) for cell in notebook.cells} - {""}
    found: list[tuple[int, bool, ReleasedLab]] = []
    for file in sorted(course.released("lab").parent.glob("*/*.ipynb")):
        if file.stem == file.parent.name:
            lab = ReleasedLab(file, read(file))
            shared = names & {cell.name for cell in lab.originals}
            found.append((len(shared), file.stem == path.stem, lab))
    best = max(found, key=lambda each: each[:2], default=None)
    return best[2] if best is not None and best[0] else None


def parameters_of(notebook: NotebookNode) -> Parameters:
    """The parameters as the notebook has them: what was injected counts, then its own cell."""
    values: dict[str, Any] = {}
    for tag in (PARAMETERS, INJECTED):
        for cell in notebook.cells:
            if cell.cell_type == "code" and tag in tags(cell) and not is_test(cell):
                values |= _constants(cell.source)
    usual: dict[str, Any] = vars(Parameters())
    return Parameters(**{
        name: value
        for name, value in values.items()
        if name in usual and type(value) is type(usual[name])
    })  # fmt: skip


def _constants(source: str) -> Iterator[tuple[str, object]]:
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for statement in statements:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Constant(value)):
                yield name, value


def _visible(source: str) -> str:
    hidden = RubricSource(source).hidden_lines
    lines = [line for n, line in enumerate(source.split("\n"), 1) if n not in hidden]
    return "\n".join(lines).strip()
