"""Telcos whose customers change over the months, machines whose scores mean something else after each
training, a model that feeds on its own calls, and one that forgets: drawn from a generator.

Everything is drawn anew each time, so there is nothing to look up here. The model of the telcos is
a table, the share that left of each group of customers in the months of its window: training it is
an addition, and thirty months of every model that could have been trained fit into two small arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

from churn import features, schema

#: Months simulated, after a year of history.
MONTHS, BEFORE = 24, 12
#: The labels of a month are known so many months later.
DELAY = 3
#: A call, what a customer brings who would have left and is called, and a training; dollars.
CALL, GAIN, TRAINING = 9.0, 90.0, 900.0
_HISTORY = 24
WINDOW = 3
_LEARNED, _KEPT_BACK = 1600, 500
BREAK_EVEN = CALL / GAIN
_BY = ["Contract", "InternetService", "PaperlessBilling"]
Floats = NDArray[np.float64]
Telco = dict[str, Any]
Machine = dict[str, Any]


def telcos(
    rng: np.random.Generator, customers: pd.DataFrame, count: int, size: int = 4000
) -> list[Telco]:
    """Telcos of 36 months each: a year of history, and two years in which things may happen.

    Args:
        customers: what :func:`churn.data.load` returns; groups, their sizes and who leaves follow it.

    Returns:
        dicts with ``customers`` and ``left``, arrays of shape (36, groups) with what is counted,
        and ``rates`` of that shape, what is true: the probability of leaving within the month.
    """
    shares, usual, names = groups(customers)
    return [_telco(rng, shares, usual, names, size) for _ in range(count)]


def groups(customers: pd.DataFrame) -> tuple[Floats, Floats, pd.DataFrame]:
    """Each group's share of the customers, its usual monthly share of leavers, and its values."""
    left = (customers[schema.TARGET] == "Yes").groupby([customers[name] for name in _BY])
    size, share = left.size().to_numpy(float), left.mean().to_numpy(float)
    names = left.size().index.to_frame(index=False)
    # A quarter of what the table says leaves within a month; small groups are like all.
    usual = (share * size + 20 * share.mean()) / (size + 20) / 4
    return size / size.sum(), usual, names


def _telco(
    rng: np.random.Generator, shares: Floats, usual: Floats, names: pd.DataFrame, size: int
) -> Telco:
    months = BEFORE + MONTHS
    rates = np.tile(usual * rng.uniform(0.8, 1.2, len(usual)), (months, 1))
    sizes = np.tile(shares, (months, 1))
    for kind in rng.choice(
        ["rival", "relief", "sale", "outage"], rng.integers(1, 4), replace=False
    ):
        start = int(rng.integers(BEFORE - 2, months - 6))
        column = str(rng.choice(_BY[:2]))
        values = names[column].to_numpy()
        here = values == rng.choice(sorted(set(values)))
        if kind == "rival":
            rates[start:, here] *= rng.uniform(2.0, 4.0)
        elif kind == "relief":  # those who left most often have a reason less
            rates[start:, usual > 0.08] *= rng.uniform(0.3, 0.6)
        elif kind == "sale":
            sizes[start : start + 5, here] *= 3
        else:
            rates[start] *= rng.uniform(1.6, 2.4)
    rates = np.clip(rates, 0.002, 0.6)
    counts = np.array([rng.multinomial(size, row / row.sum()) for row in sizes])
    return {"customers": counts, "left": rng.binomial(counts, rates), "rates": rates}


def learned(telco: Telco, day: int, months: int) -> Floats:
    """Each group's share that left in the newest ``months`` labelled months before month ``day``."""
    rows = slice(max(0, day - DELAY - months + 1), day - DELAY + 1)
    counts, left = telco["customers"][rows].sum(axis=0), telco["left"][rows].sum(axis=0)
    return shares_of(counts, left)


