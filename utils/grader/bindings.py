"""Which names the source of a cell binds at its top level; read, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

_DEFINITION = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
_ASSIGNMENT = re.compile(r"(\w+(?: *[,=] *\w+)*) *(?::[^=]+)?=(?!=)")


def names_bound(source: str, *, imports: bool = True) -> set[str]:
    """The names that a cell assigns or defines, and with ``imports`` those that it imports.

    Raises:
        SyntaxError: it is not plain Python, as with IPython's own commands.
    """
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(source)
    return {name for node in _at_top_level(tree) for name in _bound_by(node, imports)}


def _at_top_level(tree: ast.Module) -> Iterator[ast.AST]:
    """All of a cell but what has names of its own: bodies, parameters, a comprehension's targets."""
    # Not symtable: it takes the targets of comprehensions for names of the cell.
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
                waiting += [*node.decorator_list, *_defaults(args)]
            case ast.ClassDef():
                waiting += [*node.decorator_list, *node.bases, *node.keywords]
            case ast.Lambda(args=args):
                waiting += _defaults(args)
            case ast.comprehension():
                waiting += [node.iter, *node.ifs]
            case ast.AnnAssign(value=None):  # says a type and binds nothing
                pass
            case _:
                waiting += ast.iter_child_nodes(node)


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [default for default in (*args.defaults, *args.kw_defaults) if default is not None]


def _bound_by(node: ast.AST, imports: bool) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case (
            ast.ExceptHandler(name=str() as name)
            | ast.MatchAs(name=str() as name)
            | ast.MatchStar(name=str() as name)
            | ast.MatchMapping(rest=str() as name)
        ):
            yield name
        case ast.alias(name=name, asname=own) if imports and name != "*":
            yield own or name.split(".")[0]


def names_imported(source: str) -> set[str]:
    """The names that a cell imports and does not assign; none where it is no plain Python."""
    try:
        return names_bound(source) - names_bound(source, imports=False)
    except SyntaxError:
        return set()


def names_meant(source: str) -> set[str]:
    """The names that a cell was to bind, also where it is no Python: a learner may write anything."""
    try:
        return names_bound(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        # Lines that are not indented still tell their names.
        return {name for line in source.split("\n") for name in _names_in(line)}


def _names_in(line: str) -> list[str]:
    if found := _DEFINITION.match(line):
        return [found[1]]
    found = _ASSIGNMENT.match(line)
    return re.findall(r"\w+", found[1]) if found else []
