"""Bandits find the best arm, lose less than a split, and see no answer before it is there."""

from __future__ import annotations

import numpy as np
import pytest

from churn.experiments.bandits import (
    Ints,
    play,
    split_evenly,
    split_then_best,
    thompson,
    ucb1,
)

RATES = [0.1, 0.3, 0.2]


def test_learners_lose_less_than_a_split_and_flatten() -> None:
    even = play(split_evenly, RATES, 1500, runs=60, seed=0)
    assert even.regret()[:, -1].mean() == pytest.approx(0.1 * 1500, rel=0.03)
    for policy in (thompson, ucb1, split_then_best(300)):
        played = play(policy, RATES, 1500, runs=60, seed=0)
        regret = played.regret().mean(axis=0)
        assert regret[-1] < 0.7 * even.regret()[:, -1].mean()
        assert regret[-1] - regret[-500] < 0.7 * regret[500]
        assert played.pulls().mean(axis=0).argmax() == 1


def test_regret_counts_by_true_rates() -> None:
    def always_last(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
        return np.full(len(pulls), 2)

    played = play(always_last, RATES, 50, runs=3)
    assert played.regret() == pytest.approx(np.tile(0.1 * np.arange(1, 51), (3, 1)))
    assert played.pulls().tolist() == [[0, 0, 50]] * 3
    assert np.isnan(played.means()[:, :2]).all()
    assert played.means()[:, 2] == pytest.approx(played.answers.mean(axis=1))


def test_a_policy_sees_what_has_been_answered_and_no_more() -> None:
    seen = []

    def spy(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
        assert (wins <= pulls).all()
        seen.append(int(pulls.sum()))
        return np.zeros(len(pulls), dtype=int)

    play(spy, [1.0, 0.0], 6, delay=2)
    assert seen == [0, 0, 0, 1, 2, 3]
    seen.clear()
    play(spy, [1.0, 0.0], 3)
    assert seen == [0, 1, 2]


def test_late_answers_cost() -> None:
    soon = play(thompson, RATES, 1000, runs=60, seed=1).regret()[:, -1].mean()
    late = play(thompson, RATES, 1000, runs=60, seed=1, delay=500).regret()[:, -1].mean()
    assert late > 1.5 * soon


def test_the_same_seed_plays_the_same() -> None:
    one, same, other = (play(thompson, RATES, 200, 2, seed=seed).chosen for seed in (5, 5, 6))
    assert (one == same).all()
    assert (one != other).any()


def test_ucb_tries_each_arm_and_then_the_least_known_of_equals() -> None:
    rng = np.random.default_rng(0)
    assert ucb1(np.array([[0, 0, 0]]), np.array([[1, 0, 1]]), rng)[0] == 1
    assert ucb1(np.array([[50, 5]]), np.array([[100, 10]]), rng)[0] == 1


@pytest.mark.parametrize("rates", [[0.5], [0.5, 1.5]])
def test_rates_that_are_none_are_refused(rates: list[float]) -> None:
    with pytest.raises(ValueError, match="two arms"):
        play(thompson, rates, 10)
    with pytest.raises(ValueError, match="delay -1"):
        play(thompson, RATES, 10, delay=-1)
