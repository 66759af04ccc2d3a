"""The Delta tables of an environment: a month is written once, whole, and again only if it changed.

``features`` has a row for each customer and month end, ``labels`` who of them left, ``monitoring``
a row for each month.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable, write_deltalake

from churn.labels import Day

FEATURES, LABELS, MONITORING = "features", "labels", "monitoring"
#: A column that the files have and the rows that are read have not: the month, one part each.
_MONTH = "month"


def write_month(folder: Path, name: str, month: pd.DataFrame) -> bool:
    """Make the rows of one month what ``month`` has; False if they are so already.

    A reader sees the month before or after, whole, also when the writer is killed.

    Args:
        folder: of the tables.
        name: of the table; made if need be.
        month: with ``as_of``, the same in all rows.

    Raises:
        ValueError: if there are no rows, or of several months.
    """
    if month["as_of"].nunique() != 1:
        raise ValueError(f"{name}: these are rows of {month['as_of'].nunique()} months, not of one")
    day = pd.Timestamp(month["as_of"].iloc[0])
    rows = month.reset_index(drop=True)
    rows["as_of"] = rows["as_of"].astype("datetime64[us]")
    known = exists(folder, name)
    if known and read(folder, name, day).equals(rows):
        return False
    rows[_MONTH] = f"{day:%Y-%m}"
    if known:
        which = f"{_MONTH} = '{day:%Y-%m}'"
        write_deltalake(folder / name, rows, mode="overwrite", predicate=which)
    else:
        write_deltalake(folder / name, rows, partition_by=[_MONTH])
    return True


def read(
    folder: Path,
    name: str,
    first: Day | None = None,
    last: Day | None = None,
    version: int | None = None,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The rows of some months, or all; in the order in which they were written within a month.

    Args:
        folder: of the tables.
        name: of the table.
        first: month end of the first month; None for all months.
        last: of the last month; None for ``first`` alone.
        version: of the table; None for the newest.
        columns: to read, in this order; None for all.

    Raises:
        FileNotFoundError: if there is no such table yet.
    """
    if not exists(folder, name):
        raise FileNotFoundError(f"there is no table {name} yet")
    table = DeltaTable(folder / name, version=version)
    wanted = None
    if first is not None:
        start, end = (f"{pd.Timestamp(d):%Y-%m}" for d in (first, first if last is None else last))
        wanted = [(_MONTH, ">=", start), (_MONTH, "<=", end)]
    # The filter works on whole files, the month's column need not be read for it.
    read = None if columns is None else list(dict.fromkeys([*columns, "as_of"]))
    found = table.to_pandas(filters=wanted, columns=read)
    found = found.sort_values("as_of", kind="stable").reset_index(drop=True)
    return found.drop(columns=_MONTH) if columns is None else found[list(columns)]


def months(folder: Path, name: str) -> list[pd.Timestamp]:
    """The month ends that a table has, oldest first; none if there is no table."""
    if not exists(folder, name):
        return []
    parts = DeltaTable(folder / name).partitions()
    found = sorted({part[_MONTH] for part in parts})
    return [pd.Timestamp(month) + pd.offsets.MonthEnd() for month in found]


def version(folder: Path, name: str) -> int:
    """The table's newest version."""
    return int(DeltaTable(folder / name).version())


def exists(folder: Path, name: str) -> bool:
    """Whether there is such a table."""
    return DeltaTable.is_deltatable(str(folder / name))
