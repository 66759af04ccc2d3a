"""The event log of a simulated telco: calls to support, payments and usage, as they arrive.

Each event has a time at which it happened and a later one at which it arrived: most arrive within
a minute, one in twenty hours later and out of order. What customers do follows the hidden truth
of the history (:attr:`History.truth`): those who are dissatisfied and likely to leave call more
often, pay late and use less, but by no means all of them, and others do, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from churn.labels import Day
from churn.schema import ID
from churn.simulator.customers import customer_ids
from churn.simulator.history import History, snapshot_index
from churn.simulator.random_streams import uniforms

#: Kinds of events and the unit of their value.
EVENT_KINDS = {
    "support_call": "minutes",
    "payment": "dollars",
    "payment_late": "dollars",
    "payment_failed": "dollars not collected",
    "usage_data": "GB",
    "usage_voice": "minutes",
}
EVENT_COLUMNS = ("event_id", ID, "kind", "value", "occurred_at", "arrived_at")

#: Bills go out on the first day of a month and are due on this day of it.
DUE_DAY = 14
#: Calls a month of an average customer, and how fast they grow with the risk of leaving.
CALLS, CALLS_BY_RISK = 0.25, 0.9
#: Log odds of paying late and of a payment that fails, and how they grow with the risk.
LATE, FAILED, LATE_BY_RISK = -2.6, -3.6, 0.8
#: Uses a month, mean amount of one, and how fast amounts fall with the risk.
DATA_USES, DATA_GB, VOICE_USES, VOICE_MINUTES, USAGE_BY_RISK = 6.0, 2.0, 4.0, 8.0, -0.15
#: Share of events that arrive late; mean seconds under way of those and of the others.
LATE_SHARE, LATE_SECONDS, USUAL_SECONDS = 0.05, 6 * 3600.0, 20.0

_OFFICE = [0] * 8 + [4, 8, 9, 8, 6, 6, 7, 8, 8, 6, 3, 1] + [0] * 4
_EVENING = [2, 1, 1, 1, 1, 1, 2, 4, 5, 4, 4, 4, 5, 5, 4, 5, 6, 8, 10, 12, 13, 11, 7, 4]
_ANY_HOUR = [1] * 24


@dataclass(frozen=True)
class _Source:
    """One source of events: its place in event ids, most events a month, and hours of the day."""

    code: int
    most: int
    hours: list[int]


_CALLS = _Source(0, 12, _OFFICE)
_PAYMENTS = _Source(1, 1, _ANY_HOUR)
_DATA = _Source(2, 20, _EVENING)
_VOICE = _Source(3, 16, _EVENING)


def simulate_events(history: History, months: Day | Iterable[Day] | None = None) -> pd.DataFrame:
    """The events of some months of ``history``, in the order in which they arrived.

    Args:
        history: what happened.
        months: any day of a month, or of several; all months if None.

    Returns:
        ``event_id`` (int64, unique), ``customerID``, ``kind`` and ``value`` (see
        :data:`EVENT_KINDS`), ``occurred_at`` and ``arrived_at`` (UTC). Customers who leave have
        no events from their last day on.

    Raises:
        ValueError: if a month is not in the history.
    """
    scenario = history.scenario
    if months is None:
        chosen = list(range(scenario.months))
    else:
        days = [months] if isinstance(months, Day) else list(months)
        chosen = sorted({snapshot_index(scenario, day) for day in days})
    everybody = customer_ids(scenario.joined_by(scenario.months - 1), scenario.seed)
    index = pd.Index(everybody)
    parts = [_month(history, index, month) for month in chosen]
    log = pd.concat(parts, ignore_index=True)
    log = log.sort_values(["arrived_at", "event_id"], ignore_index=True)
    return _shift_time_zone(history, log)[list(EVENT_COLUMNS)]


def _month(history: History, index: pd.Index, month: int) -> pd.DataFrame:
    customers = _active(history, month)
    number = index.get_indexer(pd.Index(customers[ID])).astype(np.int64)
    risk = customers["risk"].to_numpy()
    ones = np.ones(len(customers))
    month_of = _Month(history, month, number)
    events = [
        month_of.draw(_CALLS, CALLS * np.exp(CALLS_BY_RISK * risk - 0.3)),
        month_of.draw(_PAYMENTS, ones),
        month_of.draw(_DATA, DATA_USES * customers["has_internet"].to_numpy()),
        month_of.draw(_VOICE, VOICE_USES * customers["has_phone"].to_numpy()),
    ]
    calls, payments, data, voice = events
    _fill(calls, "support_call", np.ceil(-8 * np.log1p(-calls["u_value"])))
    _fill(data, "usage_data", _amount(data, DATA_GB, risk))
    _fill(voice, "usage_voice", _amount(voice, VOICE_MINUTES, risk))
    _pay(payments, customers["monthly_charges"].to_numpy(), risk)
    log = pd.concat(events, ignore_index=True)
    return _stamp(history, month, customers, log)


def _active(history: History, month: int) -> pd.DataFrame:
    """Truth of everyone who is a customer in ``month``, with ``risk`` and ``left_on``.

    Whoever stays is as at the end of the month, which is what the next departure depends on;
    whoever leaves in it is as at the end of the month before. What makes this month unusual
    counts, too, but nothing that begins after it.
    """
    scenario, truth = history.scenario, history.truth
    here = truth[truth["as_of"] == pd.Timestamp(scenario.month_end(month))]
    before = truth[truth["as_of"] == pd.Timestamp(scenario.month_end(month - 1))]
    active = pd.concat([here, before[~before[ID].isin(here[ID])]], ignore_index=True)
    active["left_on"] = active[ID].map(history.departures.set_index(ID)["left_on"])
    unusual = _logit(before["churn_probability"]) - _logit(before["usual_probability"])
    excess = active[ID].map(unusual.set_axis(before[ID])).fillna(0)
    # 0 for a customer of average mood who leaves with the usual 3 % a month.
    usual = _logit(active["usual_probability"]) - np.log(0.03 / 0.97)
    active["risk"] = (active["dissatisfaction"] + 0.25 * (usual + excess)).round(3)
    return active


def _logit(p: pd.Series) -> pd.Series:
    return pd.Series(np.log(p / (1 - p)), index=p.index)


@dataclass(frozen=True)
class _Month:
    history: History
    month: int
    number: NDArray[np.int64]

    def draw(self, source: _Source, rate: NDArray[np.float64]) -> pd.DataFrame:
        """Poisson events per customer (exactly one where ``most`` is 1), still without time."""
        seed = self.history.scenario.seed
        if source.most == 1:
            count = np.ones(len(self.number), dtype=np.int64)
        else:
            draws = uniforms(seed, f"events {source.code}", self.month, self.number)[:, 0]
            count = _poisson(draws, rate, source.most)
        row = np.repeat(np.arange(len(count)), count)
        k = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        # Always as wide as the most events, so that no customer's draws depend on another's.
        wide = uniforms(seed, f"event {source.code}", self.month, self.number, source.most * 5)
        draws = wide.reshape(len(count), source.most, 5)[row, k]
        hour = np.searchsorted(np.cumsum(source.hours), draws[:, 1] * sum(source.hours), "right")
        names = ("u_day", "u_hour", "u_second", "u_value", "u_lag")
        events = pd.DataFrame(dict(zip(names, draws.T, strict=True)), copy=False)
        events["row"], events["hour"] = row, hour
        events["event_id"] = (self.number[row] * 256 + self.month) * 128 + source.code * 32 + k
        return events


def _poisson(draws: NDArray[np.float64], rate: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Poisson counts by inversion, at most ``most``: a higher rate never means fewer events."""
    term = np.exp(-rate)
    reached, count = term.copy(), np.zeros(len(draws), dtype=np.int64)
    for k in range(1, most + 1):
        count += draws >= reached
        term = term * rate / k
        reached = reached + term
    return count


