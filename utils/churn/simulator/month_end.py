"""What the company has on record at the end of a month, when it decides whom to contact.

    def riskiest_tenth(now: MonthEnd) -> pd.Series:
        ranked = now.snapshot.sort_values("propensity_score", ascending=False)
        return ranked["customerID"].head(len(ranked) // 10)

    history = simulate_history(scenario, policy=riskiest_tenth)

A policy gets a :class:`MonthEnd` and gives back the customers to contact. There is no truth in
what it gets, and nothing that is known only later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import known_by
from churn.schema import ID
from churn.simulator.codes import Codes
from churn.simulator.frames import Rows, as_read_on
from churn.simulator.incidents import KINDS
from churn.simulator.scenario import Scenario


class MonthEnd:
    """The company's records on the last day of a month; each frame is made when it is asked for.

    The frames are those of :mod:`churn.simulator.history` and belong to the policy alone: nothing
    that is written into them changes the history. ``contacted`` of the day itself holds the
    contacts of a planted campaign (``feedback_loop``), that of earlier months the policy's, too.

    Attributes:
        day: the last day of the month.
    """

    def __init__(self, scenario: Scenario, months: list[Codes], left: NDArray[np.int64]) -> None:
        """``months``: what was recorded up to this month; ``left``: in which month who left."""
        # Copies: a policy may keep this object and ask for a frame when time has gone on.
        self._scenario, self._months, self._left = scenario, list(months), left.copy()
        self.day = pd.Timestamp(scenario.month_end(len(months) - 1))

    @cached_property
    def snapshot(self) -> pd.DataFrame:
        """The day's snapshot as recorded: one row per customer."""
        if any(KINDS[i.kind].layer == "record" for i in self._scenario.incidents):
            # A stale feed, for example, repeats what earlier months recorded.
            today = self.snapshots["as_of"] == self.day
            return self.snapshots[today].reset_index(drop=True)
        last = len(self._months) - 1
        return Rows(self._scenario, self._months[last:], self._left, first=last).snapshots()[0]

    @cached_property
    def snapshots(self) -> pd.DataFrame:
        """All snapshots up to the day as one reads them on it, with past values corrected."""
        recorded, corrections = self._rows.snapshots()
        # Test customers of months to come are written down already.
        so_far = recorded[recorded["as_of"] <= self.day].reset_index(drop=True)
        return as_read_on(self.day, so_far, corrections)

    @cached_property
    def labels(self) -> pd.DataFrame:
        """The labels that have arrived by the day, see ``labels_known_at``."""
        return known_by(self._rows.labels(), self.day)

    @cached_property
    def departures(self) -> pd.DataFrame:
        """The departures that are known by the day."""
        return known_by(self._rows.departures(), self.day)

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self._scenario, self._months, self._left)


#: Whom to contact: from the records at a month's end to customer ids, in any order.
Policy = Callable[[MonthEnd], Iterable[str]]


def chosen(policy: Policy, now: MonthEnd, ids: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which of the customers ``ids`` the policy contacts; shape ``(len(ids),)``.

    Test customers that an incident wrote into the snapshot may be chosen, too; nobody is there.

    Raises:
        ValueError: if the policy names somebody who is not in the snapshot.
    """
    answer = pd.Index(list(policy(now)), dtype=object)
    strangers = answer[~answer.isin(ids)]
    strangers = strangers[~strangers.isin(now.snapshot[ID])]
    if len(strangers):
        raise ValueError(
            f"the policy contacts {strangers[0]!r} on {now.day:%Y-%m-%d}, who is no customer that "
            "day: give customer ids of the snapshot"
        )
    return pd.Index(ids).isin(answer)
