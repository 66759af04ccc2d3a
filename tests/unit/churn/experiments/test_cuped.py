"""CUPED takes out what was known, no more: the variance by theory, the effect not at all."""

from __future__ import annotations

import numpy as np
import pytest

from churn.experiments.ab_test import compare_means
from churn.experiments.cuped import adjust, expected_reduction


def test_the_variance_falls_by_the_squared_correlation() -> None:
    rng = np.random.default_rng(0)
    before = rng.normal(size=20_000)
    metric = 3 * before + 4 * rng.normal(size=20_000)
    left_over = adjust(metric, before).var() / metric.var()
    assert 1 - left_over == pytest.approx(0.36, abs=0.02)
    assert expected_reduction(metric, before) == pytest.approx(1 - left_over)
    assert expected_reduction(metric, before) == pytest.approx(
        np.corrcoef(metric, before)[0, 1] ** 2
    )


def test_over_many_experiments_the_error_falls_and_the_effect_stays() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(size=1000)
    base = before + rng.normal(size=1000)
    plain: list[float] = []
    sharper: list[float] = []
    for _ in range(1500):
        treated = rng.random(1000) < 0.5
        metric = base + 0.3 * treated
        for found, values in ((plain, metric), (sharper, adjust(metric, before))):
            found.append(values[treated].mean() - values[~treated].mean())
    assert 1 - np.var(sharper) / np.var(plain) == pytest.approx(0.5, abs=0.05)
    assert np.mean(plain) == pytest.approx(0.3, abs=0.01)
    assert np.mean(sharper) == pytest.approx(0.3, abs=0.01)


def test_several_covariates_take_out_more_and_noise_takes_out_nothing() -> None:
    rng = np.random.default_rng(2)
    known = rng.normal(size=(5000, 2))
    metric = known.sum(axis=1) + rng.normal(size=5000)
    assert expected_reduction(metric, known) == pytest.approx(2 / 3, abs=0.03)
    assert expected_reduction(metric, known[:, 0]) == pytest.approx(1 / 3, abs=0.03)
    assert expected_reduction(metric, rng.normal(size=5000)) < 0.005
    assert adjust(metric, known).mean() == pytest.approx(metric.mean())
    assert adjust(metric, np.ones(5000)) == pytest.approx(metric)


def test_a_covariate_that_the_treatment_changed_takes_the_effect_along() -> None:
    rng = np.random.default_rng(3)
    treated = rng.random(4000) < 0.5
    after = rng.normal(size=4000) + 2 * treated
    metric = after + rng.normal(size=4000)
    adjusted = adjust(metric, after)
    assert compare_means(metric[~treated], metric[treated]).difference > 1.8
    assert abs(compare_means(adjusted[~treated], adjusted[treated]).difference) < 0.2


def test_missing_and_unequal_values_are_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        adjust([1.0, 2.0], [1.0, np.nan])
    with pytest.raises(ValueError, match="each customer"):
        adjust([1.0, 2.0], [1.0, 2.0, 3.0])
    assert expected_reduction([2.0, 2.0], [1.0, 3.0]) == 0
