"""What the source systems bring at each month's end: the customers, and who has left.

    landing/2025-01/customers.parquet          one row per customer on the last day of the month
    landing/2025-01/customers.origin.json      where it comes from, and which day it describes
    landing/2025-01/departures.parquet         everybody who is known to have left by that day

:mod:`churn.data.landing` writes them for the simulated telco and for IBM's table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from churn import schema
from churn.data.expectations import QualityGate, customer_expectations
from churn.data.landing import CUSTOMERS, DEPARTURES, month_folder
from churn.data.origin import PRODUCTION, BatchRefusedError, read_origin
from churn.labels import Day
from churn.pipeline.config import Quality

_TABLE = [schema.ID, *schema.FEATURES]
#: The kinds of column that a delivery may have, by schema's type: numbers as whole or as broken ones.
_KINDS = {"object": ("text", "OU"), "int64": ("numbers", "iuf"), "float64": ("numbers", "iuf")}


@dataclass(frozen=True)
class Delivery:
    """One month's delivery, as it was read.

    Attributes:
        customers: ``customerID`` and the 19 feature columns.
        departures: ``customerID``, ``left_on``.
    """

    customers: pd.DataFrame
    departures: pd.DataFrame


def read_delivery(landing: Path, day: Day) -> Delivery:
    """The delivery of a month's end, read and not judged.

    Raises:
        BatchRefusedError: if it is not there, not of the company's own system, of another day or
            cannot be read.
    """
    folder = month_folder(landing, day)
    month = f"{pd.Timestamp(day):%Y-%m}"
    if not (folder / CUSTOMERS).is_file():
        raise BatchRefusedError(f"nothing was delivered for {month}")
    origin = read_origin(folder / CUSTOMERS)
    if origin.environment != PRODUCTION:
        raise BatchRefusedError(f"the delivery of {month} comes from {origin.environment}")
    if origin.as_of != pd.Timestamp(day).date():
        raise BatchRefusedError(f"the delivery of {month} describes {origin.as_of}")
    try:
        customers = pd.read_parquet(folder / CUSTOMERS)
        departures = pd.read_parquet(folder / DEPARTURES)
    except (OSError, ValueError) as error:
        raise BatchRefusedError(f"the delivery of {month} cannot be read") from error
    return Delivery(customers, departures)


def accepted(
    delivery: Delivery, before: pd.DataFrame | None, quality: Quality, day: Day
) -> pd.DataFrame:
    """The customers of a delivery, if it can be built on.

    Args:
        delivery: see :func:`read_delivery`.
        before: the customers of the month before, ``customerID`` and ``tenure``; None if there are
            none.
        quality: the bounds.
        day: the month's end, by whose prices the customers are billed.

    Returns:
        ``customerID`` and the 19 feature columns, ordered by customer; ``tenure`` is cut at the
        schema's 72 months.

    Raises:
        BatchRefusedError: with what is wrong.
    """
    table = customers_of(delivery)[_TABLE].copy()
    if table.empty:
        raise BatchRefusedError("batch refused: there are no customers in it")
    _must_have_left_once(delivery.departures, table, pd.Timestamp(day))
    table["tenure"] = table["tenure"].clip(upper=schema.MAX_TENURE)
    rows = None
    if before is not None:
        rows = (
            int(len(before) * (1 - quality.max_change)),
            int(len(before) * (1 + quality.max_change)),
        )
    rules = customer_expectations(labelled=False, rows=rows, bills=quality.bills(day))
    QualityGate(rules).require(table)
    if before is not None:
        _must_have_aged(table, before, quality.min_aged)
    return table.sort_values(schema.ID, ignore_index=True)


def customers_of(delivery: Delivery) -> pd.DataFrame:
    """The customers of a delivery, which have all columns, of the kinds of the schema.

    Raises:
        BatchRefusedError: if one is missing or of another kind.
    """
    kinds = {name: _KINDS[kind] for name, kind in schema.dtypes().items() if name in _TABLE}
    _must_have(delivery.customers, kinds, "")
    return delivery.customers


def _must_have(table: pd.DataFrame, kinds: Mapping[str, tuple[str, str]], where: str) -> None:
    """Refuse a table that lacks a column, or has one of another of NumPy's kinds."""
    for name, (what, allowed) in kinds.items():
        if name not in table.columns:
            raise BatchRefusedError(f"batch refused: the column {where}{name} is missing")
        column = table[name]
        if isinstance(column, pd.DataFrame):
            raise BatchRefusedError(f"batch refused: the column {where}{name} occurs twice")
        # A type of pandas' own, such as a category, has the kind O and is none of these.
        plain = isinstance(column.dtype, np.dtype | pd.StringDtype)
        if not plain or column.dtype.kind not in allowed:
            raise BatchRefusedError(
                f"batch refused: the column {where}{name} has {column.dtype}, and not {what}"
            )


def _must_have_left_once(
    departures: pd.DataFrame, customers: pd.DataFrame, day: pd.Timestamp
) -> None:
    """Refuse departures that no label can be made of: whoever left, left once, and is gone."""
    _must_have(departures, {schema.ID: ("text", "OU"), "left_on": ("days", "M")}, "departures.")
    wrong = {
        "have no customer or no day": departures[[schema.ID, "left_on"]].isna().any(axis=1),
        "are of a customer who is there already": departures[schema.ID].duplicated(),
        f"are later than {day:%Y-%m-%d}": departures["left_on"] >= day + pd.offsets.Day(1),
        "are of customers who are still delivered": departures[schema.ID].isin(
            customers[schema.ID]
        ),
    }
    for what, rows in wrong.items():
        if rows.any():
            raise BatchRefusedError(f"batch refused: {int(rows.sum()):,} departure(s) {what}")


def _must_have_aged(table: pd.DataFrame, before: pd.DataFrame, least: float) -> None:
    """A feed that stands still repeats last month's rows: nobody in it is a month older."""
    both = before[[schema.ID, "tenure"]].merge(table, on=schema.ID, suffixes=("_before", ""))
    if both.empty:
        return  # IBM's table has other customers in each month
    older = (both["tenure_before"] + 1).clip(upper=schema.MAX_TENURE)
    share = float((both["tenure"] == older).mean())
    if share < least:
        raise BatchRefusedError(
            f"batch refused: only {share:.1%} of {len(both):,} customers are a month older than a "
            "month before"
        )
