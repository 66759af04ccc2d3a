"""A list of checks: each looks at a system and says whether it holds, and what it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from coursekit.readiness.system import System


class Seen(NamedTuple):
    """What a check saw.

    Attributes:
        holds: None where there is nothing to look at, as in a copy of the course without tests.
        said: a few words, with no figure that changes from run to run.
    """

    holds: bool | None
    said: str


class Row(NamedTuple):
    """One line of a list.

    Attributes:
        group: under which heading it stands.
        name: what is asked for, or what could go wrong.
        where: the part of this course that checks it.
        check: looks at a system.
    """

    group: str
    name: str
    where: str
    check: Callable[[System], Seen]


def nothing(found: Sequence[str], fine: str) -> Seen:
    """Holds if nothing was found; else it says what was found first."""
    return Seen(not found, found[0] if found else fine)


def look(row: Row, system: System) -> Seen:
    """What the row's check sees. A check that cannot finish has not seen that all is well."""
    try:
        return row.check(system)
    except Exception as error:
        # Whatever a broken system provokes.
        return Seen(
            False, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        )


def table(rows: Iterable[Row], system: System) -> pd.DataFrame:
    """Every row with what its check sees: ``group``, ``name``, ``where``, ``holds``, ``said``."""
    listed = list(rows)
    seen = [look(row, system) for row in listed]
    return pd.DataFrame(
        {
            "group": [row.group for row in listed],
            "name": [row.name for row in listed],
            "where": [row.where for row in listed],
            "holds": pd.array([one.holds for one in seen], dtype="boolean"),
            "said": [one.said for one in seen],
        }
    )
