"""A mismatch is noticed, and placed; arms as planned are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from churn.experiments.sample_ratio import check, check_by

HALVES = {"new": 0.5, "today": 0.5}


def test_arms_as_planned_pass_and_lost_customers_do_not() -> None:
    arms = np.array(["new"] * 5050 + ["today"] * 4950, dtype=object)
    assert check(arms, HALVES).ok
    lost = check(arms[500:], HALVES)
    assert not lost.ok
    assert lost.counts == {"new": 4550, "today": 4950}
    assert str(lost).startswith("MISMATCH: new 4,550 of 4,750")


def test_planned_shares_need_not_be_equal() -> None:
    arms = ["new"] * 1000 + ["today"] * 9000
    assert check(arms, {"new": 0.1, "today": 0.9}).p_value == pytest.approx(1)
    assert not check(arms, HALVES).ok


def test_an_arm_that_nobody_reached_is_counted() -> None:
    assert not check(["today"] * 100, HALVES).ok


def test_healthy_experiments_are_hardly_ever_stopped() -> None:
    rng = np.random.default_rng(0)
    alarms = sum(
        not check(np.where(rng.random(1000) < 0.5, "new", "today"), HALVES).ok for _ in range(400)
    )
    assert alarms <= 3  # 0.2 expected; 4 or more has a probability below 0.0001


def test_the_group_that_lost_customers_stands_first() -> None:
    rng = np.random.default_rng(1)
    group = rng.choice(["fibre", "DSL", "none"], 9000)
    arms = np.where(rng.random(9000) < 0.5, "new", "today")
    kept = ~((group == "DSL") & (arms == "new") & (rng.random(9000) < 0.3))
    table = check_by(arms[kept], group[kept], HALVES)
    assert list(table["ok"]) == [False, True, True]
    assert table.index[0] == "DSL"
    assert table[["new", "today"]].to_numpy().sum() == kept.sum()


def test_who_was_not_planned_is_named() -> None:
    with pytest.raises(ValueError, match="not planned: control"):
        check(["new", "control"], HALVES)
    with pytest.raises(ValueError, match="no customer"):
        check([], HALVES)
