"""Three years of a service, counted every five minutes, with what went wrong in them.

Made from a seed: traffic by the hour of the day, a few errors that are always there, restarts at
releases, clients that misbehave for a moment, and troubles that somebody should know about. What went
wrong is given beside the counts, so that a policy of alerts can be judged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.monitoring.alerts import Trouble

START = "2023-01-01"
STEP = dt.timedelta(minutes=5)
#: Requests in five minutes by hour of the day: a call center and its website.
_TRAFFIC = (
    *(30, 24, 20, 20, 22, 30, 60, 120, 240, 340, 380, 390),
    *(360, 350, 370, 380, 360, 320, 260, 200, 160, 110, 70, 45),
)  # fmt: skip
#: Share of requests that fail when all is well.
USUAL_ERRORS = 0.0002


@dataclass(frozen=True)
class _Kind:
    """Troubles of one kind: how often, how bad, how long, and what they deserve."""

    a_year: float
    errors: tuple[float, float]
    hours: tuple[float, float]
    deserves: str | None
    within_hours: float


#: Shares of failing requests for an objective of 99.9 %: times 1,000 they are burn rates.
_KINDS = {
    "fast burn": _Kind(8, (0.08, 1.0), (1.0, 4.0), "page", 1.0),
    "medium burn": _Kind(4, (0.012, 0.014), (8.0, 16.0), "page", 6.0),
    "slow burn": _Kind(4, (0.002, 0.003), (72.0, 120.0), "ticket", 72.0),
    "release": _Kind(52, (0.02, 0.05), (1 / 12, 1 / 12), None, 1.0),
    "odd client": _Kind(70, (0.01, 0.08), (1 / 12, 1 / 12), None, 1.0),
}


@dataclass(frozen=True)
class ServiceYears:
    """Counts of a service, and the truth about them.

    Attributes:
        counts: ``total`` requests and ``bad`` ones, by the beginning of each five minutes.
        troubles: what was planted, in the order of time; ``kinds`` has their names.
    """

    counts: pd.DataFrame
    troubles: tuple[Trouble, ...]
    kinds: tuple[str, ...]


def service_years(seed: int = 0, months: int = 36, quiet: bool = False) -> ServiceYears:
    """The counts of ``months`` months.

    Args:
        seed: of all draws.
        months: at least one.
        quiet: only what deserves nobody's attention is planted.
    """
    rng = np.random.default_rng(seed)
    start = pd.Timestamp(START)
    times = pd.date_range(start, start + pd.DateOffset(months=months), freq=STEP, inclusive="left")
    total = rng.poisson(np.asarray(_TRAFFIC)[times.hour])
    share = np.full(len(times), USUAL_ERRORS)
    planted: list[tuple[Trouble, str]] = []
    taken = np.zeros(len(times), dtype=bool)
    for name, kind in _KINDS.items():
        if quiet and kind.deserves:
            continue
        for _ in range(rng.poisson(kind.a_year * months / 12)):
            length = round(rng.uniform(*kind.hours) * 12)
            errors = float(np.exp(rng.uniform(*np.log(kind.errors))))
            first = int(rng.integers(12 * 24, len(times) - length))
            rows = slice(first, first + length)
            # A day between two of them, so that each can be told from the others.
            near = slice(max(0, first - 12 * 24), first + length + 12 * 24)
            if kind.deserves and taken[near].any():
                continue
            if kind.deserves:
                taken[rows] = True
            share[rows] = np.maximum(share[rows], errors)
            trouble = Trouble(
                times[first],
                times[first] + length * STEP,
                kind.deserves,  # type: ignore[arg-type]
                dt.timedelta(hours=kind.within_hours),
            )
            planted.append((trouble, name))
    planted.sort(key=lambda one: one[0].start)
    bad = rng.binomial(total, share)
    counts = pd.DataFrame({"total": total, "bad": bad}, index=times)
    return ServiceYears(
        counts, tuple(one for one, _ in planted), tuple(name for _, name in planted)
    )
