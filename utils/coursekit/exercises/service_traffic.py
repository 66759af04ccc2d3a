"""Weeks of requests to the service: three honest clients, and thieves who use the key of one.

Made from a seed. The shape is that of :func:`churn.monitoring.usage.requests`; who is honest is known
because it was planted, so that a check can be judged.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from churn.schema import ID

START = pd.Timestamp("2025-03-03", tz="UTC")  # a Monday
#: Customers of the telco in this traffic.
CUSTOMERS = 7000
#: Requests an hour of a weekday: a call center by day, a web shop day and evening.
_CENTER = (*[0] * 8, 20, 34, 40, 40, 30, 36, 40, 38, 30, 18, *[0] * 6)
_SHOP = (2, 1, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 8, 7, 7, 7, 8, 9, 11, 13, 13, 10, 6, 3)
_NIGHTLY = 300  # customers whom the nightly job asks about
Attack = Literal["guesses ids", "varies a field", "asks at night", "varies slowly"]


def honest(seed: int = 0, days: int = 21) -> pd.DataFrame:
    """Requests of a call center, a shop and a nightly job.

    The call center mistypes an id in fifty, and asks about another contract in ten calls. The shop
    shows customers up to eight offers. The job asks about the same customers each night. A day's
    traffic scatters by a fifth, and weekends are calmer.
    """
    rng = np.random.default_rng([seed, 1])
    parts = []
    for day in range(days):
        busy = rng.gamma(25, 1 / 25) * (0.4 if day % 7 >= 5 else 1.0)
        center = rng.poisson(np.array(_CENTER) * busy)
        parts.append(_ask(rng, "call center", day, center, typos=0.02, what_if=0.1, most=3))
        busy = rng.gamma(25, 1 / 25) * (1.3 if day % 7 >= 5 else 1.0)
        shop = rng.poisson(np.array(_SHOP) * busy)
        parts.append(_ask(rng, "shop", day, shop, typos=0.0, what_if=0.4, most=8))
        second = 2 * 3600 + np.sort(rng.uniform(0, 1800, _NIGHTLY))
        parts.append(_frame("nightly job", day, second, np.arange(_NIGHTLY), True, "{}"))
    return _sorted(parts)


def attack(kind: Attack, requests: int, seed: int = 0, day: int = 20) -> pd.DataFrame:
    """What somebody sends with the call center's key, beginning on ``day``.

    ``guesses ids`` draws ids by chance in office hours, of which one in a hundred exists. ``varies a
    field`` asks about one customer with so many different bills. ``asks at night`` asks about so many
    customers between two and four o'clock. ``varies slowly`` is the same as ``varies a field``, with
    three versions of a customer a day.
    """
    rng = np.random.default_rng([seed, 2])
    office = np.sort(rng.uniform(9 * 3600, 16 * 3600, requests))
    if kind == "guesses ids":
        known = rng.random(requests) < 0.01
        customers = np.where(known, rng.integers(0, CUSTOMERS, requests), -1)
        return _frame("call center", day, office, customers, known, "{}")
    bills = [f'{{"MonthlyCharges": {20 + 0.05 * step:.2f}}}' for step in range(requests)]
    if kind == "varies a field":
        return _frame("call center", day, office, rng.integers(CUSTOMERS), True, bills)
    if kind == "asks at night":
        second = np.sort(rng.uniform(2 * 3600, 4 * 3600, requests))
        customers = rng.integers(0, CUSTOMERS, requests)
        return _frame("call center", day, second, customers, True, "{}")
    later = np.arange(requests) // 3
    return _sorted(
        [
            _frame("call center", day + n, office[later == n], rng.integers(CUSTOMERS), True,
                   [bill for bill, when in zip(bills, later, strict=True) if when == n])
            for n in range(later[-1] + 1)
        ]
    )  # fmt: skip


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    """Several clients' requests in the order of time."""
    return _sorted(list(parts))


def _ask(
    rng: np.random.Generator,
    client: str,
    day: int,
    hourly: np.ndarray,
    typos: float,
    what_if: float,
    most: int,
) -> pd.DataFrame:
    n = int(hourly.sum())
    second = np.repeat(np.arange(24), hourly) * 3600 + rng.uniform(0, 3600, n)
    known = rng.random(n) >= typos
    customers = np.where(known, rng.integers(0, CUSTOMERS, n), -1)
    versions = np.where(known & (rng.random(n) < what_if), rng.integers(2, most + 1, n), 1)
    # The versions of a customer follow each other by half a minute.
    which = np.concatenate([np.arange(count) for count in versions]) if n else np.arange(0)
    given = [f'{{"version": {number}}}' if number else "{}" for number in which]
    spread = np.repeat(second, versions) + 30 * which
    return _frame(
        client,
        day,
        np.minimum(spread, 86_399),
        np.repeat(customers, versions),
        np.repeat(known, versions),
        given,
    )


def _frame(
    client: str, day: int, second: np.ndarray, customers: Any, known: Any, given: Any
) -> pd.DataFrame:
    at = START + pd.to_timedelta(day, "D") + pd.to_timedelta(second, "s")
    number = np.broadcast_to(customers, len(second))
    # An id that nobody has: each of them another one.
    number = np.where(number < 0, 10**6 + np.arange(len(second)), number)
    ids = [f"c{one}" for one in number]
    return pd.DataFrame({"client": client, "at": at, ID: ids, "known": known, "given": given})


def _sorted(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts).sort_values("at", kind="stable", ignore_index=True)