def _fill(events: pd.DataFrame, kind: str, value: NDArray[np.float64] | pd.Series) -> None:
    events["kind"] = kind
    events["value"] = np.asarray(value, dtype=np.float64)
    events["day_from"], events["day_to"] = 0.0, 1.0


def _amount(events: pd.DataFrame, mean: float, risk: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = 0.6 * ndtri(np.clip(events["u_value"].to_numpy(), 1e-9, 1 - 1e-9)) - 0.18
    trend = USAGE_BY_RISK * risk[events["row"].to_numpy()]
    return np.maximum(np.round(mean * np.exp(spread + trend), 2), 0.01)


def _pay(events: pd.DataFrame, charges: NDArray[np.float64], risk: NDArray[np.float64]) -> None:
    """One payment per customer: on time, late, or failed."""
    failed = 1 / (1 + np.exp(-(FAILED + LATE_BY_RISK * risk)))
    late = failed + 1 / (1 + np.exp(-(LATE + LATE_BY_RISK * risk)))
    draw = events["u_value"].to_numpy()
    _fill(events, "payment", charges)
    is_late = (draw < late) & (draw >= failed)
    events["kind"] = np.select(
        [draw < failed, is_late], ["payment_failed", "payment_late"], "payment"
    ).astype(object)
    # Parts of a month of 30 days: late payments come after the due day.
    due = DUE_DAY / 30
    events["day_from"], events["day_to"] = np.where(is_late, due, 0.0), np.where(is_late, 1.0, due)


def _stamp(
    history: History, month: int, customers: pd.DataFrame, log: pd.DataFrame
) -> pd.DataFrame:
    """Give events their times; drop those after the customer has left."""
    scenario = history.scenario
    start = pd.Timestamp(scenario.month_start(month))
    days = (scenario.month_start(month + 1) - scenario.month_start(month)).days
    part = log["day_from"] + log["u_day"] * (log["day_to"] - log["day_from"])
    day = np.floor(part * days).astype(np.int64)
    second = (day * 24 + log["hour"]) * 3600 + np.floor(log["u_second"] * 3600).astype(np.int64)
    occurred = start + pd.to_timedelta(second, unit="s")
    late = log["u_lag"] < LATE_SHARE
    share = np.where(
        late, log["u_lag"] / LATE_SHARE, (log["u_lag"] - LATE_SHARE) / (1 - LATE_SHARE)
    )
    mean = np.where(late, LATE_SECONDS, USUAL_SECONDS)
    lag = np.rint(-np.log1p(-share) * mean * 1000).astype(np.int64)
    rows = log["row"].to_numpy()
    log[ID] = customers[ID].to_numpy()[rows]
    log["occurred_at"] = occurred.dt.tz_localize("UTC")
    log["arrived_at"] = (occurred + pd.to_timedelta(lag, unit="ms")).dt.tz_localize("UTC")
    left_on = customers["left_on"].to_numpy()[rows]
    log = log[np.isnat(left_on) | (occurred.to_numpy() < left_on)]
    return log[list(EVENT_COLUMNS)]


def _shift_time_zone(history: History, log: pd.DataFrame) -> pd.DataFrame:
    """``time_zone_shift``: the source writes local time where UTC is expected."""
    true = log["occurred_at"]
    for incident in history.truth_incidents:
        if incident.kind != "time_zone_shift":
            continue
        hit = true >= pd.Timestamp(incident.date, tz="UTC")
        if incident.until is not None:
            hit &= true < pd.Timestamp(incident.until, tz="UTC")
        log = log.assign(
            occurred_at=log["occurred_at"] + pd.to_timedelta(np.where(hit, incident.size, 0), "h")
        )
    return log
