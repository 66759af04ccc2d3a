"""Months after an alarm, and what each remedy would bring: drawn from a generator.

A model (:func:`scores`) was fitted on the customers ``before``; ``now`` something is different, or
nothing is. :func:`worth` says what each remedy brings in dollars once the truth is known. The cases are
random, and so are no answers to anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

COLUMNS = ("tenure", "charges", "calls", "usage", "rating")
#: What happened: to the records of a column (two kinds), to the customers, to what a column means, to
#: the share of leavers; or nothing.
KINDS = ("factor", "switched_off", "mix", "concept", "prior", "nothing")
_PEOPLE = 2000  # drawn to find what a remedy brings
_SHIFT = np.array([3.0, 60.0, 2.0, 4.0, 5.0])
_SCALE = np.array([0.6, 18.0, 0.6, 1.0, 1.2])
Case = dict[str, Any]
Remedy = tuple[str, str | None]


def months(
    rng: np.random.Generator,
    count: int,
    labelled: tuple[int, int] = (150, 500),
    kind: str | None = None,
    customers: Sequence[int] = (2000, 5000, 10_000),
) -> list[Case]:
    """Months in which an alarm rang.

    Args:
        labelled: between these lies the number of today's customers whose label is known.
        kind: one of :data:`KINDS`; None for all of them, equally often.
        customers: one of these is the number of those who will be scored.

    Returns:
        dicts with ``before`` and ``now`` (columns :data:`COLUMNS` and left), ``terms`` (worth,
        contact, customers, fix, refit; dollars but for customers) and ``true``: what :func:`worth`
        needs.
    """
    kinds = [kind] if kind else list(KINDS)
    order = rng.permutation(np.resize(kinds, count))
    return [_month(rng, labelled, str(one), customers) for one in order]


def _month(
    rng: np.random.Generator, labelled: tuple[int, int], kind: str, customers: Sequence[int]
) -> Case:
    k = len(COLUMNS)
    place = int(rng.integers(k))
    weights = rng.normal(0, 0.8, k)
    intercept = rng.uniform(-2, -1)
    mixing = np.eye(k) + 0.3 * rng.normal(size=(k, k))
    new_weights, new_intercept, moved = weights.copy(), intercept, np.zeros(k)
    if kind == "concept":
        new_weights[place] -= np.copysign(rng.uniform(1.2, 2.4), weights[place])
    if kind == "prior":
        new_intercept += rng.choice((-1, 1)) * rng.uniform(0.7, 1.4)
    if kind == "mix":
        moved[place] = rng.choice((-1, 1)) * rng.uniform(0.7, 1.5)
    factor = float(rng.choice((0.5, 0.75, 1.5, 2.0)))
    stuck = rng.choice((-2.5, -1, 1, 2.5))

    def people(n: int, w: np.ndarray, c: float, m: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        inner = (rng.normal(size=(n, k)) + m) @ mixing
        chance = 1 / (1 + np.exp(-(inner @ w + c)))
        return pd.DataFrame(_SHIFT * 3 + _SCALE * inner, columns=list(COLUMNS)).round(4), chance

    def recorded(rows: pd.DataFrame) -> pd.DataFrame:
        if kind == "factor":
            return rows.assign(**{COLUMNS[place]: rows[COLUMNS[place]] * factor})
        if kind == "switched_off":
            return rows.assign(
                **{COLUMNS[place]: round(float(3 * _SHIFT[place] + stuck * _SCALE[place]), 2)}
            )
        return rows

    before, chance = people(700, weights, intercept, np.zeros(k))
    before["left"] = rng.random(len(before)) < chance
    now, chance = people(int(rng.integers(*labelled)), new_weights, new_intercept, moved)
    now = recorded(now).assign(left=rng.random(len(now)) < chance)
    rows, chance = people(_PEOPLE, new_weights, new_intercept, moved)
    terms = {
        "worth": float(rng.choice((60, 90, 120))),
        "contact": float(rng.choice((10, 15, 25))),
        "customers": int(rng.choice(customers)),
        "fix": float(rng.choice((500, 2000, 8000))),
        "refit": float(rng.choice((500, 2000, 8000))),
    }
    true = {
        "kind": kind,
        "column": None if kind in ("prior", "nothing") else COLUMNS[place],
        "rows": recorded(rows),
        "fixed": rows,
        "chance": chance,
    }
    return {"before": before, "now": now, "terms": terms, "true": true}


def scores(
    fitted: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[str] = COLUMNS
) -> np.ndarray:
    """Probability of leaving of each of ``rows``, by a logistic regression on ``fitted``.

    Args:
        fitted: customers with the columns and ``left``.
        rows: customers with the columns.
        columns: what the model may read.
    """
    known = _array(fitted, columns)
    middle, spread = known.mean(axis=0), known.std(axis=0)
    spread[spread < 1e-9] = 1.0
    x = np.column_stack([np.ones(len(known)), (known - middle) / spread])
    y = fitted["left"].to_numpy(dtype=float)
    # Newton's steps with a light ridge, which keeps a small month from running away.
    ridge = np.diag([1e-6, *np.ones(len(columns))])
    w = np.zeros(x.shape[1])
    for _ in range(6):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        curve = x.T @ (x * (p * (1 - p))[:, None]) + ridge
        w += np.linalg.solve(curve, x.T @ (y - p) - ridge @ w)
    z = np.column_stack([np.ones(len(rows)), (_array(rows, columns) - middle) / spread])
    return np.asarray(1 / (1 + np.exp(-np.clip(z @ w, -30, 30))))


def _array(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """The same as ``rows[list(columns)].to_numpy(float)``, in a fraction of its time."""
    found = np.array([rows[name].to_numpy(dtype=float) for name in columns])
    return found.reshape(len(columns), len(rows)).T


def worth(month: Case) -> dict[Remedy, float]:
    """What each remedy brings beyond doing nothing, in dollars, its price taken off."""
    terms, true, before = month["terms"], month["true"], month["before"]
    as_it_is = _campaign(month, before, true["rows"], COLUMNS)
    retrained = _campaign(month, month["now"], true["rows"], COLUMNS)
    found: dict[Remedy, float] = {
        ("nothing", None): 0.0,
        ("retrain", None): retrained - as_it_is - terms["refit"],
    }
    for name in COLUMNS:
        others = [column for column in COLUMNS if column != name]
        dropped = _campaign(month, before, true["rows"], others)
        found["drop", name] = dropped - as_it_is - terms["refit"]
        found["fix", name] = -terms["fix"]
        if (true["kind"], true["column"]) == ("factor", name):
            fixed = _campaign(month, before, true["fixed"], COLUMNS)
            found["fix", name] += fixed - as_it_is
    return found


def _campaign(
    month: Case, fitted: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[str]
) -> float:
    terms = month["terms"]
    called = scores(fitted, rows, columns) >= terms["contact"] / terms["worth"]
    gain = month["true"]["chance"] * terms["worth"] - terms["contact"]
    return float((gain * called).mean() * terms["customers"])
