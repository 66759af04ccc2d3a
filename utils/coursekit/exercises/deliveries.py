"""Deliveries of a billing system for a lab on data quality: good batches, and spoilt ones.

Each spoilt batch has one defect. :mod:`churn.simulator` plants incidents in a history that it makes;
these functions spoil a table that is there already, so that a lab works on IBM's table too. Nothing
here changes its argument.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

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
#: In how many rows :func:`break_rules` breaks each rule, if it is not told otherwise.
WORST = {
    "customerID: completeness": 2,
    "customerID: uniqueness": 5,
    "tenure: completeness": 3,
    "tenure: validity": 4,
    "InternetService: completeness": 6,
    "InternetService: validity": 7,
    "OnlineSecurity: completeness": 8,
    "OnlineSecurity: validity": 9,
    "OnlineSecurity: consistency": 6,
    "Contract: completeness": 5,
    "Contract: validity": 4,
    "PaymentMethod: completeness": 3,
    "PaymentMethod: validity": 2,
    "MonthlyCharges: completeness": 7,
    "MonthlyCharges: validity": 6,
    "TotalCharges: completeness": 4,
    "TotalCharges: validity": 5,
    "TotalCharges: consistency": 3,
    "Churn: completeness": 9,
    "Churn: validity": 8,
}
#: Fewest months and least total of a row in which :func:`break_rules` plants a defect.
_SETTLED = (2, 200.0)
#: Customers whom it makes new.
_NEW = 2


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


def break_rules(batch: pd.DataFrame, rows: Mapping[str, int] = WORST) -> pd.DataFrame:
    """A copy of ``batch`` in which rules are broken, each in rows of its own; its index is 0 to n - 1.

    Two other customers become new ones without a total, which breaks no rule.

    Args:
        batch: a customer table that follows :mod:`churn.schema`.
        rows: by rule (``"column: dimension"``, keys of :data:`WORST`) how many rows break it; a
            uniqueness needs at least two, and those of a consistency or a range are broken both
            ways.

    Raises:
        ValueError: for an unknown rule, or with too few customers with or without internet.
    """
    if unknown := set(rows) - set(WORST):
        raise ValueError(f"there is no rule {', '.join(sorted(unknown))}")
    broken = batch.reset_index(drop=True).astype(
        dict.fromkeys(("tenure", "MonthlyCharges", "TotalCharges"), float)
    )
    months, least = _SETTLED
    settled = (broken["tenure"] >= months) & (broken["TotalCharges"] >= least)
    offline = broken["InternetService"] == "No"
    free = {
        "online": list(broken.index[settled & ~offline]),
        "offline": list(broken.index[settled & offline]),
    }
    for rule, count in rows.items():
        column, dimension = rule.split(": ")
        kinds = ["online", "offline"] if rule == "OnlineSecurity: consistency" else ["online"]
        places = []
        for number in range(count):
            kind = kinds[number % len(kinds)]
            if not free[kind]:
                raise ValueError(f"there are too few settled customers {kind} for {rule}")
            places.append(free[kind].pop(0))
        if dimension == "uniqueness":
            broken.loc[places, column] = broken.loc[places[0], column]
        elif rule == "TotalCharges: consistency":
            broken.loc[places, column] = (broken.loc[places, "MonthlyCharges"] - 0.01).round(2)
        else:
            values = _BROKEN.get(rule, (None,))
            for number, place in enumerate(places):
                broken.loc[place, column] = values[number % len(values)]
    # A rule of completeness that forgets its condition finds them.
    broken.loc[free["online"][-_NEW:], ["tenure", "TotalCharges"]] = [0, None]
    return broken


#: What stands in the rows that break a rule, in turn; nothing for a rule of completeness.
_BROKEN: dict[str, tuple[str | float, ...]] = {
    "tenure: validity": (73, -1),
    "InternetService: validity": ("Satellite", "dsl"),
    "OnlineSecurity: validity": ("yes", UNKNOWN),
    # Online customers come first, then those without internet.
    "OnlineSecurity: consistency": (NO_INTERNET, "No"),
    "Contract: validity": ("Two years",),
    "PaymentMethod: validity": ("Credit card",),
    "MonthlyCharges: validity": (130.01, 14.99),
    "TotalCharges: validity": (10_000.01,),
    "Churn: validity": ("no", "Maybe"),
}


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
