"""From departures to labels: gap, window and delay, what is known on a day, and a proxy.

    rule = LabelRule(window_months=3, gap_months=1, delay_months=2)
    labels = label(snapshots, departures, rule)
    usable = complete_by(labels, rule, "2025-01-31")

The clock counts calendar months, as the monthly snapshots do. After the ``as_of`` day of a
snapshot comes the gap, in which nothing can be done yet, then the window, then the delay until
the last departure of the window is certain::

    as_of |-- gap --|---- window ----|-- delay --| complete

The functions read plain tables, ``customerID`` with ``as_of`` or with ``left_on``, whoever made
them. What a label says and when it is known is decided on arrays of months, in
:meth:`LabelRule.outcome`; the simulator asks the same method.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.schema import ID

#: A day: a date, a time stamp, or text such as ``"2024-05-31"``.
Day = str | dt.date | pd.Timestamp
#: Days or calendar months, as ``datetime64[ns]`` and ``datetime64[M]``; none is ``NaT``.
Days = NDArray[np.datetime64]
Months = NDArray[np.datetime64]


@dataclass(frozen=True)
class LabelRule:
    """What "churned" means; all three in calendar months.

    Attributes:
        window_months: the label says whether the customer leaves within so many months.
        gap_months: between the snapshot and the window, the time a campaign needs to reach
            anybody. Whoever leaves in it has no label.
        delay_months: after the end of the month of a departure, until it is certain.
    """

    window_months: int = 3
    gap_months: int = 0
    delay_months: int = 2

    def __post_init__(self) -> None:
        if self.window_months < 1:
            raise ValueError(f"window_months must be at least 1, not {self.window_months}")
        if self.gap_months < 0 or self.delay_months < 0:
            raise ValueError("gap_months and delay_months cannot be negative")

    def window(self, as_of: Day) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last day of the window that belongs to the snapshot of ``as_of``."""
        first = _month_start(as_of, self.gap_months + 1)
        last = _month_start(as_of, self.gap_months + self.window_months + 1)
        return first, last - pd.offsets.Day(1)

    def complete_on(self, as_of: Day) -> pd.Timestamp:
        """The day on which all labels of the snapshot of ``as_of`` are known."""
        return _month_start(as_of, self._months_to_wait + 1)

    def youngest(self, day: Day) -> pd.Timestamp:
        """The ``as_of`` day of the youngest month-end snapshot that is complete on ``day``."""
        return _month_start(day, -self._months_to_wait) - pd.offsets.Day(1)

    @property
    def _months_to_wait(self) -> int:
        return self.gap_months + self.window_months + self.delay_months

    def outcome(self, as_of: Months, left: Months) -> tuple[NDArray[np.bool_], Days]:
        """Who leaves in the window, and since when that is known.

        Args:
            as_of: the month of each snapshot row.
            left: the month in which its customer left, ``NaT`` for none, same shape.

        Returns:
            Whether the customer left in the window, and the day on which that is known.
        """
        gap_ends = as_of + np.timedelta64(self.gap_months, "M")
        last = gap_ends + np.timedelta64(self.window_months, "M")
        churned = (left > gap_ends) & (left <= last)
        return churned, self.certain_on(np.where(churned, left, last))

    def certain_on(self, months: Months) -> Days:
        """The day from which on it is certain who left in each of ``months``."""
        return (months + np.timedelta64(self.delay_months + 1, "M")).astype("datetime64[ns]")


def label(snapshots: pd.DataFrame, departures: pd.DataFrame, rule: LabelRule) -> pd.DataFrame:
    """Who leaves in the window after each snapshot, and since when that is known.

    Args:
        snapshots: one row per customer and month, with ``customerID`` and ``as_of``.
        departures: one row per customer who left, with ``customerID`` and ``left_on``. It must
            reach to the end of the last window: what is not in it counts as staying.
        rule: gap, window and delay.

    Returns:
        ``customerID``, ``as_of``, ``churned`` (1 leaves in the window, 0 does not) and
        ``known_on``, in the order of ``snapshots`` and with a new index. Whoever leaves in the
        gap is left out: no campaign reaches them, and they did not stay. A departure is known
        ``delay_months`` after the end of its month, that a customer stays so long after the end
        of the window.

    Raises:
        ValueError: if a customer left twice, or is in a snapshot after having left.
    """
    if departures[ID].duplicated().any():
        raise ValueError("a customer occurs twice in the departures")
    labels = snapshots[[ID, "as_of"]].reset_index(drop=True)
    left_on = labels[ID].map(departures.set_index(ID)["left_on"])
    if (left_on <= labels["as_of"]).any():
        raise ValueError("a customer is in a snapshot after having left")
    as_of, left = _months(labels["as_of"]), _months(left_on)
    churned, known_on = rule.outcome(as_of, left)
    labels["churned"] = churned.astype(np.int64)
    labels["known_on"] = known_on
    in_gap = left <= as_of + np.timedelta64(rule.gap_months, "M")
    return labels[~in_gap].reset_index(drop=True)


def known_by(labels: pd.DataFrame, day: Day) -> pd.DataFrame:
    """The labels that have arrived by ``day``, early departures of open windows among them.

    Of a snapshot whose window is still open these are leavers only: see :func:`complete_by`.
    """
    return labels[labels["known_on"] <= pd.Timestamp(day)].reset_index(drop=True)


def complete_by(labels: pd.DataFrame, rule: LabelRule, day: Day) -> pd.DataFrame:
    """The labels of those snapshots of which every label is known on ``day``: fit to train on."""
    return labels[labels["as_of"] <= rule.youngest(day)].reset_index(drop=True)


def silent(
    events: pd.DataFrame, customers: pd.Series, day: Day, days: int, kinds: str = "usage"
) -> pd.Series:
    """A proxy for "has left": no event of some kinds in the last ``days`` days up to ``day``.

    Args:
        events: ``customerID``, ``kind`` and ``occurred_at`` (time stamps, in UTC or naive), as
            :func:`churn.simulator.simulate_events` gives them. They must reach back far enough.
        customers: the ids to judge.
        day: counts to its end.
        days: at least 1; with 1, only ``day`` itself counts.
        kinds: beginning of the kinds of event that count as a sign of life.

    Returns:
        True for silent customers, indexed as ``customers``.

    Raises:
        ValueError: if ``days`` is below 1 or the events begin after the first of these days.
    """
    if days < 1:
        raise ValueError(f"days must be at least 1, not {days}")
    times = events["occurred_at"]
    times = times.dt.tz_localize(None) if times.dt.tz is not None else times
    end = pd.Timestamp(day) + pd.offsets.Day(1)
    start = end - pd.offsets.Day(days)
    if times.min() >= start + pd.offsets.Day(1):
        raise ValueError(f"the events begin on {times.min():%Y-%m-%d}, after {start:%Y-%m-%d}")
    heard = events.loc[(times >= start) & (times < end) & events["kind"].str.startswith(kinds), ID]
    return ~customers.isin(heard)


def _month_start(day: Day, months: int) -> pd.Timestamp:
    """First day of the month that is ``months`` after the month of ``day``."""
    return (pd.Timestamp(day).to_period("M") + months).start_time


def _months(days: pd.Series) -> Months:
    return days.to_numpy(dtype="datetime64[M]")
