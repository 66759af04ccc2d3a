"""What the source notebook of a lab says about the names in it; read, never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import nbformat

from coursekit.authoring.cells import is_answer, is_test
from grader.bindings import names_bound
from grader.lab_imports import imported_modules


@dataclass(frozen=True)
class LabNames:
    """Names that test cells may use without defining them.

    Attributes:
        imports: name → (module, attribute or None), from cells that are no answer of the
            learner's. The grader imports these itself.
        theirs: names that the learner's cells define. Tests always see the learner's.
        modules: what any of its cells imports.
    """

    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()
    modules: tuple[str, ...] = ()


def names_of(notebook: Path) -> LabNames:
    """The names of a source notebook, those of its test cells left out."""
    return _names_of(notebook, notebook.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _names_of(notebook: Path, changed: int) -> LabNames:
    imports: dict[str, tuple[str, str | None]] = {}
    theirs: set[str] = set()
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code" or is_test(cell):
            continue
        try:
            theirs |= names_bound(cell.source, imports=False)
        except SyntaxError:  # IPython's own commands
            continue
        if not is_answer(cell):
            for statement in ast.parse(cell.source).body:
                imports |= _imported(statement)
    own = {name: what for name, what in imports.items() if name not in theirs}
    return LabNames(own, frozenset(theirs), imported_modules(notebook))


def _imported(statement: ast.stmt) -> dict[str, tuple[str, str | None]]:
    match statement:
        case ast.Import(names):
            # `import a.b` binds a, `import a.b as c` binds c to a.b
            tops = ((n.asname or n.name.split(".")[0], n) for n in names)
            return {bound: (n.name if n.asname else bound, None) for bound, n in tops}
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            return {n.asname or n.name: (module, n.name) for n in names if n.name != "*"}
    return {}
