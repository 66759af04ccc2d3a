"""Which names the source of a cell binds at its top level; read, never run."""

from __future__ import annotations

import re
import symtable
import warnings

_DEFINITION = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
_ASSIGNMENT = re.compile(r"(\w+(?: *[,=] *\w+)*) *(?::[^=]+)?=(?!=)")


def names_bound(source: str, *, imports: bool = True) -> set[str]:
    """The names that a cell assigns or defines, and with ``imports`` those that it imports.

    Raises:
        SyntaxError: it is not plain Python, as with IPython's own commands.
    """
    with warnings.catch_warnings(action="ignore"):
        table = symtable.symtable(source, "cell", "exec")
    return {
        name.get_name()
        for name in table.get_symbols()
        if name.is_assigned() or (imports and name.is_imported())
    }


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
