"""CUPED: the part of a metric that was known before the experiment is taken out of it.

    adjusted = adjust(value, score_before)
    compare_means(adjusted[control], adjusted[treated])     # the same difference, a smaller error

Deng, Xu, Kohavi & Walker, "Improving the sensitivity of online controlled experiments by utilizing
pre-experiment data", WSDM 2013. The covariate must be known before the assignment: what the
treatment can change takes part of the effect with it. The share of the variance that goes is the
squared correlation (for several covariates R²).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def adjust(metric: ArrayLike, covariates: ArrayLike) -> Floats:
    """The metric minus what the covariates tell of it; its mean over all customers stays.

    Args:
        metric: of the customers of all arms, shape (n,).
        covariates: shape (n,), or (n, k) for several.

    Raises:
        ValueError: if lengths differ or a value is missing.
    """
    values, known = _checked(metric, covariates)
    return np.asarray(values - known @ _slopes(values, known), dtype=float)


def expected_reduction(metric: ArrayLike, covariates: ArrayLike) -> float:
    """The share of the variance that :func:`adjust` takes out: R² of metric and covariates."""
    values, known = _checked(metric, covariates)
    total = values.var()
    if total == 0:
        return 0.0
    return float(1 - (values - known @ _slopes(values, known)).var() / total)


def _slopes(values: Floats, known: Floats) -> Floats:
    slopes: Floats = np.linalg.lstsq(known, values - values.mean(), rcond=None)[0]
    return slopes


def _checked(metric: ArrayLike, covariates: ArrayLike) -> tuple[Floats, Floats]:
    values, known = np.asarray(metric, dtype=float), np.asarray(covariates, dtype=float)
    if known.ndim == 1:
        known = known[:, None]
    if values.ndim != 1 or known.ndim != 2 or len(known) != len(values):
        raise ValueError("each customer needs one metric and one row of covariates")
    if not (np.isfinite(values).all() and np.isfinite(known).all()):
        raise ValueError("a value is missing: fill it in, the same way in all arms")
    return values, known - known.mean(axis=0)
