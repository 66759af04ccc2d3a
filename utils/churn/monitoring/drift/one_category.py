"""Detectors that count: two tests for categories, and two distances that have no p-value.

A category that the reference lacks is one like any other, and so is a missing value.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import distance
from scipy.special import rel_entr

from churn.monitoring.drift.detector import Detector, DriftError, Floats, as_categories, as_numbers


class ChiSquared(Detector[pd.Series]):
    """Whether the categories of a column have the shares that they had.

    Statistic: Pearson's chi-squared of the table of two rows. Effect: Cramér's V, 0 to 1.
    """

    def _read(self, data: Any, role: str) -> pd.Series:
        return as_categories(data, role)

    def _compare(self, reference: pd.Series, window: pd.Series) -> tuple[float, float, float]:
        counts = _counts(reference, window)
        found = stats.chi2_contingency(counts, correction=False)
        return (
            float(found.statistic),
            float(found.pvalue),
            float(np.sqrt(found.statistic / counts.sum())),
        )


class Fisher(Detector[pd.Series]):
    """Fisher's exact test of a column with two values at most: exact also for a handful of rows.

    Statistic: the odds ratio. Effect: the difference of the two shares, 0 to 1.
    """

    def _read(self, data: Any, role: str) -> pd.Series:
        return as_categories(data, role)

    def _compare(self, reference: pd.Series, window: pd.Series) -> tuple[float, float, float]:
        counts = _counts(reference, window)
        if counts.shape[1] > 2:
            raise DriftError(
                f"Fisher's test is for two values, and these are {counts.shape[1]}: use ChiSquared"
            )
        if counts.shape[1] == 1:
            return 1.0, 1.0, 0.0
        found = stats.fisher_exact(counts)
        shares = counts[:, 0] / counts.sum(axis=1)
        return float(found.statistic), float(found.pvalue), float(abs(shares[0] - shares[1]))


class _Distance(Detector[Any]):
    """A distance between histograms. No p-value: whether it is drift is a matter of a fixed bound.

    Numbers are counted in ``bins`` classes with an equal share of the reference in each, the first
    and the last open; anything else by its value. This is no call of Evidently's, which cuts
    reference and window together into classes of equal width: one bill in cents, and all other rows
    lie in the first class, however they have moved.
    """

    def __init__(
        self, level: float = 0.05, min_effect: float | None = None, bins: int = 10
    ) -> None:
        super().__init__(level, min_effect)
        if bins < 2:
            raise DriftError(f"bins must be at least 2, not {bins}")
        self.bins = bins

    def _read(self, data: Any, role: str) -> Any:
        numeric = pd.api.types.is_numeric_dtype(pd.Series(data).dtype)
        return as_numbers(data, role) if numeric else as_categories(data, role)

    def _compare(self, reference: Any, window: Any) -> tuple[float, None, float]:
        if isinstance(reference, np.ndarray) != isinstance(window, np.ndarray):
            raise DriftError("the reference and the window must both be numbers, or both not")
        if isinstance(reference, np.ndarray):
            inner = np.unique(np.quantile(reference, np.linspace(0, 1, self.bins + 1)[1:-1]))
            counts = np.stack(
                [
                    np.bincount(np.searchsorted(inner, one, side="left"), minlength=len(inner) + 1)
                    for one in (reference, window)
                ]
            )
        else:
            counts = _counts(reference, window)
        size = self._size(*(counts / counts.sum(axis=1, keepdims=True)))
        return size, None, size

    @abstractmethod
    def _size(self, reference: Floats, window: Floats) -> float:
        """The distance between the shares of the classes."""


class PopulationStability(_Distance):
    """The population stability index of credit scoring, where 0.1 means "look" and 0.25 "act".

    Statistic and effect: Σ (q − p)·ln(q / p), the Kullback-Leibler divergence both ways. A class
    without rows counts as if it had a share of 0.0001; so it does in Evidently, unless another class
    has that share or less.
    """

    MIN_EFFECT: ClassVar[float] = 0.1

    def _size(self, reference: Floats, window: Floats) -> float:
        p, q = (np.where(one == 0, 0.0001, one) for one in (reference, window))
        return float((rel_entr(p, q) + rel_entr(q, p)).sum())


class JensenShannon(_Distance):
    """The Jensen-Shannon distance with logarithms to base 2; drift from 0.1 on.

    Statistic and effect: that distance, 0 to 1. Evidently has the same bound for natural logarithms,
    with which the distance is 0.83 times as large: ours raises an alarm a little earlier.
    """

    MIN_EFFECT: ClassVar[float] = 0.1

    def _size(self, reference: Floats, window: Floats) -> float:
        return float(distance.jensenshannon(reference, window, base=2))


def _counts(reference: pd.Series, window: pd.Series) -> Any:
    """How often each value occurs: two rows, a column for each value of either."""
    both = pd.concat([reference, window], ignore_index=True)
    codes, values = pd.factorize(both, sort=True)
    parts = codes[: len(reference)], codes[len(reference) :]
    return np.stack([np.bincount(part, minlength=len(values)) for part in parts])
