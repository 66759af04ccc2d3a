"""Looking at an experiment at some planned times: each look spends a part of the alpha.

    boundaries([0.25, 0.5, 0.75, 1.0])      # |z| from which one may stop at each look

Lan & DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 1983. Unlike a
confidence sequence it ends: after the last planned look nothing more may be claimed. For that it
asks for less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

Floats = NDArray[np.float64]
Spending = Callable[[Floats, float], Floats]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(201)
#: No experiment gets as far by chance; less alpha than this beyond it is spent nowhere.
_FAR = 8.0


def obrien_fleming(fractions: Floats, alpha: float) -> Floats:
    """Alpha spent by each fraction of the planned customers: hardly any early, half on each side."""
    return np.asarray(4 * norm.sf(norm.isf(alpha / 4) / np.sqrt(fractions)), dtype=float)


def pocock(fractions: Floats, alpha: float) -> Floats:
    """Alpha spent by each fraction: the looks are nearly alike."""
    return np.asarray(alpha * np.log1p((np.e - 1) * fractions), dtype=float)


def boundaries(
    fractions: Sequence[float], alpha: float = 0.05, spending: Spending = obrien_fleming
) -> Floats:
    """The distance from zero, in standard errors, from which one may stop at each look.

    Args:
        fractions: of the planned customers seen at each look, increasing, at most 1.
        alpha: two-sided, for all looks together.
        spending: how much of it may be spent by when.

    Returns:
        Shape (k,); infinite where a look has nothing worth mention to spend.

    Raises:
        ValueError: if the fractions do not increase from above 0 to at most 1.
    """
    times = np.asarray(fractions, dtype=float)
    if len(times) == 0 or (np.diff(times, prepend=0) <= 0).any() or times[-1] > 1:
        raise ValueError("fractions must increase from above 0 to at most 1")
    spent = np.diff(spending(times, alpha), prepend=0)
    bounds = np.empty(len(times))
    # z·sqrt(t) moves like a Brownian motion: ``mass`` is its density among those still running,
    # at the points ``at`` (with the weights of the integration), before the next step.
    at, mass, before = np.zeros(1), np.ones(1), 0.0
    for look, time in enumerate(times):
        step, root = np.sqrt(time - before), np.sqrt(time)
        state = at, mass, step, root
        if _stopping(_FAR, *state) < spent[look]:
            bounds[look] = brentq(_too_many, 0, _FAR, args=(spent[look], *state))
        else:
            bounds[look] = np.inf
        edge = min(bounds[look], _FAR) * root
        density = norm.pdf((edge * _NODES[:, None] - at) / step) / step @ mass
        at, mass, before = edge * _NODES, density * edge * _WEIGHTS, time
    return bounds


def _stopping(bound: float, at: Floats, mass: Floats, step: float, root: float) -> float:
    """The probability to be beyond ``bound`` after the next step, without having stopped before."""
    beyond = norm.sf((bound * root - at) / step) + norm.sf((bound * root + at) / step)
    return float(mass @ beyond)


def _too_many(bound: float, wanted: float, *state: Any) -> float:
    return _stopping(bound, *state) - wanted
