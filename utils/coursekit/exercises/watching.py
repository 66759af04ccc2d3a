"""What a monitor looks at, each with what is true beside what is seen: drawn from a generator.

:func:`windows` are customers of a reference and of a later window, :func:`services` have a year of
a daily figure behind them, :func:`estimates` of a model's precision come without labels, and
:func:`sliced` tables have errors by customer. The cases are random, and so are no answers to anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")
CATEGORIES = ("Contract", "PaymentMethod", "InternetService", "TechSupport", "gender")
#: What can change in one column of a window.
CHANGES = ("place", "spread", "share", "new", "missing")
Case = dict[str, Any]


# --- windows ---------------------------------------------------------------------------------------


def windows(
    rng: np.random.Generator,
    customers: pd.DataFrame,
    count: int,
    change: str | None = None,
    rows: tuple[int, int] = (150, 400),
) -> list[Case]:
    """Pairs of a reference and a window; in the window one column has changed, or none has.

    Args:
        customers: what :func:`churn.data.load` returns; reference and window are drawn from it.
        change: one of :data:`CHANGES`; None for quiet windows.
        rows: between these lies the number of rows of each table.

    Returns:
        dicts with ``reference``, ``window`` and ``column`` (that has changed; None for quiet ones).
    """
    made = []
    pool = customers[[*NUMBERS, *CATEGORIES]].astype(dict.fromkeys(NUMBERS, float))
    for _ in range(count):
        numbers = list(rng.permutation(NUMBERS)[: rng.integers(1, 4)])
        categories = list(rng.permutation(CATEGORIES)[: rng.integers(2, 6)])
        columns = [str(name) for name in rng.permutation([*numbers, *categories])]
        both = [_drawn(rng, pool[columns], int(rng.integers(*rows))) for _ in range(2)]
        column = None
        if change is not None:
            among = categories if change in ("share", "new") else numbers
            column = str(rng.choice(among))
            both[1][column] = _changed(rng, change, both[1][column])
        made.append({"reference": both[0], "window": both[1], "column": column})
    return made


def _drawn(rng: np.random.Generator, pool: pd.DataFrame, rows: int) -> pd.DataFrame:
    # Column by column as arrays: thousands of tables are drawn in a test.
    drawn = rng.integers(0, len(pool), rows)
    missing = rng.random((rows, pool.shape[1])) < 0.03
    columns = {}
    for place, name in enumerate(pool):
        columns[name] = pool[name].to_numpy()[drawn]
        columns[name][missing[:, place]] = np.nan
    # Kinds of contract that hardly anybody has: whether a window holds one is chance.
    if "Contract" in columns:
        trials = np.array([f"trial {number}" for number in rng.integers(1, 9, rows)], dtype=object)
        columns["Contract"] = np.where(rng.random(rows) < 0.004, trials, columns["Contract"])
    return pd.DataFrame(columns, index=pool.index[drawn])


def _changed(rng: np.random.Generator, change: str, values: pd.Series) -> pd.Series:
    n = len(values)
    if change == "place":
        return values + rng.choice((-0.7, 0.7)) * values.std()
    if change == "spread":
        return values.median() + (values - values.median()) * rng.choice((0.4, 2.5))
    if change == "missing":
        return values.mask(rng.random(n) < 0.2)
    if change == "new":
        return values.mask(rng.random(n) < 0.12, "not given")
    usual = values.mode().iloc[0]
    return values.mask(rng.random(n) < 0.45, usual)


# --- services --------------------------------------------------------------------------------------


def services(
    rng: np.random.Generator,
    count: int,
    days: int = 400,
    missed_day: tuple[float, float] = (5, 2000),
    between: tuple[float, float] = (30, 90),
) -> list[Case]:
    """Services with a daily figure that rises in trouble, a year of it known, and the days after.

    Args:
        days: of the past; twice as many come after it.
        missed_day: between these lies the price of a day on which nobody knows of the trouble.
        between: between these lies the mean number of days from one trouble to the next.

    Returns:
        dicts with ``history`` (columns value and trouble, one row for each day, all known
        afterwards), ``terms`` (missed_day and false_page, in dollars) and ``future``, as history.
    """
    made = []
    for _ in range(count):
        level, scale = rng.uniform(0, 50), math.exp(rng.uniform(-1, 2))
        effect, often = rng.uniform(0.8, 3.5), rng.uniform(1 / between[1], 1 / between[0])
        memory, glitches = rng.uniform(0, 0.5), rng.choice((0.0, 0.01, 0.03))
        lasts = rng.uniform(4, 20)
        n = 3 * days
        trouble = np.zeros(n, dtype=bool)
        day = int(rng.geometric(often))
        while day < n:
            end = day + 1 + int(rng.geometric(1 / lasts))
            trouble[day:end] = True
            day = end + 1 + int(rng.geometric(often))
        noise = rng.normal(size=n)
        for place in range(1, n):
            noise[place] = memory * noise[place - 1] + math.sqrt(1 - memory**2) * noise[place]
        noise += rng.uniform(3, 6) * (rng.random(n) < glitches)
        value = np.round(level + scale * (noise + effect * trouble), 3)
        table = pd.DataFrame({"value": value, "trouble": trouble})
        price = math.exp(rng.uniform(*np.log(missed_day)))
        terms = {
            "missed_day": float(round(price)),
            "false_page": float(rng.choice((100, 200, 400))),
        }
        future = table[days:].reset_index(drop=True)
        made.append({"history": table[:days].copy(), "terms": terms, "future": future})
    return made


def costs(days: pd.DataFrame, policy: Mapping[str, float], terms: Mapping[str, float]) -> float:
    """What a policy costs in dollars over some days.

    Args:
        days: columns value and trouble, one row for each day.
        policy: ``window``, a number of days, and ``above``: somebody is paged on a day if the mean of
            the last ``window`` values is at least ``above``. There must be as many values since the
            beginning, or since what the last page was about was over.
        terms: ``missed_day`` for each day of trouble up to the page (its own day included) or the
            trouble's end, ``false_page`` for each page on a day without trouble.
    """
    window, above = int(policy["window"]), float(policy["above"])
    value, trouble = days["value"].tolist(), days["trouble"].tolist()
    total, day, start = 0.0, 0, 0
    recent = 0.0
    while day < len(value):
        recent += value[day]
        if day - start >= window:
            recent -= value[day - window]
        total += terms["missed_day"] * trouble[day]
        if day - start + 1 >= window and recent >= above * window:
            total += terms["false_page"] * (not trouble[day])
            while day + 1 < len(value) and trouble[day] and trouble[day + 1]:
                day += 1  # somebody is at work on it
            start, recent = day + 1, 0.0
        day += 1
    return total


def least_costs(days: pd.DataFrame, terms: Mapping[str, float]) -> float:
    """What it costs somebody who knows: the first day of each trouble."""
    trouble = days["trouble"].to_numpy()
    begins = trouble & ~np.concatenate([[False], trouble[:-1]])
    return float(begins.sum() * terms["missed_day"])


NEVER = {"window": 1, "above": math.inf}


def saved(all_services: list[Case], policies: list[Mapping[str, float]]) -> float:
    """What policies save in the days to come, as a share of what somebody who knows saves."""
    saving = possible = 0.0
    for one, policy in zip(all_services, policies, strict=True):
        never = costs(one["future"], NEVER, one["terms"])
        saving += never - costs(one["future"], policy, one["terms"])
        possible += never - least_costs(one["future"], one["terms"])
    return saving / possible


# --- estimates without labels ----------------------------------------------------------------------


def estimates(
    rng: np.random.Generator,
    count: int,
    early: tuple[int, int] = (100, 800),
    off: Sequence[float] = (0.06,),
    threshold: tuple[float, float] = (0.3, 0.6),
) -> list[Case]:
    """Months whose precision was estimated from scores, with a few labels that came early.

    In half of the months customers of a score leave as they did before; in the others more of them
    leave, or fewer, all by one factor of the odds.

    Args:
        early: between these lies the number of customers whose label is there already.
        off: by one of these an estimate may be wrong and still be of use.
        threshold: between these lies the threshold of each month.

    Returns:
        dicts with ``scores`` (an array, of all customers), ``early`` (columns score and left),
        ``terms`` (threshold, estimate of the precision there, off; saves and loses in dollars) and
        ``true``: the precision that all labels of the month will show.
    """
    made = []
    for _ in range(count):
        a = rng.uniform(0.6, 1.2)
        scores = np.round(rng.beta(a, a * rng.uniform(1.5, 3), 3000), 3).clip(0.001, 0.999)
        moved = rng.normal(0, 0.8) if rng.random() < 0.5 else 0.0
        leaves = 1 / (1 + (1 / scores - 1) * math.exp(-moved))
        left = rng.random(len(scores)) < leaves
        reached = float(np.round(rng.uniform(*threshold), 2))
        chosen = scores >= reached
        some = rng.permutation(len(scores))[: int(rng.integers(*early))]
        terms = {
            "threshold": reached,
            "estimate": float(scores[chosen].mean()),
            "off": float(rng.choice(off)) if len(off) > 1 else float(off[0]),
            "saves": float(rng.choice((200, 500, 1000))),
            "loses": float(rng.choice((300, 1000, 3000))),
        }
        labels = pd.DataFrame({"score": scores[some], "left": left[some]})
        true = float(left[chosen].mean())
        made.append({"scores": scores, "early": labels, "terms": terms, "true": true})
    return made


def believing_brings(case: Case) -> float:
    """Dollars that it brings to go by the estimate of a month."""
    terms = case["terms"]
    right = abs(terms["estimate"] - case["true"]) <= terms["off"]
    return float(terms["saves"] if right else -terms["loses"])


# --- slices ----------------------------------------------------------------------------------------


def sliced(
    rng: np.random.Generator, count: int, worse: bool, rows: tuple[int, int] = (300, 600)
) -> list[Case]:
    """Tables of customers with an error for each; one slice is truly worse, or none is.

    Returns:
        dicts with ``table`` (categories), ``error`` (a Series, of the same index) and ``true``:
        None, or a dict with ``column``, ``value`` and ``excess``, by which the mean error of the
        slice exceeds that of all others.
    """
    made = []
    for _ in range(count):
        n = int(rng.integers(*rows))
        columns = {}
        for number in range(int(rng.integers(3, 7))):
            k = int(rng.integers(2, 10))
            share = rng.dirichlet(np.full(k, 1.5)) + 0.005
            values = np.array([f"{'pqrstu'[number]}{v}" for v in range(k)])
            columns[f"column_{'pqrstu'[number]}"] = rng.choice(values, n, p=share / share.sum())
        # A permuted index, as after a merge: whoever joins by place is wrong.
        table = pd.DataFrame(columns, index=rng.permutation(n) + 1000)
        scale = math.exp(rng.uniform(-2, 3))
        error = scale * rng.gamma(0.6, 1 / 0.6, n)
        true = None
        if worse:
            shares = {
                (c, v): p for c in table for v, p in table[c].value_counts(normalize=True).items()
            }
            even = sorted(shares, key=lambda one: abs(shares[one] - 0.4))
            column, value = even[int(rng.integers(0, min(8, len(even))))]
            inside = (table[column] == value).to_numpy()
            # Five standard errors: what a search over some thirty slices can find.
            by = (
                rng.uniform(4.5, 6.5)
                * scale
                * 1.3
                / math.sqrt(n * inside.mean() * (1 - inside.mean()))
            )
            error = error + by * inside
            true = {"column": str(column), "value": str(value), "excess": float(by)}
        made.append(
            {"table": table, "error": pd.Series(error, table.index, name="error"), "true": true}
        )
    return made
