"""Team draft: a fair list, and a preference that finds the better ranking."""

from __future__ import annotations

import numpy as np
import pytest

from churn.experiments.interleaving import preference, team_draft


def test_each_item_once_and_each_captain_every_other() -> None:
    rng = np.random.default_rng(0)
    a, b = list(rng.permutation(50)), list(rng.permutation(50))
    items, team = team_draft(a, b, 20, rng)
    assert len(set(items)) == len(items) == 20
    assert team.sum() == 10
    assert all(sorted(pair) == [0, 1] for pair in team.reshape(10, 2).tolist())
    for captain, ranking in ((0, a), (1, b)):
        picked = [ranking.index(item) for item in items[team == captain]]
        assert picked == sorted(picked)


def test_who_begins_is_drawn() -> None:
    firsts = [
        team_draft([1, 2], [3, 4], 1, np.random.default_rng(seed))[0][0] for seed in range(200)
    ]
    assert set(firsts) == {1, 3}
    assert 70 <= firsts.count(1) <= 130


def test_short_rankings_make_a_short_list() -> None:
    items, team = team_draft([1, 2, 3], [2, 1], 9, np.random.default_rng(0))
    assert sorted(items.tolist()) == [1, 2, 3]
    assert len(team) == 3
    assert len(team_draft([], [], 3, np.random.default_rng(0))[0]) == 0


def test_equal_rankings_are_not_told_apart_and_a_better_one_is() -> None:
    rng = np.random.default_rng(1)
    equal: list[int] = []
    better: list[int] = []
    for _ in range(400):
        p = rng.random(60)
        hits = rng.random(60) < p
        noisy_a, noisy_b = (np.argsort(-(p + rng.normal(0, 0.5, 60))) for _ in range(2))
        for found, other in ((equal, noisy_b), (better, np.argsort(-p))):
            items, team = team_draft(noisy_a.tolist(), other.tolist(), 20, rng)
            found.append(preference(team, hits[items]))
    errors = np.std(equal) / 20, np.std(better) / 20
    assert abs(np.mean(equal)) < 4 * errors[0]
    assert np.mean(better) > 8 * errors[1]


def test_preference_counts_hits_of_b_minus_a() -> None:
    assert preference([0, 1, 1, 0], [1, 1, 1, 0]) == 1
    assert preference([0, 1], [1, 0]) == -1
    with pytest.raises(ValueError, match="one entry"):
        preference([0, 1], [1])
