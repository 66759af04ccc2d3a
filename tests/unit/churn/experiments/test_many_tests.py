"""All effects and all pairs at once: as one by one, and planted ones are found."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from churn.experiments.ab_test import compare_means
from churn.experiments.many_tests import effects, interactions

rng = np.random.default_rng(0)
ARMS = rng.random((3000, 40)) < 0.5
NOISE = rng.normal(300, 100, 3000)


def test_each_effect_is_that_of_the_experiment_alone() -> None:
    found = effects(NOISE, ARMS)
    for experiment in (0, 17):
        inside = ARMS[:, experiment]
        alone = compare_means(NOISE[~inside], NOISE[inside])
        assert found["difference"][experiment] == pytest.approx(alone.difference)
        assert found["p_value"][experiment] == pytest.approx(alone.p_value, abs=0.001)
        assert found["error"][experiment] == pytest.approx(
            (alone.high - alone.low) / 2 / 1.9608, rel=0.001
        )


def test_each_pair_is_the_contrast_of_its_four_cells() -> None:
    found = interactions(NOISE, ARMS)
    assert len(found) == 40 * 39 / 2
    row = found[(found["first"] == 3) & (found["second"] == 9)].iloc[0]
    a, b = ARMS[:, 3], ARMS[:, 9]
    by_hand = (
        NOISE[a & b].mean() - NOISE[a & ~b].mean() - NOISE[~a & b].mean() + NOISE[~a & ~b].mean()
    )
    assert row["difference"] == pytest.approx(by_hand, rel=1e-3)
    assert 0.02 < (found["p_value"] < 0.05).mean() < 0.08


def test_a_planted_clash_is_found_among_all_pairs_and_nothing_else() -> None:
    clash = NOISE - 40 * (ARMS[:, 5] & ARMS[:, 30])
    found = interactions(clash, ARMS)
    reject = multipletests(found["p_value"], alpha=0.001, method="fdr_bh")[0]
    assert found[reject][["first", "second"]].to_numpy().tolist() == [[5, 30]]
    assert found["difference"][reject].iloc[0] == pytest.approx(-40, abs=25)
    apart = NOISE - 20 * ARMS[:, 5] - 20 * ARMS[:, 30]  # both work, and add up
    assert not multipletests(interactions(apart, ARMS)["p_value"], alpha=0.001, method="fdr_bh")[
        0
    ].any()


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(ValueError, match="one arm in each experiment"):
        effects(NOISE, ARMS[:10])
    with pytest.raises(ValueError, match="fewer than two"):
        effects(NOISE, np.zeros((3000, 1)))
    with pytest.raises(ValueError, match="four cells"):
        interactions(NOISE, ARMS[:, [0, 0]])
