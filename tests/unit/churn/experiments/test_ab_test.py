"""Dollars and differences: the campaign's own arithmetic, and intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from churn.experiments.ab_test import compare_means, compare_shares, earned
from churn.metrics import Campaign, campaign_value


def test_dollars_of_the_four_kinds_of_customers() -> None:
    value = earned([0, 0, 1, 1], [0, 1, 0, 1], Campaign())
    assert list(value) == [400, 355, 0, -5]
    with pytest.raises(ValueError, match="one entry"):
        earned([0, 1], [1], Campaign())


def test_the_difference_of_dollars_is_the_campaigns_value() -> None:
    """Nobody contacted against some: what metrics says from labels is what an experiment books."""
    rng = np.random.default_rng(0)
    campaign, scores = Campaign(success_rate=1.0), rng.random(500)
    would_leave = rng.random(500) < scores
    contacted = scores >= 0.6
    gain = earned(would_leave & ~contacted, contacted, campaign) - earned(
        would_leave, np.zeros(500), campaign
    )
    assert gain.sum() == pytest.approx(campaign_value(would_leave, scores, 0.6, campaign))


def test_means_are_compared_by_welch() -> None:
    rng = np.random.default_rng(1)
    control, treated = rng.normal(0, 1, 80), rng.normal(1, 3, 40)
    found = compare_means(control, treated)
    known = ttest_ind(treated, control, equal_var=False)
    assert found.p_value == pytest.approx(known.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))
    assert found.difference == pytest.approx(treated.mean() - control.mean())
    assert compare_means(control, treated, alpha=0.2).low > found.low


def test_an_interval_without_zero_and_a_small_p_value_are_one_thing() -> None:
    rng = np.random.default_rng(2)
    for _ in range(40):
        control, treated = rng.random(150) < 0.25, rng.random(120) < 0.35
        for found in (compare_shares(control, treated), compare_means(control, treated)):
            assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


def test_intervals_of_shares_hold_the_truth_as_often_as_they_say() -> None:
    rng, held = np.random.default_rng(3), 0
    for _ in range(400):
        found = compare_shares(rng.random(60) < 0.1, rng.random(90) < 0.2)
        held += found.low <= 0.1 <= found.high
    assert 364 <= held <= 397  # 380 expected, four standard errors


def test_empty_shares_have_an_interval_and_what_cannot_be_compared_is_refused() -> None:
    nobody = compare_shares(np.zeros(50), np.zeros(60))
    assert nobody.low < 0 < nobody.high
    with pytest.raises(ValueError, match="of 0 and 1"):
        compare_shares([0, 1, 2], [0, 1])
    with pytest.raises(ValueError, match="at least two"):
        compare_means([1.0], [1.0, 2.0])
