"""Deliveries of a billing system for a lab on data quality: good batches, and spoilt ones.

Each spoilt batch has one defect. :mod:`churn.simulator` plants incidents in a history that it makes;
these functions spoil a table that is there already, so that a lab works on IBM's table too. Nothing
here changes its argument.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd

from churn.schema import ID, NO_INTERNET

#: What an unknown value reads.
UNKNOWN = "Unknown"
#: Customers that :func:`deliveries` needs.
ROWS = 6000
_BLOCKABLE = ("PaymentMethod", "Contract", "Churn", "MonthlyCharges", "tenure")
_MONTHS_STALE = 4
_DAYS = 30


def deliveries(
    customers: pd.DataFrame, rng: np.random.Generator
) -> tuple[list[pd.DataFrame], dict[str, pd.DataFrame]]:
    """Ten good batches of 250 to 450 rows, and five bad ones (``"A"`` to ``"E"``), one of each defect.

    No customer is in two batches. Which defect bears which letter, which column it hits and how many
    rows is drawn from ``rng``.

    Raises:
        ValueError: with fewer than :data:`ROWS` customers.
    """
    if len(customers) < ROWS:
        raise ValueError(f"fifteen deliveries need {ROWS} customers, got {len(customers)}")
    rows = customers.sample(ROWS, random_state=rng)
    ends = np.cumsum([0, *rng.integers(250, 400, size=15)])
    batches = [rows.iloc[a:b].reset_index(drop=True) for a, b in itertools.pairwise(ends)]
    kinds = rng.permutation(
        ["lost block", "loaded twice", "cents", "unknown value", "stale totals"]
    )
    bad = {
        letter: spoil(batch, str(kind), rng)
        for letter, kind, batch in zip("ABCDE", kinds, batches[10:], strict=True)
    }
    return batches[:10], bad


def spoil(
    batch: pd.DataFrame,
    defect: str,
    rng: np.random.Generator,
    column: str | None = None,
    share: float = 0.2,
) -> pd.DataFrame:
    """A copy of ``batch`` with one defect; its index is 0 to n - 1.

    Args:
        batch: a customer table that follows :mod:`churn.schema`, at least one row.
        defect: one of :data:`DEFECTS`.
        rng: says which rows, and which column if ``column`` is None.
        column: where the defect can hit several columns, the one it hits.
        share: of the rows, at least one row. ``"stale totals"`` always hits every row.

    Raises:
        ValueError: for another defect.
    """
    if defect not in DEFECTS:
        raise ValueError(f"unknown defect {defect!r}: choose one of {', '.join(DEFECTS)}")
    columns, change = DEFECTS[defect]
    length = max(1, round(share * len(batch)))
    first = int(rng.integers(0, len(batch) - length + 1))
    drawn = str(rng.choice(columns))
    spoiled = batch.reset_index(drop=True)
    return change(spoiled, column or drawn, np.arange(first, first + length))


def _lost_block(batch: pd.DataFrame, column: str, rows: np.ndarray) -> pd.DataFrame:
    if batch[column].dtype != object:
        batch[column] = batch[column].astype(float)
    batch.loc[rows, column] = None
    return batch


def _loaded_twice(batch: pd.DataFrame, _: str, rows: np.ndarray) -> pd.DataFrame:
    return pd.concat([batch, batch.loc[rows]], ignore_index=True)


def _cents(batch: pd.DataFrame, column: str, rows: np.ndarray) -> pd.DataFrame:
    batch.loc[rows, column] = (batch.loc[rows, column] * 100).round()
    return batch


def _days(batch: pd.DataFrame, column: str, rows: np.ndarray) -> pd.DataFrame:
    batch.loc[rows, column] *= _DAYS
    return batch


def _unknown_value(batch: pd.DataFrame, column: str, rows: np.ndarray) -> pd.DataFrame:
    batch.loc[rows, column] = UNKNOWN
    return batch


def _stale_totals(batch: pd.DataFrame, column: str, _: np.ndarray) -> pd.DataFrame:
    """The totals of some months ago; whoever joined since has none."""
    earlier = batch[column] - _MONTHS_STALE * batch["MonthlyCharges"]
    known = batch["tenure"] > _MONTHS_STALE
    # A total that was partly billed at lower prices must not fall below one month's charge.
    batch[column] = earlier.round(2).clip(lower=batch["MonthlyCharges"]).where(known)
    return batch


def _contradiction(batch: pd.DataFrame, column: str, rows: np.ndarray) -> pd.DataFrame:
    """Customers without internet who still have security for it."""
    online = batch.index[batch["OnlineSecurity"] != NO_INTERNET]
    batch.loc[online[: len(rows)], column] = "No"
    return batch


_Change = Callable[[pd.DataFrame, str, np.ndarray], pd.DataFrame]
#: By kind of defect, the columns it can hit and what it does to them.
DEFECTS: dict[str, tuple[tuple[str, ...], _Change]] = {
    "lost block": (_BLOCKABLE, _lost_block),
    "loaded twice": ((ID,), _loaded_twice),
    "cents": (("MonthlyCharges", "TotalCharges"), _cents),
    "days": (("tenure",), _days),
    "unknown value": (("PaymentMethod", "Contract"), _unknown_value),
    "stale totals": (("TotalCharges",), _stale_totals),
    "contradiction": (("InternetService",), _contradiction),
}
