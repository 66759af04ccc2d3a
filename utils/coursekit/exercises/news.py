"""A month's news about customers as events: late, out of order and some twice, for lessons on streams."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from churn.schema import ID, TARGET
from churn.simulator import History, table

#: Who has another value here than a month before has news.
WATCHED = ["Contract", "InternetService", "PaymentMethod"]
#: Share of the events that wait for days, and for how many; the others take minutes.
HELD_UP, DAYS, SECONDS = 0.04, (1, 8), 300
#: Share of the events that are sent again, and when.
TWICE, AGAIN = 0.08, timedelta(hours=2)


class News(NamedTuple):
    """A month's events, once each; and as they arrive, the repeated ones among them."""

    events: pd.DataFrame
    arriving: pd.DataFrame


def news_of(history: History, month: str, seed: int, prefix: str = "e") -> News:
    """The news of a month: an event of each customer who joined or has something new of ``WATCHED``.

    Args:
        month: as ``"2025-09"``.
        seed: of when events happen and arrive; the same seed gives the same news.
        prefix: what the events' names begin with.

    Returns:
        Both frames have the customer's record at the month's end without the label, ``event_id``,
        ``event_time`` and ``arrives``. ``arriving`` is ordered by the last of these.
    """
    first = pd.Timestamp(month)
    before = f"{first - pd.offsets.MonthBegin():%Y-%m}"
    now, then = (table(history, m, window_months=3).set_index(ID) for m in (month, before))
    moved = (now[WATCHED] != then[WATCHED].reindex(now.index)).any(axis=1)
    events = now[moved].drop(columns=TARGET).reset_index()

    rng = np.random.default_rng(seed)
    events["event_id"] = [f"{prefix}{number:04d}" for number in range(len(events))]
    days = rng.uniform(0, first.days_in_month - 0.1, len(events))
    events["event_time"] = first + pd.to_timedelta(days, unit="D").floor("s")
    held_up = rng.random(len(events)) < HELD_UP
    waits, travels = rng.uniform(*DAYS, len(events)), rng.exponential(SECONDS, len(events))
    delay = np.where(held_up, waits * 86_400, travels)
    events["arrives"] = events["event_time"] + pd.to_timedelta(delay, unit="s").floor("s")
    twice = events[rng.random(len(events)) < TWICE].copy()
    twice["arrives"] += AGAIN
    both = pd.concat([events, twice])
    return News(events, both.sort_values("arrives", kind="stable", ignore_index=True))


def as_json(events: pd.DataFrame) -> list[str]:
    """Each event as it is sent: a line of JSON, its time as ISO 8601, without ``arrives``."""
    times = events["event_time"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    rows = events.drop(columns="arrives").assign(event_time=times)
    return rows.to_json(orient="records", lines=True).splitlines()
