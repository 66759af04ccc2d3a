"""Six feeds of a churn system, in five of which something drifts: drawn from a generator.

Who draws them knows what happened. A feed itself does not say: it has the same columns, types, months
and number of rows whatever happened, in an order that means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

KINDS = ("records", "mix", "prior", "concept")
NONE = "none"
NUMBERS = ("tenure", "MonthlyCharges")
CATEGORIES = ("Contract", "PaymentMethod", "PaperlessBilling", "Partner")
MONTHS = 12
#: A drift begins in one of these months (0 is the first).
FIRST, LAST = 3, 9
NAMES = ("A", "B", "C", "D", "E", "F")
Truth = dict[str, Any]


@dataclass(frozen=True)
class Feeds:
    """Feeds, and what happened in each.

    Attributes:
        table: columns ``feed`` (:data:`NAMES`), ``month`` (text such as 2025-03), :data:`NUMBERS`,
            :data:`CATEGORIES` and ``Churn``.
        truth: by name of the feed a dict with ``kind``, ``column`` and ``since`` (a month); the last
            two are None for :data:`NONE`.
        forms: by name of the feed what the kind was like: ``factor``, ``renamed`` or ``missing``
            (records), ``more`` or ``fewer`` (mix and prior), else the kind.
    """

    table: pd.DataFrame
    truth: dict[str, Truth]
    forms: dict[str, str]


def six(rng: np.random.Generator, customers: pd.DataFrame, rows: int = 200) -> Feeds:
    """Six feeds in an order that means nothing: one in which nothing happens, one of each kind, one more.

    Args:
        customers: what :func:`churn.data.load` returns; each month's rows are drawn from it.
        rows: of one month.
    """
    kinds = rng.permutation([NONE, *KINDS, str(rng.choice(KINDS))])
    tables, truth, forms = [], {}, {}
    for name, kind in zip(NAMES, kinds, strict=True):
        table, truth[name], forms[name] = _feed(str(kind), rng, customers, rows)
        table.insert(0, "feed", name)
        tables.append(table)
    return Feeds(pd.concat(tables, ignore_index=True), truth, forms)


def points(found: Mapping[str, Truth], truth: Mapping[str, Truth]) -> float:
    """Points of an answer, 4 for each feed.

    A feed in which nothing happened, or of which that is said, gives all or nothing. For the others
    the kind gives 2, the column 1, and the month 1, or a half if it is the month before or after.
    """
    got = 0.0
    for name, true in truth.items():
        said = found[name]
        if NONE in (said["kind"], true["kind"]):
            got += 4 * (said["kind"] == true["kind"])
            continue
        got += 2 * (said["kind"] == true["kind"]) + (said["column"] == true["column"])
        off = abs(pd.Period(said["since"], "M").ordinal - pd.Period(true["since"], "M").ordinal)
        got += 1.0 if off == 0 else 0.5 if off == 1 else 0.0
    return got


def _feed(
    kind: str, rng: np.random.Generator, customers: pd.DataFrame, rows: int
) -> tuple[pd.DataFrame, Truth, str]:
    pool = customers[[*NUMBERS, *CATEGORIES, "Churn"]].astype(dict.fromkeys(NUMBERS, float))
    since, start = int(rng.integers(FIRST, LAST + 1)), int(rng.integers(0, 60))
    months = pd.period_range("2021-01", periods=start + MONTHS, freq="M")[start:].astype(str)
    column = str(rng.choice(CATEGORIES))
    value = str(rng.choice(_frequent(pool[column])))
    form = str(rng.choice(("factor", "renamed", "missing")))
    if kind == "records" and form == "factor":
        column = str(rng.choice(NUMBERS))
    factor = float(rng.choice((0.5, 0.6, 1.6, 2.0)))
    times = float(rng.uniform(4, 6) if rng.random() < 0.5 else rng.uniform(0.15, 0.25))
    more = float(rng.uniform(0.4, 0.55))
    lost = float(rng.uniform(0.12, 0.25))
    # One month is odd in every feed: a kind of customer comes more often, and goes again.
    odd = int(rng.integers(0, MONTHS))
    odd_column = str(rng.choice(CATEGORIES))
    odd_value = str(rng.choice(_frequent(pool[odd_column])))
    parts = []
    for place, month in enumerate(months):
        after = place >= since
        weights = np.ones(len(pool))
        if place == odd:
            weights[(pool[odd_column] == odd_value).to_numpy()] *= 1.5
        if after and kind == "mix":
            weights[(pool[column] == value).to_numpy()] *= times
        if after and kind == "prior":
            weights[(pool["Churn"] == "Yes").to_numpy()] *= 2.5 if times > 1 else 0.3
        drawn = rng.choice(len(pool), rows, p=weights / weights.sum())
        part = pool.iloc[drawn].reset_index(drop=True)
        chance = rng.random(rows)
        if after and kind == "concept":
            hit = ((part[column] == value) & (part["Churn"] == "No")).to_numpy() & (chance < more)
            part.loc[hit, "Churn"] = "Yes"
        if after and kind == "records":
            if form == "factor":
                part[column] = part[column] * factor
            elif form == "renamed":
                part[column] = part[column].replace(value, value.upper() + " (NEW)")
            else:
                part.loc[chance < lost, column] = None
        parts.append(part.assign(month=month))
    table = pd.concat(parts, ignore_index=True)
    table = table[["month", *NUMBERS, *CATEGORIES, "Churn"]]
    if kind == NONE:
        return table, {"kind": NONE, "column": None, "since": None}, NONE
    column = "Churn" if kind == "prior" else column
    how = {"records": form, "concept": kind}.get(kind, "more" if times > 1 else "fewer")
    return table, {"kind": kind, "column": column, "since": str(months[since])}, how


def _frequent(values: pd.Series) -> list[str]:
    """Values that at least a seventh of the customers have, and at most two thirds."""
    share = values.value_counts(normalize=True)
    return sorted(share.index[(share >= 1 / 7) & (share <= 2 / 3)])
