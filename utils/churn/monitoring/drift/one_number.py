"""Detectors for one column of numbers: four tests of SciPy, one for each kind of change.

Ties, as in whole months of tenure, make the p-values of the first two somewhat too large.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from churn.monitoring.drift.detector import Detector, Floats, as_numbers


class _OneNumber(Detector[Floats]):
    def _read(self, data: Any, role: str) -> Floats:
        return as_numbers(data, role)


class KolmogorovSmirnov(_OneNumber):
    """The largest distance between two distribution functions; sees any kind of change.

    Statistic and effect: that distance, 0 to 1. The p-value is the asymptotic one.
    """

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        found = stats.ks_2samp(reference, window, method="asymp")
        return float(found.statistic), float(found.pvalue), float(found.statistic)


class CramerVonMises(_OneNumber):
    """The squared distance between two distribution functions, summed over all rows.

    Statistic: SciPy's T. Effect: the root of the mean squared distance, 0 to 0.58.
    Source: Anderson, "On the distribution of the two-sample Cramér-von Mises criterion", 1962.
    """

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        found = stats.cramervonmises_2samp(reference, window, method="asymptotic")
        everything = np.concatenate([reference, window])
        below = [
            np.searchsorted(np.sort(one), everything, side="right") / len(one)
            for one in (reference, window)
        ]
        effect = np.sqrt(np.mean((below[0] - below[1]) ** 2))
        return float(found.statistic), _defined(found.pvalue), float(effect)


class MannWhitney(_OneNumber):
    """Whether one of two samples tends to be the larger: sees a change of place, not of spread.

    Statistic: U of the reference. Effect: the rank-biserial correlation |2·P(window > reference) − 1|
    with ties counted one half, 0 to 1.
    """

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        found = stats.mannwhitneyu(reference, window, method="asymptotic")
        share = found.statistic / (len(reference) * len(window))
        return float(found.statistic), _defined(found.pvalue), float(abs(2 * share - 1))


class Levene(_OneNumber):
    """Whether two samples spread alike (Brown and Forsythe's form): blind to a change of place.

    Statistic: W. Effect: the difference of the mean distances from the median over their sum, 0 to 1.
    """

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        spread = [np.abs(one - np.median(one)) for one in (reference, window)]
        means = [float(one.mean()) for one in spread]
        if all((one == one[0]).all() for one in spread):
            # No variance within either sample, so W is 0/0 or infinite: two constant columns spread
            # alike; a constant and one of two far values do not.
            alike = np.isclose(means[0], means[1])
            return (0.0 if alike else float("inf")), float(alike), _contrast(*means)
        found = stats.levene(reference, window, center="median")
        return float(found.statistic), float(found.pvalue), _contrast(*means)


def _contrast(one: float, other: float) -> float:
    return abs(one - other) / (one + other) if one + other else 0.0


def _defined(p_value: float) -> float:
    """SciPy's p-value of two constant and equal columns is NaN: they do not differ."""
    return 1.0 if np.isnan(p_value) else float(p_value)
