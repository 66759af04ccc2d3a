"""Telcos, windows, machines, a loop and a model that forgets: what is seen agrees with what is true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from churn.data import load
from coursekit.exercises import retraining


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return load("synthetic", n=2000, seed=1)


@pytest.fixture(scope="module")
def telcos(customers: pd.DataFrame) -> list[retraining.Telco]:
    return retraining.telcos(np.random.default_rng(1), customers, 40)


def test_as_many_leave_as_the_rates_say(telcos: list[retraining.Telco]) -> None:
    for one in telcos:
        assert one["customers"].sum(axis=1).tolist() == [4000] * 36
        expected = (one["customers"] * one["rates"]).sum()
        assert one["left"].sum() == pytest.approx(expected, abs=5 * expected**0.5)


def test_a_month_misses_nothing_with_the_truth_and_something_with_anything_else(
    telcos: list[retraining.Telco],
) -> None:
    for one in telcos[:10]:
        assert retraining.missed(one, 20, one["rates"][20]) == pytest.approx(0, abs=1e-9)
        wrong = np.where(one["rates"][20] >= retraining.BREAK_EVEN, 0.0, 1.0)
        assert retraining.missed(one, 20, wrong) > 0


def test_the_model_reads_no_label_before_it_is_known(telcos: list[retraining.Telco]) -> None:
    one = telcos[0]
    later = one | {"left": one["left"].copy()}
    later["left"][20 - retraining.DELAY + 1 :] = 0
    assert np.array_equal(retraining.learned(one, 20, 3), retraining.learned(later, 20, 3))
    later["left"][20 - retraining.DELAY] = 0
    assert not np.array_equal(retraining.learned(one, 20, 3), retraining.learned(later, 20, 3))
    assert retraining.seen(one, 2, 8) == retraining.seen(
        one | {"left": np.where(np.arange(36)[:, None] > 17, 0, one["left"])}, 2, 8
    )


def test_the_books_of_a_story_are_those_of_the_table(telcos: list[retraining.Telco]) -> None:
    one = telcos[1]
    story = retraining.lived_through(one, lambda seen: seen["age"] >= 5)
    assert [month for month, trains in enumerate(story) if trains] == [0, 5, 10, 15, 20]
    table = retraining.missed_by(one)
    assert np.isnan(table[np.triu_indices(24, 1)]).all()
    lost = sum(table[month, month - month % 5] for month in range(24))
    paid = 5 * retraining.TRAINING
    assert retraining.story_cost(one, story) == pytest.approx(lost + paid)


def test_what_is_seen_right_after_a_training_is_what_was_learned(
    telcos: list[retraining.Telco],
) -> None:
    now = retraining.seen(telcos[2], 6, 7)
    assert (now["month"], now["age"], len(now["months"])) == (7, 1, 6)
    own = now["months"][2:5]  # the window of month 6
    left = sum(month[who]["left"] for month in own for who in ("called", "others"))
    expected = sum(month[who]["expected"] for month in own for who in ("called", "others"))
    assert left == pytest.approx(expected, rel=0.02)


def test_the_best_window_ends_where_something_changed(customers: pd.DataFrame) -> None:
    telcos = retraining.crossroads(np.random.default_rng(2), customers, 60, size=20_000)
    changes = [
        np.flatnonzero((one["rates"][1:] != one["rates"][:-1]).any(axis=1)) for one in telcos
    ]
    assert 10 < sum(len(change) == 0 for change in changes) < 30
    for one, change in zip(telcos, changes, strict=True):
        counts, left = retraining.history(one)
        assert counts.shape == left.shape == (24, one["rates"].shape[1])
        since = 24 - (change[0] + 1) if len(change) else 24
        assert 2 <= since <= 12 or since == 24
        everything = retraining.window_cost(one, 24)
        assert retraining.window_cost(one, since) <= everything + 50


def test_the_best_threshold_is_the_best(customers: pd.DataFrame) -> None:
    for one in retraining.machines(np.random.default_rng(3), 5):
        best = retraining.best_threshold(one["later"], one["leaves"], one["cost"], one["gain"])
        value = retraining.called_value(one, best)
        for other in (best * 0.9, best * 1.1, 0.0, 2.0, one["live_threshold"]):
            assert retraining.called_value(one, other) <= value
        assert retraining.called_value(one, 2.0) == 0
        rows = one["rows"]
        gap = rows.groupby(["learned", "left"])["score"].mean()
        assert gap[1, 1] - gap[1, 0] > gap[0, 1] - gap[0, 0] > 0
    nobody = retraining.best_threshold(np.array([0.2, 0.4]), np.array([0.1, 0.1]), 9, 50)
    assert nobody == 1.0


def test_a_model_that_learns_from_its_calls_calls_fewer_groups(customers: pd.DataFrame) -> None:
    log = retraining.diary(np.random.default_rng(4), customers)
    chosen = log[log["chosen"] == 1].groupby("month")["group"].nunique()
    assert chosen[1:].mean() < chosen[0]
    asked = log["chosen"] == 1
    left = log[asked].groupby("held_out")["left"].mean()
    assert left[0] < 0.6 * left[1]
    assert log["held_out"].mean() == pytest.approx(0.1, abs=0.02)


def test_a_model_forgets_less_with_earlier_customers_among_the_new(
    customers: pd.DataFrame,
) -> None:
    end = {}
    for remembered in (0, 500):
        table, order = retraining.taught(np.random.default_rng(5), customers, remembered)
        assert len(table) == 3 * len(order) ** 2
        last = table[(table["after"] == order[-1]) & (table["domain"] != order[-1])]
        end[remembered] = last["score"].mean()
    assert end[500] > end[0]
