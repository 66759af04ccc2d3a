"""Canary releases and retention campaigns with what is true beside what is seen: drawn from a generator.

:func:`canaries` are two days in which a new version answers one request in ten, :func:`campaigns` a
contact that keeps some customers, leaves most as they are and drives others away. Who is which is
drawn anew each time, so there is nothing to look up here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from churn.schema import ID, TARGET

#: Looks at a canary, one every two hours; then it is promoted.
LOOKS = 24
#: What follows from a decision, in dollars.
ERROR, DELAY = 4.0, 3000.0
#: Requests that a promoted version answers before a complaint ends it.
REQUESTS_AFTER = 170_000
_EXTRA = (1.5, 2.0, 3.0, 8.0)
#: Columns by whose values customers answer a contact differently.
_BY = ("Contract", "InternetService", "PaymentMethod", "Partner", "PaperlessBilling", "gender")
Canary = dict[str, Any]
Campaign = dict[str, Any]


# --- canaries --------------------------------------------------------------------------------------


def canaries(rng: np.random.Generator, count: int) -> list[Canary]:
    """Releases, two in five of which are bad: the new version fails more often than the champion.

    Returns:
        dicts with ``hours``, what is seen: for each look a dict with the ``requests`` and ``errors`` of
        ``champion`` and ``candidate`` in the two hours before it; and ``extra``, what is true: the
        share of requests at which the candidate fails and the champion would not (0 in a good one).
    """
    return [_canary(rng) for _ in range(count)]


def _canary(rng: np.random.Generator) -> Canary:
    usual = rng.uniform(0.004, 0.02)
    factor = float(rng.choice(_EXTRA)) if rng.random() < 0.4 else 1.0
    # Nights are quiet; and in every third release something that both need fails for some hours.
    busy = 1200 * (0.55 - 0.45 * np.cos(2 * np.pi * (np.arange(LOOKS) + rng.integers(12)) / 12))
    outage = np.zeros(LOOKS)
    if rng.random() < 1 / 3:
        start = rng.integers(1, LOOKS - 3)
        outage[start : start + rng.integers(1, 4)] = rng.uniform(0.05, 0.4)
    hours = []
    for look in range(LOOKS):
        seen = {}
        for version, share, times in (("champion", 0.9, 1.0), ("candidate", 0.1, factor)):
            requests = int(rng.poisson(busy[look] * share))
            failing = min(1.0, usual * times + outage[look])
            seen[version] = {"requests": requests, "errors": int(rng.binomial(requests, failing))}
        hours.append(seen)
    return {"hours": hours, "extra": usual * (factor - 1)}


def canary_cost(canary: Canary, rolled_back: int | None) -> float:
    """Dollars that a release costs.

    Args:
        rolled_back: after how many looks (1 to 24) it was rolled back; None if it was promoted.
    """
    seen = canary["hours"][:rolled_back]
    cost = ERROR * canary["extra"] * sum(hour["candidate"]["requests"] for hour in seen)
    if rolled_back is None:
        return cost + ERROR * canary["extra"] * REQUESTS_AFTER
    return cost + (DELAY if canary["extra"] == 0 else 0.0)


def lived_through(canary: Canary, roll_back: Callable[[list[Any]], object]) -> int | None:
    """After how many looks ``roll_back``, asked at each, said True; None if it never did."""
    for look in range(1, LOOKS + 1):
        if roll_back(canary["hours"][:look]):
            return look
    return None


# --- campaigns -------------------------------------------------------------------------------------


def campaigns(
    rng: np.random.Generator, customers: pd.DataFrame, count: int, rows: int = 3000
) -> list[Campaign]:
    """Campaigns, each with a log of an earlier one and with customers to choose from.

    Args:
        customers: what :func:`churn.data.load` returns; all are drawn from it.
        rows: customers in the log, and half as many in ``today``.

    Returns:
        dicts with ``log`` (profiles, ``contacted`` by a coin, ``left``; 0 or 1), ``today`` (profiles),
        ``terms`` (``cost`` of a contact and ``gain`` of a customer who stays because of it, dollars),
        and what is true: ``kept``, for each of today's customers the drop in the probability of
        leaving that a contact brings (negative if it drives away), ``leaves`` that without a contact.
    """
    return [_campaign(rng, customers, rows) for _ in range(count)]


def _campaign(rng: np.random.Generator, customers: pd.DataFrame, rows: int) -> Campaign:
    profiles = customers.drop(columns=TARGET).dropna()  # nobody who has no bill yet
    log, today = (
        profiles.iloc[rng.integers(0, len(profiles), size)].reset_index(drop=True)
        for size in (rows, rows // 2)
    )
    for table in (log, today):
        table[ID] = [f"{number:05}-C" for number in rng.permutation(100_000)[: len(table)]]
    answers = _answers(rng, profiles)
    stays = _usual(rng, profiles)
    contacted = rng.integers(0, 2, rows)
    leaves = np.clip(stays(log, answers) - contacted * answers(log), 0.01, 0.99)
    usual = stays(today, answers)
    kept = usual - np.clip(usual - answers(today), 0.01, 0.99)
    return {
        "log": log.assign(contacted=contacted, left=(rng.random(rows) < leaves).astype(int)),
        "today": today,
        "terms": {"cost": float(rng.integers(6, 13)), "gain": float(rng.integers(80, 121))},
        "kept": pd.Series(kept, today[ID].to_numpy()),
        "leaves": pd.Series(usual, today[ID].to_numpy()),
    }


Effect = Callable[[pd.DataFrame], Any]


def _answers(rng: np.random.Generator, profiles: pd.DataFrame) -> Effect:
    """What a contact takes off the probability of leaving: by the values of two columns."""
    first, second = rng.choice(_BY, 2, replace=False)
    effects = {}
    for column, size in ((first, 0.22), (second, 0.12)):
        values = list(rng.permutation(sorted(profiles[column].unique())))
        signs = np.linspace(1, -1, len(values))
        effects[column] = {value: size * sign for value, sign in zip(values, signs, strict=True)}

    def effect(table: pd.DataFrame) -> Any:
        return sum(table[column].map(by).to_numpy(float) for column, by in effects.items())

    return effect


def _usual(
    rng: np.random.Generator, profiles: pd.DataFrame
) -> Callable[[pd.DataFrame, Effect], Any]:
    """The probability of leaving without a contact: higher where a contact drives away."""
    middle, width = profiles["tenure"].mean(), profiles["tenure"].std()
    slope = rng.uniform(0.3, 0.9)

    def usual(table: pd.DataFrame, effect: Effect) -> Any:
        old = (table["tenure"].to_numpy(float) - middle) / width
        return 1 / (1 + np.exp(0.8 + slope * old + 2.0 * effect(table)))

    return usual


def campaign_value(campaign: Campaign, called: Sequence[str]) -> float:
    """Dollars that contacting these of today's customers is expected to bring."""
    terms = campaign["terms"]
    return float(
        terms["gain"] * campaign["kept"].loc[list(called)].sum() - terms["cost"] * len(called)
    )


def best_value(campaign: Campaign) -> float:
    """What somebody would bring who knows the truth."""
    kept, terms = campaign["kept"], campaign["terms"]
    return campaign_value(campaign, list(kept.index[terms["gain"] * kept > terms["cost"]]))
