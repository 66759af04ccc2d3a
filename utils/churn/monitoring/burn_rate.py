"""Multi-window burn-rate alerts: whether a budget burns fast enough to call somebody.

A rule looks at two windows. The long one says that enough of the budget is gone to matter, the short
one, a twelfth of it, that it is still burning: without it an alert would go on for hours after the
trouble is over. Source: *The Site Reliability Workbook*, chapter 5, its sixth and last approach.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.monitoring.slo import Objective, burn_rate

Severity = Literal["page", "ticket"]


@dataclass(frozen=True)
class Rule:
    """Alert while the budget burns ``factor`` times too fast in both windows.

    Attributes:
        severity: ``page`` wakes somebody up, ``ticket`` waits for working hours.
        factor: the burn rate from which on.
        long: the window that says how much was spent, in hours.
        short: the window that says it goes on, in hours.
        least_bad: fewer bad events in the long window say nothing, whatever their share: with little
            traffic two of them may look like a fire.
    """

    severity: Severity
    factor: float
    long: float
    short: float
    least_bad: int = 1

    def budget_spent(self, objective: Objective) -> float:
        """Share of the period's budget that is gone when the rule has just fired, even traffic."""
        return self.factor * self.long / (24 * objective.days)


#: The workbook's parameters for a period of 30 days: 2 % of the budget in an hour and 5 % in six
#: hours page, 10 % in three days are a ticket.
WORKBOOK = (
    Rule("page", 14.4, 1, 1 / 12),
    Rule("page", 6, 6, 0.5),
    Rule("ticket", 1, 72, 6),
)
#: The same for traffic of a few hundred requests an hour at night, and for errors that come in
#: moments: ``python benchmarks/alerts.py`` compares the two.
FEW_AT_NIGHT = (
    Rule("page", 14.4, 1, 1 / 12, least_bad=8),
    Rule("page", 6, 6, 0.5, least_bad=15),
    Rule("ticket", 1, 72, 6),
)


def rolling(counts: pd.DataFrame, hours: float) -> pd.DataFrame:
    """``bad`` and ``total`` of the last ``hours`` up to and with each row.

    Args:
        counts: ``bad`` and ``total`` by time, in even steps; a step counts what happened from its
            time until the next.
        hours: length of the window, a multiple of the step.

    Raises:
        ValueError: the steps are not even, or the window is no multiple of them.
    """
    times = pd.DatetimeIndex(counts.index)
    steps = np.unique(np.diff(times.to_numpy()))
    if len(steps) != 1:
        raise ValueError("counts must come in even steps of time: count empty steps as 0 of 0")
    length = dt.timedelta(hours=hours) / pd.Timedelta(steps[0])
    if length < 1 - 1e-6 or abs(length - round(length)) > 1e-6:
        raise ValueError(f"a window of {hours:g} h is no multiple of the step of {steps[0]}")
    sums = counts[["bad", "total"]].to_numpy().cumsum(axis=0)
    before = np.zeros_like(sums)
    before[round(length) :] = sums[: -round(length)]
    return pd.DataFrame(sums - before, index=times, columns=["bad", "total"])


def burning(counts: pd.DataFrame, objective: Objective, rule: Rule) -> NDArray[np.bool_]:
    """At the end of which steps the rule fires; ``counts`` as in :func:`rolling`."""
    long, short = rolling(counts, rule.long), rolling(counts, rule.short)
    fires = np.asarray(long["bad"] >= rule.least_bad)
    for window in (long, short):
        rate = burn_rate(objective, window["bad"].to_numpy(), window["total"].to_numpy())
        fires &= rate >= rule.factor
    return fires
