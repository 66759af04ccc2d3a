"""Telcos that a small pipeline of plain data is left alone with: feeds that break, rivals, and kills.

Everything is drawn anew each time, so there is nothing to look up here. A disk is a dict from names
to plain data; a job says which writes it wants, and a kill falls between two of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coursekit.exercises.retraining import (
    BREAK_EVEN,
    CALL,
    DELAY,
    GAIN,
    WINDOW,
    Floats,
    groups,
    shares_of,
)  # fmt: skip

#: Months simulated, after a year of history.
MONTHS, BEFORE = 24, 12
#: What a training with its release costs, and an alarm: somebody looks into the feed; dollars.
TRAINING, ALARM = 900.0, 400.0
#: A broken feed stays broken for so many months, unless somebody looks into it.
BROKEN = 4
Telco = dict[str, Any]
Disk = dict[str, Any]


# --- a disk that survives kills --------------------------------------------------------------------


def performed(disk: Disk, writes: Sequence[Sequence[Any]], until: int | None = None) -> Disk:
    """The disk after the first ``until`` writes (None: all of them); ``disk`` itself stays as it is.

    Args:
        writes: each ``["put", name, value]``, which replaces what is under the name, or
            ``["append", name, value]``, which adds ``value`` to the list under the name.

    Raises:
        ValueError: a write of another form.
    """
    after = copy.deepcopy(disk)
    for write in list(writes)[:until]:
        if not isinstance(write, list | tuple) or len(write) != 3 or write[0] not in _KINDS:
            raise ValueError('a write is ["put", name, value] or ["append", name, value]')
        kind, name, value = write
        if kind == "put":
            after[name] = copy.deepcopy(value)
        else:
            after[name] = [*after.get(name, []), copy.deepcopy(value)]
    return after


_KINDS = ("put", "append")


# --- keep, retrain, alarm --------------------------------------------------------------------------


def telcos(
    rng: np.random.Generator, customers: pd.DataFrame, count: int, size: int = 4000
) -> list[Telco]:
    """Telcos of 36 months each, a year of history and two years in which things may happen.

    Returns:
        dicts with ``names`` of the groups; ``customers``, ``left`` and ``rates`` (what is true),
        arrays of shape (36, groups); ``rival``, the month from which other customers leave, or
        None; and ``faults``, each with the ``start`` of a broken feed and ``moves``, of shape
        (groups, groups): the share of a group's customers (row) that arrives in another (column).
    """
    shares, usual, names = groups(customers)
    return [_telco(rng, shares, usual, names, size) for _ in range(count)]


def _telco(
    rng: np.random.Generator, shares: Floats, usual: Floats, names: pd.DataFrame, size: int
) -> Telco:
    months, faults, rival = BEFORE + MONTHS, [], None
    rates = np.tile(usual * rng.uniform(0.8, 1.2, len(usual)), (months, 1))
    sizes = np.tile(shares * size, (months, 1))
    service = names["InternetService"].to_numpy()
    values = sorted(set(service))
    if rng.random() < 0.7:
        rival = int(rng.integers(BEFORE + 2, months - 8))
        column = names[str(rng.choice(["Contract", "InternetService"]))].to_numpy()
        rates[rival:, column == rng.choice(sorted(set(column)))] *= rng.uniform(2.0, 4.0)
        rates[rival:, usual > 0.08] *= rng.uniform(0.5, 1.0)
    if rng.random() < 0.6:
        start = int(rng.integers(BEFORE, months - 6))
        sizes[start : start + 5, service == rng.choice(values)] *= 3
    for start in rng.permutation([BEFORE + 4, BEFORE + 11, BEFORE + 18])[: rng.integers(0, 3)]:
        source, target = rng.permutation(values)[:2]
        faults.append(
            {"start": int(start + rng.integers(0, 3)), "moves": _moves(rng, names, source, target)}
        )
    rates = np.clip(rates, 0.002, 0.6)
    counts = rng.poisson(sizes)
    return {
        "names": names.agg(" / ".join, axis=1).tolist(),
        "customers": counts,
        "left": rng.binomial(counts, rates),
        "rates": rates,
        "rival": rival,
        "faults": faults,
    }


def _moves(rng: np.random.Generator, names: pd.DataFrame, source: str, target: str) -> Floats:
    lost = rng.uniform(0.7, 0.95)
    rows = names.to_dict("records")
    moves = np.eye(len(rows))
    for place, row in enumerate(rows):
        other = row | {"InternetService": target}
        if row["InternetService"] == source and other in rows:
            moves[place, place] = 1 - lost
            moves[place, rows.index(other)] = lost
    return moves


def lived_through(telco: Telco, decide: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What becomes of 24 months in which ``decide`` is asked before each month's calls.

    Returns:
        ``said``, its words, and ``cost``, dollars for trainings and alarms and what the calls
        bring less than they would if everything were known.
    """
    feed = [np.eye(len(telco["names"])) for _ in range(BEFORE + MONTHS)]
    for fault in telco["faults"]:
        for day in range(fault["start"], min(fault["start"] + BROKEN, len(feed))):
            feed[day] = fault["moves"]
    age, cost, said = 1, 0.0, []
    model = _learned(telco, feed, BEFORE - 1)
    for month in range(MONTHS):
        day = BEFORE + month
        word = decide(_seen(telco, feed, model, age, day))
        if word not in ("keep", "retrain", "alarm"):
            raise ValueError(f'"keep", "retrain" or "alarm" is asked for, not {word!r}')
        said.append(word)
        if word == "alarm":
            cost += ALARM
            later = next((d for d in range(day, len(feed)) if _whole(feed[d])), len(feed))
            feed[day:later] = [np.eye(len(telco["names"]))] * (later - day)
        if word == "retrain":
            cost, age, model = cost + TRAINING, 0, _learned(telco, feed, day)
        worth = telco["customers"][day] * (GAIN * telco["rates"][day] - CALL)
        cost += float(np.maximum(worth, 0).sum() - (worth @ feed[day])[model >= BREAK_EVEN].sum())
        age += 1
    return {"said": said, "cost": cost}


