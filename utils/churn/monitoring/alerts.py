"""From a rule that fires to a person who is called, and what a policy costs.

An alert names an action and who takes it, is sent once for one trouble, and is judged afterwards: a
page that nobody needed costs sleep and trust, a trouble without a page costs until somebody
stumbles on it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn.monitoring.burn_rate import Rule, Severity, burning
from churn.monitoring.slo import Objective

#: An alert that comes again so soon after it ended is the same one.
SAME_ALERT = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Action:
    """What the person who gets the alert does first.

    Attributes:
        first_step: a sentence in the imperative.
        runbook: where the other steps are written, a file beside the code: see :func:`steps`.
        role: who is called: a role, not a person.

    Raises:
        ValueError: one of them is empty: an alert without an action trains people to look away.
    """

    first_step: str
    runbook: str
    role: str

    def __post_init__(self) -> None:
        for name in ("first_step", "runbook", "role"):
            if not getattr(self, name).strip():
                raise ValueError(f"an alert names an action: its {name} is empty")


@dataclass(frozen=True)
class Alert:
    """Sent once: from ``at``, when a rule fired, until ``until``, when none did any more.

    ``objective`` is the name of the one whose budget burns.
    """

    objective: str
    severity: Severity
    at: pd.Timestamp
    until: pd.Timestamp
    action: Action


def alerts(
    counts: pd.DataFrame,
    objective: Objective,
    rules: Sequence[Rule],
    action: Action,
    same: dt.timedelta = SAME_ALERT,
) -> list[Alert]:
    """The alerts of one objective, in the order of time.

    Whatever rule of a severity fires, there is one alert as long as one does, and one that begins
    within ``same`` of its end belongs to it. A ticket is not sent for what has paged somebody.

    Args:
        counts: as in :func:`churn.monitoring.burn_rate.rolling`.
        objective: whose budget.
        rules: by which it is watched.
        action: what is to be done.
        same: how long after its end an alert may begin again.
    """
    times = pd.DatetimeIndex(counts.index)
    step = times[1] - times[0]
    found: list[Alert] = []
    for severity in ("page", "ticket"):
        fires = np.zeros(len(times), dtype=bool)
        for rule in rules:
            if rule.severity == severity:
                fires |= burning(counts, objective, rule)
        sent = [
            Alert(objective.name, severity, at, until, action)
            for at, until in _spells(times, fires, step, pd.Timedelta(same))
        ]
        if severity == "ticket":
            sent = [one for one in sent if not any(_overlap(one, page) for page in found)]
        found += sent
    return sorted(found, key=lambda one: one.at)


def _spells(
    times: pd.DatetimeIndex, fires: np.ndarray, step: pd.Timedelta, same: pd.Timedelta
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Beginning and end of each spell; a step is known about at its end."""
    spells: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for time in times[fires]:
        if spells and time - spells[-1][1] <= same:
            spells[-1] = (spells[-1][0], time + step)
        else:
            spells.append((time + step, time + step))
    return spells


def _overlap(one: Alert, other: Alert) -> bool:
    return one.at <= other.until and other.at <= one.until


_STEP = re.compile(r"^\d+\. \*\*(.+?)\.\*\*", re.MULTILINE)


def steps(runbook: str) -> list[str]:
    """The names of a runbook's steps in their order: what is bold in the numbered lines of its text."""
    return _STEP.findall(runbook)


# --- what a policy is worth ------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """What truly happened, for judging a policy.

    Attributes:
        start: of the trouble.
        end: when it is over by itself.
        deserves: the severity that it deserves; None for what nobody needs to know.
        within: how soon the alert must come.
    """

    start: pd.Timestamp
    end: pd.Timestamp
    deserves: Severity | None
    within: dt.timedelta


@dataclass(frozen=True)
class Judgment:
    """How a policy did.

    Attributes:
        pages: how many were sent.
        false: those at a time when nothing deserved one.
        delays: of each trouble that deserved a page and got one, in the order given.
        late: how many of these pages came after the trouble's ``within``.
        missed: troubles that deserved a page and got none.
        cost: in dollars, see :func:`judge`.
    """

    pages: int
    false: int
    delays: tuple[dt.timedelta, ...]
    late: int
    missed: int
    cost: float


@dataclass(frozen=True)
class Costs:
    """What alerts cost, in dollars: somebody's work and sleep, and what an event that fails loses.

    ``repair`` is how long after a page the trouble is over, if it does not end before. ``reacts`` is
    the share of pages that somebody acts on; whoever is called for nothing most of the time does not.
    People in experiments act on about as many alarms as are true (Bliss, Gilson & Deaton, "Human
    probability matching behaviour in response to alarms of varying reliability", Ergonomics 1995).

    Raises:
        ValueError: ``reacts`` is no share.
    """

    page: float = 150.0
    bad_event: float = 1.0
    repair: dt.timedelta = dt.timedelta(minutes=30)
    reacts: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.reacts <= 1:
            raise ValueError(
                f"the share of pages acted on lies between 0 and 1, not {self.reacts:g}"
            )


def judge(
    sent: Iterable[Alert], troubles: Sequence[Trouble], counts: pd.DataFrame, costs: Costs
) -> Judgment:
    """Compare the pages of a policy with what truly happened.

    The cost is that of all pages, and of the bad events of each trouble that deserved a page, from
    its start until it is repaired after the page, or until its end when there was no page or nobody
    acted on it (``costs.reacts``: what is expected).

    Args:
        sent: alerts of the policy; tickets are left aside.
        troubles: everything that happened, also what deserves no page.
        counts: of the objective, for what was lost.
        costs: see :class:`Costs`.
    """
    pages = [one for one in sent if one.severity == "page"]
    serious = [one for one in troubles if one.deserves == "page"]
    false = sum(
        not any(page.at >= one.start and page.at <= one.end + one.within for one in serious)
        for page in pages
    )
    delays, late, missed, lost = [], 0, 0, 0.0
    bad = counts["bad"]
    for one in serious:
        called = [page for page in pages if page.until >= one.start and page.at <= one.end]
        end = one.end
        if called:
            # A page that went out before, for something else, has somebody at work already.
            delay = max(called[0].at - one.start, dt.timedelta(0))
            delays.append(delay)
            late += delay > one.within
            end = min(end, one.start + delay + costs.repair)
        else:
            missed += 1
        of_it = bad[(bad.index >= one.start) & (bad.index < one.end)]
        lost += costs.reacts * of_it[of_it.index < end].sum() + (1 - costs.reacts) * of_it.sum()
    cost = len(pages) * costs.page + float(lost) * costs.bad_event
    return Judgment(len(pages), int(false), tuple(delays), late, missed, cost)
