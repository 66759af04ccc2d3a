"""The estimate without labels: right while the calibration holds, wrong when the concept drifts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from churn.metrics import Campaign, campaign_value
from churn.monitoring.performance import Estimate, PerformanceEstimator, expected_auc

THRESHOLD = 0.2


def customers(
    rng: np.random.Generator, size: int, shift: float = 0.0, slope: float = 1.0
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Scores, and labels that follow from them by a calibration that may have moved."""
    odds = rng.normal(-2.0, 1.2, size)
    p = 1 / (1 + np.exp(-odds))
    q = 1 / (1 + np.exp(-(slope * odds + shift)))
    return (rng.random(size) < q).astype(int), p


def test_with_certain_labels_it_is_the_roc_auc() -> None:
    rng = np.random.default_rng(0)
    y, p = customers(rng, 500)
    tied = np.round(p, 1)
    assert expected_auc(p, y) == pytest.approx(roc_auc_score(y, p))
    assert expected_auc(tied, y) == pytest.approx(roc_auc_score(y, tied))
    assert np.isnan(expected_auc(p, np.ones(500)))


def test_expected_auc_is_what_labels_drawn_from_the_probabilities_average() -> None:
    rng = np.random.default_rng(1)
    q = rng.uniform(0.05, 0.9, 60)
    p = np.round(q + rng.normal(0, 0.1, 60), 1)  # with ties, and not in the order of q
    drawn = [roc_auc_score(rng.random(60) < q, p) for _ in range(400)]
    assert expected_auc(p, q) == pytest.approx(np.mean(drawn), abs=0.015)
    pairs = [
        (q[i] * (1 - q[j]), (p[i] > p[j]) + (p[i] == p[j]) / 2)
        for i in range(60)
        for j in range(60)
        if i != j
    ]
    weight, right = np.array(pairs).T
    assert expected_auc(p, q) == pytest.approx(weight @ right / weight.sum())


def test_intervals_hold_the_truth_while_nothing_drifts_and_lose_it_when_the_concept_does() -> None:
    rng = np.random.default_rng(2)
    held: dict[str, list[list[bool]]] = {"steady": [], "drifted": []}
    for seed in range(25):
        y, p = customers(rng, 2500)
        distorted = p**2  # a score that is no probability: the reference mends it
        estimator = PerformanceEstimator(THRESHOLD**2, draws=60, seed=seed).fit(y, distorted)
        for name, slope in (("steady", 1.0), ("drifted", 0.3)):
            y, p = customers(rng, 2500, slope=slope)
            found, truth = estimator.estimate(p**2), estimator.realized(y, p**2)
            held[name].append([getattr(found, figure).covers(truth[figure]) for figure in truth])
    steady, drifted = (np.mean(held[name], axis=0) for name in ("steady", "drifted"))
    assert (steady >= 0.8).all(), steady
    assert drifted[0] < 0.1  # the scores look as ever, the ranking is gone


def test_a_moved_base_rate_leaves_the_auc_and_breaks_the_dollars() -> None:
    rng = np.random.default_rng(3)
    estimator = PerformanceEstimator(THRESHOLD, draws=60).fit(*customers(rng, 5000))
    y, p = customers(rng, 5000, shift=-1.0)
    found, truth = estimator.estimate(p), estimator.realized(y, p)
    assert found.roc_auc.value == pytest.approx(truth["roc_auc"], abs=0.03)
    assert truth["dollars"] < found.dollars.low


def test_other_customers_are_seen_as_long_as_scores_keep_their_meaning() -> None:
    rng = np.random.default_rng(4)
    estimator = PerformanceEstimator(THRESHOLD, draws=60).fit(*customers(rng, 5000))
    y, p = customers(rng, 20000)
    middle = (p > 0.05) & (p < 0.3)  # harder to rank: the easy ones are gone
    found, truth = estimator.estimate(p[middle]), estimator.realized(y[middle], p[middle])
    assert truth["roc_auc"] < roc_auc_score(y, p) - 0.05
    assert found.roc_auc.covers(truth["roc_auc"])


def test_realized_figures_are_those_of_the_other_modules() -> None:
    rng = np.random.default_rng(5)
    y, p = customers(rng, 400)
    campaign = Campaign(contact_cost=7)
    truth = PerformanceEstimator(THRESHOLD, campaign).realized(y, p)
    assert truth["roc_auc"] == pytest.approx(roc_auc_score(y, p))
    assert truth["accuracy"] == pytest.approx(((p >= THRESHOLD) == y).mean())
    assert truth["dollars"] == pytest.approx(campaign_value(y, p, THRESHOLD, campaign))


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(6)
    y, p = customers(rng, 500)
    one, other = (PerformanceEstimator(0.2, draws=20).fit(y, p).estimate(p) for _ in range(2))
    assert one == other
    assert one != PerformanceEstimator(0.2, draws=20, seed=1).fit(y, p).estimate(p)


def test_an_estimate_says_itself() -> None:
    assert str(Estimate(0.757, 0.739, 0.774)) == "0.757 (95 %: 0.739 to 0.774)"
    assert str(Estimate(-12345.6, -20000, 5)) == "-12,346 (95 %: -20,000 to 5)"


def test_what_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(RuntimeError, match="call fit first"):
        PerformanceEstimator(0.2).estimate([0.1])
    for y, p, message in (
        ([0, 1], [0.1], "do not fit together"),
        ([0, 0], [0.1, 0.2], "both must occur"),
        ([0, 2], [0.1, 0.2], "both must occur"),
        ([0, 1], [0.1, 1.2], "between 0 and 1"),
        ([0, 1], [0.1, np.nan], "between 0 and 1"),
        ([], [], "somebody in it"),
    ):
        with pytest.raises(ValueError, match=message):
            PerformanceEstimator(0.2).fit(y, p)
