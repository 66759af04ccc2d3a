"""Which modules a lab imports: read from its source, before anything is imported."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

#: Modules that load these parts only when they are used first.
_LAZY = {"mlflow": ("mlflow.sklearn", "mlflow.pyfunc", "mlflow.store.tracking.sqlalchemy_store")}


def imported_modules(notebook: Path) -> tuple[str, ...]:
    """The modules that a notebook's code cells import, in alphabetical order.

    A file that is not there, or is no notebook, has none: who grades it will say so.
    """
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    found = {name for source in sources for name in _modules(source)}
    return tuple(sorted(found | {part for name in found for part in _LAZY.get(name, ())}))


def _modules(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # IPython's own commands
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str() as module, level=0):
                yield module