def shares_of(counts: NDArray[Any], left: NDArray[Any]) -> Floats:
    """Each group's share that left, of its customers and of those who left.

    Ten customers like all others are added to each group, or a small one would follow its luck.
    """
    shares: Floats = (left + 10 * left.sum() / counts.sum()) / (counts + 10)
    return shares


def missed(telco: Telco, day: int, shares: Floats) -> float:
    """Dollars that month ``day`` brings less than if the truth were known.

    Args:
        shares: what is believed of each group, shape (groups,); groups from 10 % on are called.
    """
    worth = telco["customers"][day] * (GAIN * telco["rates"][day] - CALL)
    return float(np.maximum(worth, 0).sum() - worth[shares >= BREAK_EVEN].sum())


# --- when ------------------------------------------------------------------------------------------


def seen(telco: Telco, trained: int, now: int) -> dict[str, Any]:
    """What is known at the end of month ``now`` of a live model that was trained in ``trained``.

    Returns:
        ``month`` (0 to 23), ``age`` of the model in months, ``months``, the newest six labelled
        ones, the oldest first, and ``mix``, how far the groups of today's customers lie from those
        of the training rows (total variation, 0 to 1). Each of ``months`` says of those whom the
        live model would have called (``called``) and of ``others``: the ``customers``, how many of them
        it ``expected`` to leave and how many ``left``.
    """
    day, first = BEFORE + now, BEFORE + trained
    shares = learned(telco, first, WINDOW)
    months = []
    for month in range(day - DELAY - 5, day - DELAY + 1):
        counts, left = telco["customers"][month], telco["left"][month]
        line = {}
        for name, groups in (("called", shares >= BREAK_EVEN), ("others", shares < BREAK_EVEN)):
            line[name] = {
                "customers": int(counts[groups].sum()),
                "expected": float(counts[groups] @ shares[groups]),
                "left": int(left[groups].sum()),
            }
        months.append(line)
    rows = telco["customers"][first - DELAY - WINDOW + 1 : first - DELAY + 1].sum(axis=0)
    today = telco["customers"][day]
    mix = 0.5 * float(np.abs(rows / rows.sum() - today / today.sum()).sum())
    return {"month": now, "age": now - trained, "months": months, "mix": mix}


def lived_through(telco: Telco, retrain: Callable[[dict[str, Any]], object]) -> list[bool]:
    """In which of the 24 months ``retrain``, asked at the end of each but the first, said True."""
    trained, story = 0, [True]
    for now in range(1, MONTHS):
        story.append(bool(retrain(seen(telco, trained, now))))
        trained = now if story[-1] else trained
    return story


def story_cost(telco: Telco, story: list[bool]) -> float:
    """Dollars that trainings cost and ignorance misses in the 24 months."""
    cost, shares = 0.0, np.empty(0)
    for now, trains in enumerate(story):
        if trains:
            cost += TRAINING
            shares = learned(telco, BEFORE + now, WINDOW)
        cost += missed(telco, BEFORE + now, shares)
    return cost


def missed_by(telco: Telco) -> Floats:
    """Dollars missed in each month (row) by a model trained in each (column); NaN before that."""
    table = np.full((MONTHS, MONTHS), np.nan)
    for trained in range(MONTHS):
        shares = learned(telco, BEFORE + trained, WINDOW)
        for now in range(trained, MONTHS):
            table[now, trained] = missed(telco, BEFORE + now, shares)
    return table


# --- on which months -------------------------------------------------------------------------------


def crossroads(
    rng: np.random.Generator, customers: pd.DataFrame, count: int, size: int = 800
) -> list[Telco]:
    """Small telcos with 24 labelled months behind them; in two of three, who leaves changed once."""
    shares, usual, names = groups(customers)
    return [_crossroads(rng, shares, usual, names, size) for _ in range(count)]


