"""What a job costs at sizes that nobody has measured: a curve through the sizes that somebody has.

    curve = fit_affine(sizes, seconds)
    curve.at(16_000)
    check(fit_affine, sizes, seconds)     # fitted without the largest size: how far off was it there?

Two forms. *Affine*: a start that is paid once, and a price for each unit. *Power law*: a straight line
on two logarithmic axes. Both are fitted to relative errors, so that a size of ten counts as much as one
of a million.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls


@dataclass(frozen=True)
class Affine:
    """Cost = ``start`` + ``each`` · size; neither is negative."""

    start: float
    each: float

    def at(self, size: float) -> float:
        """The cost of a size."""
        return self.start + self.each * size


@dataclass(frozen=True)
class PowerLaw:
    """Cost = ``factor`` · size to the power of ``exponent``."""

    factor: float
    exponent: float

    def at(self, size: float) -> float:
        """The cost of a size."""
        return float(self.factor * size**self.exponent)


Curve = Affine | PowerLaw


@dataclass(frozen=True)
class Check:
    """What a curve that was fitted to the smaller sizes says about the largest.

    Attributes:
        size: the largest, which the curve has not seen.
        measured, predicted: its cost.
        reach: how many times the largest fitted size it is.
    """

    size: float
    measured: float
    predicted: float
    reach: float

    @property
    def error(self) -> float:
        """The prediction's relative error: 0.1 is ten percent too much."""
        return self.predicted / self.measured - 1


def fit_affine(sizes: ArrayLike, costs: ArrayLike) -> Affine:
    """The affine curve with the least sum of squared relative errors.

    Args:
        sizes: shape (n,), positive, at least two different ones.
        costs: shape (n,), positive; their unit is the curve's.

    Raises:
        ValueError: for anything else.
    """
    x, y = _points(sizes, costs)
    # Scaled, so that both columns are of one order of magnitude.
    scale = x.max()
    (start, each), _ = nnls(np.column_stack([1 / y, x / scale / y]), np.ones(len(y)))
    return Affine(float(start), float(each / scale))


def fit_power(sizes: ArrayLike, costs: ArrayLike) -> PowerLaw:
    """The power law with the least sum of squared errors of the logarithm (see :func:`fit_affine`)."""
    x, y = _points(sizes, costs)
    exponent, constant = np.polyfit(np.log(x), np.log(y), 1)
    return PowerLaw(float(np.exp(constant)), float(exponent))


def check(
    fit: Callable[[ArrayLike, ArrayLike], Curve], sizes: ArrayLike, costs: ArrayLike
) -> Check:
    """Fit all sizes but the largest, and compare the curve with what was measured there.

    Raises:
        ValueError: as :func:`fit_affine`, and if fewer than two sizes are left.
    """
    x, y = _points(sizes, costs)
    largest = x.max()
    below = x < largest
    curve = fit(x[below], y[below])
    measured = float(np.median(y[~below]))
    return Check(
        float(largest), measured, curve.at(float(largest)), float(largest / x[below].max())
    )


def _points(sizes: ArrayLike, costs: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(sizes, dtype=float), np.asarray(costs, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"sizes and costs must be flat and of one length, not {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)).all():
        raise ValueError("sizes and costs must be positive numbers")
    if len(np.unique(x)) < 2:
        raise ValueError("a curve needs at least two different sizes")
    return x, y
