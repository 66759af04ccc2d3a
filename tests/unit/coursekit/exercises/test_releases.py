"""Canaries and campaigns: what is seen agrees with what is true, and the books with both."""

from __future__ import annotations

import numpy as np
import pytest

from churn.data import load
from coursekit.exercises import releases


def test_a_bad_candidate_fails_more_often_and_a_good_one_as_often() -> None:
    canaries = releases.canaries(np.random.default_rng(1), 300)
    bad = [one for one in canaries if one["extra"] > 0]
    assert 90 < len(bad) < 150
    for group, lower, upper in (
        ([one for one in canaries if one["extra"] == 0], 0.9, 1.1),
        (bad, 1.3, 4.0),
    ):
        rate = {}
        for version in ("champion", "candidate"):
            hours = [hour[version] for one in group for hour in one["hours"]]
            rate[version] = sum(h["errors"] for h in hours) / sum(h["requests"] for h in hours)
        assert lower < rate["candidate"] / rate["champion"] < upper


def test_the_costs_of_each_decision() -> None:
    hours = [
        {"champion": {"requests": 900, "errors": 9}, "candidate": {"requests": 100, "errors": 3}}
    ]
    good, bad = ({"hours": hours * 24, "extra": extra} for extra in (0.0, 0.01))
    assert releases.canary_cost(good, None) == 0
    assert releases.canary_cost(good, 5) == 3000
    assert releases.canary_cost(bad, 5) == pytest.approx(4 * 0.01 * 500)
    assert releases.canary_cost(bad, None) == pytest.approx(4 * 0.01 * (2400 + 170_000))
    assert releases.lived_through(bad, lambda seen: len(seen) == 7) == 7
    assert releases.lived_through(bad, lambda seen: False) is None


def test_what_a_log_shows_is_what_a_contact_does() -> None:
    customers = load("synthetic", n=2000, seed=1)
    for one in releases.campaigns(np.random.default_rng(2), customers, 3, rows=6000):
        log = one["log"]
        left = log.groupby("contacted")["left"].mean()
        assert left[0] - left[1] == pytest.approx(one["kept"].mean(), abs=0.04)
        assert left[0] == pytest.approx(one["leaves"].mean(), abs=0.04)
        assert list(one["kept"].index) == list(one["today"]["customerID"])
        assert not set(one["today"]) & {"contacted", "left", "Churn"}


def test_nobody_brings_more_than_who_knows_the_truth() -> None:
    customers = load("synthetic", n=500, seed=1)
    (one,) = releases.campaigns(np.random.default_rng(3), customers, 1, rows=400)
    rng = np.random.default_rng(4)
    best = releases.best_value(one)
    for size in (0, 1, 50, 200):
        chosen = rng.choice(one["today"]["customerID"], size, replace=False)
        assert releases.campaign_value(one, list(chosen)) <= best