def _crossroads(
    rng: np.random.Generator, shares: Floats, usual: Floats, names: pd.DataFrame, size: int
) -> Telco:
    rates = np.tile(usual * rng.uniform(0.8, 1.25, len(usual)), (_HISTORY + DELAY, 1))
    if rng.random() < 2 / 3:
        start = _HISTORY - int(rng.integers(2, 13))
        values = names[str(rng.choice(_BY[:2]))].to_numpy()
        up = values == rng.choice(sorted(set(values)))
        rates[start:] *= np.where(up, rng.uniform(2, 4), rng.uniform(0.3, 0.6))
    rates = np.clip(rates, 0.002, 0.6)
    counts = rng.multinomial(size, shares, len(rates))
    return {"customers": counts, "left": rng.binomial(counts, rates), "rates": rates}


def history(telco: Telco) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers and leavers of the 24 labelled months, each of shape (24, groups), oldest first."""
    return telco["customers"][:_HISTORY].copy(), telco["left"][:_HISTORY].copy()


def window_cost(telco: Telco, months: int) -> float:
    """Dollars that the next campaign misses with a model of the newest ``months`` labelled months."""
    return missed(telco, len(telco["rates"]) - 1, learned(telco, len(telco["rates"]) - 1, months))


# --- where the calls begin -------------------------------------------------------------------------


def machines(rng: np.random.Generator, count: int) -> list[Machine]:
    """Machines trained anew, each in the place of one whose threshold was tuned once.

    A machine orders customers well and its scores lie between 0 and 1, but no score is a
    probability: what 0.7 means differs from machine to machine. Rows that it has learned from it
    tells apart better than others.

    Returns:
        dicts with ``rows``, a DataFrame with ``score`` (the new machine's), ``live_score``, ``left``
        and ``learned`` (1 where the new machine was fitted on the row); ``live_threshold``; ``cost``
        and ``gain`` of a call, dollars; and, of other customers, ``later``, the new machine's scores,
        and what is true of them, ``leaves``.
    """
    return [_machine(rng) for _ in range(count)]


def _machine(rng: np.random.Generator) -> Machine:
    cost, gain = float(rng.integers(6, 13)), float(rng.integers(60, 121))
    before, now = rng.uniform(-5.8, -4.8), rng.uniform(-5.2, -3.8)
    live, new = _scale(rng), _scale(rng)

    def drawn(size: int, level: float) -> tuple[Floats, Floats]:
        risk = rng.gamma(2.0, 0.9, size)
        return risk, 1 / (1 + np.exp(-level - risk))

    def asked(scale: tuple[float, float, float], risk: Floats) -> Floats:
        middle, width, bend = scale
        distance = risk + rng.normal(0, 0.4, len(risk)) - middle
        pressed: Floats = (1 / (1 + np.exp(-distance / width))) ** bend
        return pressed

    old_risk, old_leaves = drawn(_KEPT_BACK, before)
    threshold = best_threshold(asked(live, old_risk), old_leaves, cost, gain)
    risk, leaves = drawn(_LEARNED + _KEPT_BACK, now)
    left = (rng.random(len(risk)) < leaves).astype(int)
    learned = (rng.permutation(len(risk)) < _LEARNED).astype(int)
    memory = learned * left * rng.uniform(2.5, 4.0)
    rows = {"score": asked(new, risk + memory), "live_score": asked(live, risk)}
    later_risk, later_leaves = drawn(20_000, now)
    return {
        "rows": pd.DataFrame(rows | {"left": left, "learned": learned}),
        "live_threshold": threshold,
        "cost": cost,
        "gain": gain,
        "later": asked(new, later_risk),
        "leaves": later_leaves,
    }


def _scale(rng: np.random.Generator) -> tuple[float, float, float]:
    return float(rng.uniform(0.5, 3.5)), float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.5, 2.5))


def best_threshold(scores: Floats, leaves: Floats, cost: float, gain: float) -> float:
    """The threshold whose calls bring most, if ``leaves`` are the probabilities of leaving."""
    order = np.argsort(-scores)
    brought = np.concatenate([[0.0], np.cumsum(gain * leaves[order] - cost)])
    best = int(brought.argmax())
    return float(scores[order[best - 1]]) if best else 1.0


def called_value(machine: Machine, threshold: float) -> float:
    """Dollars that calling all customers of ``later`` from ``threshold`` on is expected to bring."""
    called = machine["later"] >= threshold
    return float((machine["gain"] * machine["leaves"][called] - machine["cost"]).sum())


# --- a model that feeds on its own calls -----------------------------------------------------------


def diary(rng: np.random.Generator, customers: pd.DataFrame, months: int = 10) -> pd.DataFrame:
    """A telco whose model learns from customers whom its own calls have kept.

    A call keeps two of three who would leave, and the model, trained anew each month on all months
    so far, sees that they stay. One customer in ten is held out by chance and never called.

    Returns:
        a row per customer and month: ``month``, ``group``, ``chosen`` by the model, ``held_out`` and
        ``left`` (0 or 1).
    """
    shares, usual, names = groups(customers)
    usual = 2 * usual
    texts = names.agg(" / ".join, axis=1).to_numpy()
    believed, counts, leavers, parts = usual, np.zeros(len(usual)), np.zeros(len(usual)), []
    for month in range(months):
        group = rng.choice(len(usual), 2000, p=shares)
        chosen, held_out = believed[group] >= BREAK_EVEN, rng.random(2000) < 0.1
        leaves = usual[group] * np.where(chosen & ~held_out, 1 / 3, 1.0)
        left = rng.random(2000) < leaves
        counts += np.bincount(group, minlength=len(usual))
        leavers += np.bincount(group, left, minlength=len(usual))
        believed = (leavers + usual.mean()) / (counts + 1)
        flags = {"chosen": chosen, "held_out": held_out, "left": left}
        frame = pd.DataFrame({name: flag.astype(int) for name, flag in flags.items()})
        frame.insert(0, "group", texts[group])
        frame.insert(0, "month", month)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


# --- a model that forgets --------------------------------------------------------------------------


def taught(
    rng: np.random.Generator, customers: pd.DataFrame, remembered: int, runs: int = 3
) -> tuple[pd.DataFrame, list[str]]:
    """One linear model that is taught the customers of one contract after those of another.

    Args:
        remembered: so many earlier customers are mixed among the new ones (0: none).

    Returns:
        a table with ``run``, ``after``, ``domain`` and ``score`` (log-likelihood per customer; higher
        is better), and the order of the domains.
    """
    known = customers.sample(min(3000, len(customers)), random_state=0)
    columns, y = features.features(known), (known[schema.TARGET] == "Yes").to_numpy(int)
    contract = known["Contract"].to_numpy()
    # Without the column itself: a model that reads it keeps a place for each.
    X = features.one_hot().fit_transform(columns.assign(Contract="One year", tenure=0))
    order = [str(name) for name in rng.permutation(sorted(set(contract)))]
    lines = []
    for run in range(runs):
        judged = rng.random(len(y)) < 0.3
        model = SGDClassifier(
            loss="log_loss", learning_rate="constant", eta0=0.01, random_state=run
        )
        for step, after in enumerate(order):
            rows = np.flatnonzero(~judged & (contract == after))
            earlier = np.flatnonzero(~judged & np.isin(contract, order[:step]))
            kept = rng.choice(earlier, min(remembered, len(earlier)), replace=False)
            for _ in range(3):
                again = rng.permutation(np.concatenate([rows, kept]).astype(int))
                model.partial_fit(X[again], y[again], classes=[0, 1])
            for domain in order:
                place = judged & (contract == domain)
                p = model.predict_proba(X[place])
                score = -log_loss(y[place], p, labels=[0, 1])
                lines.append({"run": run, "after": after, "domain": domain, "score": score})
    return pd.DataFrame(lines), order