def _whole(moves: Floats) -> bool:
    return bool(np.array_equal(moves, np.eye(len(moves))))


def _arrived(telco: Telco, feed: list[Floats], day: int) -> tuple[Floats, Floats]:
    return np.rint(telco["customers"][day] @ feed[day]), np.rint(telco["left"][day] @ feed[day])


def _learned(telco: Telco, feed: list[Floats], day: int) -> Floats:
    months = [_arrived(telco, feed, d) for d in range(day - DELAY - WINDOW + 1, day - DELAY + 1)]
    return shares_of(*(np.sum(part, axis=0) for part in zip(*months, strict=True)))


def _seen(telco: Telco, feed: list[Floats], model: Floats, age: int, day: int) -> dict[str, Any]:
    labelled = []
    for d in range(day - DELAY - 5, day - DELAY + 1):
        counts, left = _arrived(telco, feed, d)
        columns = zip(telco["names"], counts, counts * model, left, strict=True)
        labelled.append(
            {
                g: {"customers": int(n), "expected": float(e), "left": int(k)}
                for g, n, e, k in columns
            }
        )
    arrived = [_arrived(telco, feed, d)[0].astype(int).tolist() for d in range(day - 6, day + 1)]
    return {
        "month": day - BEFORE,
        "age": age,
        "model": dict(zip(telco["names"], model.tolist(), strict=True)),
        "customers": [dict(zip(telco["names"], row, strict=True)) for row in arrived],
        "labelled": labelled,
    }


# --- left alone ------------------------------------------------------------------------------------


def worlds(
    rng: np.random.Generator, customers: pd.DataFrame, count: int, size: int = 4000
) -> list[Telco]:
    """Telcos with a rival, deliveries that are bad in some months, and two months with a kill.

    Returns:
        dicts with ``disk``, what the pipeline finds in month 0, and ``deliveries``, one a month; for
        those who judge ``worth`` of calling each group, dollars, shape (24, groups), ``names``,
        ``rival``, ``bad`` (month → what is wrong) and ``kills`` (month → a number from 0 to 1: at
        which of the month's writes).
    """
    shares, usual, names = groups(customers)
    return [_world(rng, shares, usual, names, size) for _ in range(count)]


def _world(
    rng: np.random.Generator, shares: Floats, usual: Floats, names: pd.DataFrame, size: int
) -> Telco:
    texts = names.agg(" / ".join, axis=1).tolist()
    months = DELAY + WINDOW + MONTHS
    first = DELAY + WINDOW  # the place of month 0
    rates = np.tile(usual * rng.uniform(0.8, 1.2, len(usual)), (months, 1))
    rival = int(rng.integers(2, 11))
    column = names[str(rng.choice(["Contract", "InternetService"]))].to_numpy()
    rates[first + rival :, column == rng.choice(sorted(set(column)))] *= rng.uniform(2.5, 4.0)
    rates[first + rival :, usual > 0.08] *= rng.uniform(0.3, 0.6)
    rates = np.clip(rates, 0.002, 0.6)
    counts = rng.poisson(shares * size * rng.uniform(0.97, 1.03, (months, 1)))
    left = rng.binomial(counts, rates)
    true = [
        {g: [int(n), int(k)] for g, n, k in zip(texts, counts[d], left[d], strict=True)}
        for d in range(months - DELAY)
    ]
    # Never two in a row: the month before once more would be bad twice over.
    bad_months = np.sort(rng.choice(np.arange(1, MONTHS - 4), 5, replace=False)) + np.arange(5)
    bad = dict(zip(bad_months.tolist(), rng.permutation(list(_SPOIL)).tolist(), strict=True))
    deliveries: list[dict[str, Any]] = []
    for month in range(MONTHS):
        told = true[WINDOW + month]
        if month in bad:
            before = deliveries[-1]["groups"]
            told = _SPOIL[bad[month]](rng, told, before)
        deliveries.append({"month": month, "groups": copy.deepcopy(told)})
    model = shares_of(counts[:WINDOW].sum(axis=0), left[:WINDOW].sum(axis=0))
    disk = {
        "champion": {"version": 1, "shares": dict(zip(texts, model.tolist(), strict=True))},
        "labels": [{"month": d - first, "groups": true[d]} for d in range(WINDOW)],
        "orders": [],
        "alarms": [],
    }
    hit = rng.choice(MONTHS, 2, replace=False)
    return {
        "names": texts,
        "disk": disk,
        "deliveries": deliveries,
        "worth": (counts * (GAIN * rates - CALL))[first:],
        "rival": rival,
        "bad": bad,
        "kills": dict(zip(hit.tolist(), rng.random(2).tolist(), strict=True)),
    }


