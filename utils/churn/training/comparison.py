"""Comparing two models on the same customers, with an interval.

lead = auc_difference(y, scores, other_scores)
print(lead)   # +0.016 (95 %: +0.003 to +0.030)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Customers of several draws that are counted together. Larger arrays than 128 kB are fetched from
#: the system anew each time, which takes longer than the counting.
_TOGETHER = 16_000


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

    rng, size = np.random.default_rng(seed), len(labels)
    first, second = _Ranking(labels, one), _Ranking(labels, two)
    redrawn, together = np.empty(draws), max(1, _TOGETHER // size)
    for begin in range(0, draws, together):
        some = redrawn[begin : begin + together]
        drawn = rng.integers(0, size, (len(some), size)) + size * np.arange(len(some))[:, None]
        counts = np.bincount(drawn.ravel(), minlength=some.size * size).reshape(drawn.shape)
        some[:] = first.auc(counts) - second.auc(counts)
    # A draw of very few customers may lack a class; it has no AUC.
    low, high = np.nanquantile(redrawn, [0.025, 0.975])
    once = np.ones((1, size), dtype=np.int64)
    value = first.auc(once) - second.auc(once)
    return Difference(float(value[0]), float(low), float(high))


class _Ranking:
    """The scores of one model, sorted once for all draws: many times as fast as sorting in each."""

    def __init__(self, y: NDArray[np.int64], p: NDArray[np.float64]) -> None:
        self.order = np.argsort(p, kind="stable")
        self.left = y[self.order] == 1
        # The last customer of each score.
        self.ends = np.flatnonzero(np.concatenate([np.diff(p[self.order]) > 0, [True]]))

    def auc(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """ROC-AUC of each row of ``counts``, which says how many times each customer counts.

        NaN without one of the classes.
        """
        counts = np.take(counts, self.order, axis=1)
        leavers = self._by_score(counts * self.left)
        stayers = self._by_score(counts) - leavers
        below = np.cumsum(stayers, axis=1) - stayers / 2  # an equal score counts one half
        won = np.einsum("ij,ij->i", leavers, below)
        pairs = leavers.sum(axis=1) * stayers.sum(axis=1)
        return np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)

    def _by_score(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """The sums of each row over customers with one score."""
        if len(self.ends) == values.shape[1]:
            return values
        up_to = np.take(np.cumsum(values, axis=1), self.ends, axis=1)
        return np.diff(up_to, axis=1, prepend=0)
