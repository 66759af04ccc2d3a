"""The paired interval of a difference in ROC-AUC."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from churn.training import auc_difference


@pytest.fixture(scope="module")
def leavers() -> NDArray[np.int64]:
    return (np.random.default_rng(1).random(800) < 0.2).astype(int)


@pytest.fixture(scope="module")
def good(leavers: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.random.default_rng(2).normal(size=800) + leavers


def test_the_value_is_the_difference_of_the_two_aucs_ties_included(
    leavers: NDArray[np.int64], good: NDArray[np.float64]
) -> None:
    rounded = good.round()
    lead = auc_difference(leavers, good, rounded, draws=10)
    expected = roc_auc_score(leavers, good) - roc_auc_score(leavers, rounded)
    assert lead.value == pytest.approx(expected, abs=1e-12)
    assert lead.value > 0


def test_a_model_against_itself_differs_by_nothing(
    leavers: NDArray[np.int64], good: NDArray[np.float64]
) -> None:
    assert auc_difference(leavers, good, 2 * good + 1, draws=50) == (0.0, 0.0, 0.0)


def test_pairing_makes_the_interval_of_two_like_models_narrow(
    leavers: NDArray[np.int64], good: NDArray[np.float64]
) -> None:
    rng = np.random.default_rng(3)
    like = good + rng.normal(scale=0.1, size=800)
    lead = auc_difference(leavers, good, like, draws=300)
    draws = [rng.integers(0, 800, 800) for _ in range(300)]
    alone = np.std([roc_auc_score(leavers[rows], good[rows]) for rows in draws])
    assert lead.low <= lead.value <= lead.high
    # Unpaired, the difference would have a standard error of sqrt(2) times that of one figure.
    assert (lead.high - lead.low) / 3.92 < 0.25 * np.sqrt(2) * alone


def test_the_seed_fixes_the_interval(leavers: NDArray[np.int64], good: NDArray[np.float64]) -> None:
    other = np.random.default_rng(4).normal(size=800)
    first = auc_difference(leavers, good, other, draws=30)
    assert first == auc_difference(leavers, good, other, draws=30)
    assert first != auc_difference(leavers, good, other, draws=30, seed=1)


def test_it_reads_as_one_line(leavers: NDArray[np.int64], good: NDArray[np.float64]) -> None:
    assert str(auc_difference(leavers, good, good, draws=2)) == "+0.000 (95 %: +0.000 to +0.000)"


@pytest.mark.parametrize(
    ("y", "p", "other", "problem"),
    [
        ([0, 1], [0.1, 0.2], [0.1], "one length"),
        ([[0, 1]], [[0.1, 0.2]], [[0.1, 0.2]], "flat arrays"),
        ([0, 0], [0.1, 0.2], [0.1, 0.2], "both must occur"),
        ([0, 2], [0.1, 0.2], [0.1, 0.2], "0 \\(stayed\\) and 1 \\(left\\)"),
    ],
)
def test_bad_input_gets_one_sentence(y: list, p: list, other: list, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        auc_difference(y, p, other)
