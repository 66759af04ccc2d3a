"""Two windows: enough is gone to matter, and it goes on."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from churn.monitoring.burn_rate import WORKBOOK, Rule, burning, rolling
from churn.monitoring.slo import Objective

PROMISE = Objective("availability", "answered", 0.999)
STEP = dt.timedelta(minutes=5)
FAST, MEDIUM, SLOW = WORKBOOK


def counts(
    hours: float = 24, start: int = 120, length: int = 0, share: float = 0.0
) -> pd.DataFrame:
    """1,000 requests in five minutes, of which ``share`` fail in ``length`` steps from ``start``."""
    times = pd.date_range("2025-01-01", periods=round(hours * 12), freq=STEP)
    frame = pd.DataFrame({"total": 1000, "bad": 0}, index=times)
    frame.iloc[start : start + length, 1] = round(1000 * share)
    return frame


def test_rolling_sums() -> None:
    frame = pd.DataFrame({"total": [1, 2, 3, 4], "bad": [0, 1, 0, 2]})
    frame.index = pd.date_range("2025-01-01", periods=4, freq="30min")
    window = rolling(frame, 1)
    assert window["total"].tolist() == [1, 3, 5, 7]
    assert window["bad"].tolist() == [0, 1, 1, 2]


def test_counts_with_a_hole_are_refused() -> None:
    with pytest.raises(ValueError, match="even steps"):
        rolling(counts().drop(counts().index[7]), 1)
    for hours in (0.1, 1 / 24):
        with pytest.raises(ValueError, match="no multiple"):
            rolling(counts(), hours)


def test_the_workbooks_shares_of_the_budget() -> None:
    assert [rule.budget_spent(PROMISE) for rule in WORKBOOK] == pytest.approx([0.02, 0.05, 0.1])


@pytest.mark.parametrize("share", [0.0143, 0.02, 0.1, 1.0])
def test_it_fires_after_the_time_that_the_workbook_computes(share: float) -> None:
    # (1 - target) / share of errors x long window x factor
    minutes = 60 * (1 - PROMISE.target) / share * FAST.long * FAST.factor
    frame = counts(start=120, length=100, share=share)
    fired = np.flatnonzero(burning(frame, PROMISE, FAST))
    if minutes > 60:
        assert not fired.size
    else:
        assert (fired[0] - 119) * 5 == pytest.approx(np.ceil(minutes / 5) * 5)


def test_it_ends_with_the_trouble_because_of_the_short_window() -> None:
    frame = counts(start=120, length=6, share=0.5)
    assert np.flatnonzero(burning(frame, PROMISE, FAST))[-1] == 125
    lasting = Rule("page", 14.4, 1, 1)
    assert np.flatnonzero(burning(frame, PROMISE, lasting))[-1] == 120 + 6 + 10


def test_what_spends_little_does_not_fire() -> None:
    blip = counts(start=120, length=1, share=0.1)  # 100 bad ones of 12,000 in the hour
    assert not burning(blip, PROMISE, FAST).any()
    assert burning(blip, PROMISE, Rule("page", 14.4, 1 / 12, 1 / 12)).any()
    assert not burning(counts(), PROMISE, MEDIUM).any()


def test_two_bad_ones_of_a_quiet_night_say_nothing() -> None:
    night = counts()
    night["total"] = 2
    night.iloc[150, 1] = 2
    assert burning(night, PROMISE, FAST).any()
    assert not burning(night, PROMISE, Rule("page", 14.4, 1, 1 / 12, least_bad=8)).any()
