"""Comparing two models on the same customers, with an interval.

lead = auc_difference(y, scores, other_scores)
print(lead)   # +0.016 (95 %: +0.003 to +0.030)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import bootstrap, rankdata


class Difference(NamedTuple):
    """A difference between two models, and the interval in which 95 % of its redraws lie."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} (95 %: {self.low:+.3f} to {self.high:+.3f})"


def auc_difference(
    y: ArrayLike, p: ArrayLike, other: ArrayLike, draws: int = 1000, seed: int = 0
) -> Difference:
    """By how much the ROC-AUC of ``p`` exceeds that of ``other``, with its paired interval.

    Customers are drawn again with replacement, and each draw judges both models on the same
    customers. What makes a draw easy or hard is thus in both figures and cancels.

    Args:
        y: shape (n,), 1 where the customer left, else 0; both must occur.
        p: shape (n,), the scores of one model.
        other: shape (n,), the scores of the other for the same customers in the same order.
        draws: of the bootstrap.
        seed: of the draws.

    Raises:
        ValueError: if the lengths differ or only one class occurs.
    """
    labels, one, two = (np.asarray(array) for array in (y, p, other))
    if not (labels.shape == one.shape == two.shape and labels.ndim == 1):
        shapes = f"{labels.shape}, {one.shape} and {two.shape}"
        raise ValueError(f"labels and both scores must be flat arrays of one length, not {shapes}")
    if not ((labels == 0) | (labels == 1)).all() or labels.min() == labels.max():
        raise ValueError("labels must be 0 (stayed) and 1 (left), and both must occur")

    def lead(y: NDArray[np.int64], p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
        return _auc(y, p) - _auc(y, q)

    found = bootstrap(
        (labels, one, two),
        lead,
        paired=True,
        vectorized=False,
        n_resamples=draws,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Difference(lead(labels, one, two), float(found.low), float(found.high))


def _auc(y: NDArray[np.int64], p: NDArray[np.float64]) -> float:
    # The rank-sum form, some seven times as fast as scikit-learn's, which builds the whole curve.
    left = y == 1
    leavers = int(left.sum())
    above = rankdata(p)[left].sum() - leavers * (leavers + 1) / 2
    return float(above / (leavers * (len(y) - leavers)))
