"""Peeking: the usual p-value does not survive it, always-valid ones and planned bounds do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from churn.experiments import group_sequential
from churn.experiments.ab_test import compare_means
from churn.experiments.sequential import (
    Looks,
    always_valid_p_values,
    at_looks,
    confidence_sequence,
    naive_p_values,
)

RUNS, ENDS = 2000, list(range(200, 2001, 200))


def experiments(effect: float, seed: int) -> Looks:
    """Skewed like money: most customers bring something, some nothing."""
    rng = np.random.default_rng(seed)
    treated = rng.random((RUNS, ENDS[-1])) < 0.5
    metric = np.where(rng.random(treated.shape) < 0.25, 0.0, 400.0) + effect * treated
    return at_looks(metric, treated, ENDS)


@pytest.fixture(scope="module")
def nothing() -> Looks:
    return experiments(0.0, 0)


@pytest.fixture(scope="module")
def something() -> Looks:
    return experiments(25.0, 1)


def test_what_is_seen_at_a_look_is_what_an_analysis_then_would_say() -> None:
    rng = np.random.default_rng(2)
    metric, treated = rng.random(300), rng.random(300) < 0.4
    seen = at_looks(metric, treated, [100, 250])
    for look, end in enumerate((100, 250)):
        now, inside = metric[:end], treated[:end]
        known = compare_means(now[~inside], now[inside])
        assert seen.difference[look] == pytest.approx(known.difference)
        assert naive_p_values(seen.difference, seen.variance)[look] == pytest.approx(
            known.p_value, abs=0.005
        )
        error = now[inside].var(ddof=1) / inside.sum() + now[~inside].var(ddof=1) / (~inside).sum()
        assert seen.variance[look] == pytest.approx(error)


def test_peeking_breaks_the_usual_p_value_and_nothing_else(nothing: Looks) -> None:
    usual = naive_p_values(nothing.difference, nothing.variance)
    valid = always_valid_p_values(nothing.difference, nothing.variance, scale=25.0)
    z = np.abs(nothing.difference) / np.sqrt(nothing.variance)
    assert (usual[:, -1] < 0.05).mean() == pytest.approx(0.05, abs=0.02)
    assert (usual < 0.05).any(axis=1).mean() > 0.15
    assert (valid < 0.05).any(axis=1).mean() < 0.05
    for spending in (group_sequential.obrien_fleming, group_sequential.pocock):
        bounds = group_sequential.boundaries([end / ENDS[-1] for end in ENDS], spending=spending)
        assert (z > bounds).any(axis=1).mean() == pytest.approx(0.05, abs=0.02)


def test_a_difference_is_found_and_sooner_than_at_the_end(something: Looks) -> None:
    valid = always_valid_p_values(something.difference, something.variance, scale=25.0)
    bounds = group_sequential.boundaries([end / ENDS[-1] for end in ENDS])
    z = np.abs(something.difference) / np.sqrt(something.variance)
    usual = naive_p_values(something.difference, something.variance)[:, -1] < 0.05
    planned = (z > bounds).any(axis=1)
    always = valid[:, -1] < 0.05
    assert usual.mean() > planned.mean() > always.mean() > 0.4
    assert usual.mean() - planned.mean() < 0.05
    assert (valid[always] < 0.05).argmax(axis=1).mean() < len(ENDS) - 2


def test_the_sequence_holds_the_truth_at_all_looks_together(something: Looks) -> None:
    low, high = confidence_sequence(something.difference, something.variance, scale=25.0)
    assert ((low <= 25) & (high >= 25)).all(axis=1).mean() > 0.95
    p_values = always_valid_p_values(something.difference, something.variance, scale=25.0)
    excluded = np.logical_or.accumulate((low > 0) | (high < 0), axis=1)
    assert (excluded == (p_values < 0.05)).all()
    wider = confidence_sequence(something.difference, something.variance, 25.0, alpha=0.01)
    assert (wider[0] < low).all()


@pytest.mark.parametrize("ends", [[], [100, 100], [100, 3000], [0, 100]])
def test_looks_that_cannot_be_are_refused(ends: list[int]) -> None:
    metric: NDArray[np.float64] = np.zeros(2000)
    with pytest.raises(ValueError, match="one after the other"):
        at_looks(metric, np.arange(2000) % 2 == 0, ends)


def test_an_empty_arm_and_a_scale_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="two customers in each arm"):
        at_looks(np.zeros(10), np.zeros(10), [5])
    with pytest.raises(ValueError, match="scale"):
        confidence_sequence([1.0], [1.0], scale=0)


def test_bounds_are_those_of_the_tables() -> None:
    """The two-sided 5 % bounds of the literature, for example in gsDesign's manual."""
    fifths = [0.2, 0.4, 0.6, 0.8, 1.0]
    assert group_sequential.boundaries(fifths) == pytest.approx(
        [4.877, 3.357, 2.680, 2.290, 2.031], abs=0.002
    )
    assert group_sequential.boundaries(fifths, spending=group_sequential.pocock) == pytest.approx(
        [2.438, 2.427, 2.410, 2.397, 2.386], abs=0.002
    )
    assert group_sequential.boundaries([1.0]) == pytest.approx([1.960], abs=0.001)
    assert group_sequential.boundaries([0.01, 1.0])[0] == np.inf


@pytest.mark.parametrize("fractions", [[], [0.5, 0.5], [0.0, 1.0], [0.5, 1.2]])
def test_fractions_that_are_none_are_refused(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match="fractions must increase"):
        group_sequential.boundaries(fractions)
