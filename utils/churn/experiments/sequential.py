"""Looking at an experiment while it runs, as often as one likes.

    seen = at_looks(value, treated, [1000, 2000, 3000])
    low, high = confidence_sequence(seen.difference, seen.variance, scale=7)

The interval of a fixed size holds at one look. A *confidence sequence* holds at all looks together:
with probability 1 - alpha the true difference is never outside, so one may stop whenever it excludes
zero. It is the mixture sequential probability ratio test of Robbins, with a normal mixture (Johari,
Koomen, Pekelis & Walsh, "Always valid inference", Operations Research 2022, arXiv:1512.04922), on
differences of means, whose errors become normal as customers arrive (Waudby-Smith, Arbour, Sinha,
Kennedy & Ramdas, "Time-uniform central limit theory", Annals of Statistics 2024, arXiv:2103.06476).
Few customers in the first look are no large sample: begin to look at some hundred in each arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Looks:
    """What is seen at each of k looks; several experiments at once have shape (runs, k).

    Attributes:
        customers: of both arms so far, shape (k,).
        difference: treated minus control of the means so far.
        variance: the squared standard error of the difference.
    """

    customers: NDArray[np.int64]
    difference: Floats
    variance: Floats


def at_looks(metric: ArrayLike, treated: ArrayLike, ends: Sequence[int]) -> Looks:
    """Difference of the two arms and its variance after so many customers, in order of arrival.

    Args:
        metric: shape (n,), or (runs, n) for many experiments.
        treated: who is in the treated arm, booleans of the same shape, or (n,) for all runs.
        ends: customers seen at each look, increasing, at most n.

    Raises:
        ValueError: if a look has fewer than two customers in an arm, or comes after the last one.
    """
    values, inside = np.asarray(metric, dtype=float), np.asarray(treated, dtype=bool)
    stops = np.asarray(ends, dtype=np.int64)
    if len(stops) == 0 or (np.diff(stops, prepend=0) <= 0).any() or stops[-1] > values.shape[-1]:
        raise ValueError("looks must come one after the other and before the customers end")
    values, inside = values[..., : stops[-1]], inside[..., : stops[-1]]
    starts = np.concatenate([[0], stops[:-1]])
    moments = []
    for arm in (~inside, inside):
        parts = [arm.astype(float), np.where(arm, values, 0.0), np.where(arm, values**2, 0.0)]
        count, total, squares = (np.cumsum(np.add.reduceat(p, starts, -1), -1) for p in parts)
        if (count < 2).any():
            raise ValueError("the first look comes before there are two customers in each arm")
        mean = total / count
        moments.append((mean, (squares / count - mean**2) / (count - 1)))
    (control, its_variance), (other, other_variance) = moments
    return Looks(stops, other - control, its_variance + other_variance)


def naive_p_values(difference: ArrayLike, variance: ArrayLike) -> Floats:
    """The usual two-sided p-value at each look, valid at one look that was fixed beforehand."""
    z = np.abs(np.asarray(difference)) / np.sqrt(np.asarray(variance))
    return np.asarray(2 * norm.sf(z), dtype=float)


def always_valid_p_values(difference: ArrayLike, variance: ArrayLike, scale: float) -> Floats:
    """P-values that hold at every look together, never rising from look to look.

    Args:
        difference, variance: as in :class:`Looks`; the last axis is that of the looks.
        scale: the size of difference one hopes to find, in the metric's unit (the standard deviation
            of the mixture). Chosen beforehand; another one costs customers, not validity.
    """
    gap, v = np.asarray(difference, dtype=float), np.asarray(variance, dtype=float)
    mixed = v + _positive(scale) ** 2
    log_ratio = 0.5 * np.log(v / mixed) + 0.5 * gap**2 * scale**2 / (v * mixed)
    p_values = np.minimum(1.0, np.exp(np.minimum(-log_ratio, 0.0)))
    return np.asarray(np.minimum.accumulate(p_values, axis=-1), dtype=float)


def confidence_sequence(
    difference: ArrayLike, variance: ArrayLike, scale: float, alpha: float = 0.05
) -> tuple[Floats, Floats]:
    """Lower and upper ends that hold at every look together with probability 1 - ``alpha``.

    Arguments as in :func:`always_valid_p_values`: zero is outside where the p-value of that look
    alone is at most ``alpha``.
    """
    gap, v = np.asarray(difference, dtype=float), np.asarray(variance, dtype=float)
    mixed = v + _positive(scale) ** 2
    margin = np.sqrt(2 * v * mixed / scale**2 * (0.5 * np.log(mixed / v) - np.log(alpha)))
    return np.asarray(gap - margin, dtype=float), np.asarray(gap + margin, dtype=float)


def _positive(scale: float) -> float:
    if not scale > 0:
        raise ValueError(f"scale must be positive, not {scale}")
    return scale