Month = dict[str, list[int]]


def _without_some(rng: np.random.Generator, told: Month, before: Month) -> Month:
    gone = set(rng.permutation(list(told))[: rng.integers(2, 6)].tolist())
    return {group: line for group, line in told.items() if group not in gone}


def _doubled(rng: np.random.Generator, told: Month, before: Month) -> Month:
    return {group: [2 * n, 2 * k] for group, (n, k) in told.items()}


def _swapped(rng: np.random.Generator, told: Month, before: Month) -> Month:
    return {group: [k, n] for group, (n, k) in told.items()}


def _nobody(rng: np.random.Generator, told: Month, before: Month) -> Month:
    return {group: [n, 0] for group, (n, _) in told.items()}


def _stale(rng: np.random.Generator, told: Month, before: Month) -> Month:
    return before


_SPOIL: dict[str, Callable[[np.random.Generator, Month, Month], Month]] = {
    "missing groups": _without_some,
    "every row twice": _doubled,
    "columns swapped": _swapped,
    "nobody left": _nobody,
    "the month before once more": _stale,
}


def left_alone(
    world: Telco, run_month: Callable[[Disk, dict[str, Any]], Any], kills: bool = True
) -> list[Disk]:
    """The disk after each of the 24 months; a month with a kill is begun again from what is there."""
    disk, disks = copy.deepcopy(world["disk"]), []
    for delivery in world["deliveries"]:
        if kills and delivery["month"] in world["kills"]:
            writes = list(run_month(disk, delivery))
            place = int(world["kills"][delivery["month"]] * len(writes))
            disk = performed(disk, writes, place)
        disk = performed(disk, run_month(disk, delivery))
        disks.append(disk)
    return disks


def called(champion: dict[str, Any]) -> list[str]:
    """The groups that a champion calls, sorted: those with a share of at least 10 %."""
    return sorted(group for group, share in champion["shares"].items() if share >= BREAK_EVEN)


def money(world: Telco, disks: list[Disk]) -> NDArray[np.float64]:
    """Dollars that each month's calls brought, less :data:`TRAINING` where the champion was changed."""
    brought, before = [], world["disk"]["champion"]
    for month, disk in enumerate(disks):
        orders = [order["groups"] for order in disk["orders"] if order["month"] == month]
        who = [group for groups_called in orders for group in groups_called]
        changed = disk["champion"]["shares"] != before["shares"]
        brought.append(_brought(world, month, who) - TRAINING * changed)
        before = disk["champion"]
    return np.array(brought)


def _brought(world: Telco, month: int, who: list[str]) -> float:
    """Dollars of calling some groups in a month; a group that stands there twice is called twice."""
    place = [world["names"].index(group) for group in who]
    return float(world["worth"][month][place].sum())


def possible(world: Telco) -> NDArray[np.float64]:
    """Dollars that each month would bring if everything were known."""
    return np.maximum(world["worth"], 0).sum(axis=1)


def every_quarter(world: Telco) -> NDArray[np.float64]:
    """Dollars that each month brings somebody who knows which deliveries are bad and trains in the
    months 2, 5, 8 and so on, on the newest three months of good labels; trainings taken off.
    """
    known = [one["groups"] for one in world["disk"]["labels"]]
    champion, brought = world["disk"]["champion"], []
    for month, delivery in enumerate(world["deliveries"]):
        known += [delivery["groups"]] * (month not in world["bad"])
        trains = month % 3 == 2
        if trains:
            table = [[one[group] for group in world["names"]] for one in known[-WINDOW:]]
            shares = shares_of(*np.sum(table, axis=0).T)
            champion = {"shares": dict(zip(world["names"], shares.tolist(), strict=True))}
        brought.append(_brought(world, month, called(champion)) - TRAINING * trains)
    return np.array(brought)
