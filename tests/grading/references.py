"""What the cells of a lab import and define, its own solutions among it, without what they do."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import Any

import harness
import nbformat

from coursekit.authoring.cells import is_test


@functools.cache
def names(lab: str) -> dict[str, Any]:
    """The namespace of a lab in which only imports, functions and literal texts have been run."""
    found: dict[str, Any] = {"__name__": "__main__"}
    for cell in nbformat.read(harness.notebook_path(lab), 4).cells:
        if cell.cell_type == "code" and not is_test(cell):
            exec("\n".join(map(ast.unparse, _kept(cell.source))), found)
    return found


def functions(lab: str, *cells: str, **instead: Any) -> dict[str, Any]:
    """What a lab's setup and these cells import and define, some of it replaced, for one test."""
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(_code(lab, "setup", *cells), found)
    found.update(instead)
    return found


@functools.cache
def _code(lab: str, *cells: str) -> str:
    return "\n".join(ast.unparse(node) for cell in cells for node in _kept(code(lab, cell)))


@functools.cache
def code(lab: str, cell: str) -> str:
    """The source of a cell, the solution in it."""
    cells = nbformat.read(harness.notebook_path(lab), 4).cells
    return next(str(one.source) for one in cells if one.id == cell)


def _kept(source: str) -> Iterator[ast.stmt]:
    for node in ast.parse(source).body:
        is_text = isinstance(node, ast.Assign) and _is_text(node.value)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef) or is_text:
            yield node


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
