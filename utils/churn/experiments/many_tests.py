"""Many experiments at once on the same customers: all effects, and all pairs that disturb each other.

    found = effects(value, arms)                     # arms: customers x experiments
    multipletests(found["p_value"], method="fdr_bh")

Each customer takes part in all of them, so half of the customers with B in one experiment have B in
any other. That is sound as long as the effects add up; ``interactions`` asks whether they do.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]


def effects(metric: ArrayLike, arms: ArrayLike) -> pd.DataFrame:
    """Treated minus control of every experiment.

    Args:
        metric: shape (n,).
        arms: True where a customer is in the treated arm, shape (n, experiments).

    Returns:
        One row for each experiment: ``difference``, ``error`` (its standard error), ``p_value``.
    """
    values, inside = _checked(metric, arms)
    treated = inside.sum(axis=0, dtype=float)
    control = len(values) - treated
    if min(treated.min(), control.min()) < 2:
        raise ValueError("an experiment has fewer than two customers in an arm")
    moments = []
    for power in (1, 2):
        of_treated = (values**power) @ inside
        moments.append((of_treated / treated, ((values**power).sum() - of_treated) / control))
    (m1, m0), (s1, s0) = moments
    error = np.sqrt((s1 - m1**2) / (treated - 1) + (s0 - m0**2) / (control - 1))
    return _tested(m1 - m0, error)


def interactions(metric: ArrayLike, arms: ArrayLike) -> pd.DataFrame:
    """For every pair: how far both together are from the sum of each alone.

    Args:
        metric: shape (n,).
        arms: as in :func:`effects`.

    Returns:
        One row for each pair: ``first``, ``second`` (numbers of experiments), ``difference`` (both
        minus first alone minus second alone plus neither), ``error``, ``p_value``. The variance is
        taken to be the same in all four cells.

    Raises:
        ValueError: if one of the four cells of a pair is empty.
    """
    values, inside = _checked(metric, arms)
    n, total, alone = len(values), values.sum(), inside.sum(axis=0, dtype=float)
    # Products of 32 bits: twice as fast, and counts below 2**24 are exact.
    flags = inside.astype(np.float32)
    both = (flags.T @ flags).astype(float)
    sum_both = ((flags * values[:, None].astype(np.float32)).T @ flags).astype(float)
    sum_alone = values @ inside
    cells = [  # customers and sums of: both, first alone, second alone, neither
        (both, sum_both),
        (alone[:, None] - both, sum_alone[:, None] - sum_both),
        (alone - both, sum_alone - sum_both),
        (
            n - alone[:, None] - alone + both,
            total - sum_alone[:, None] - sum_alone + sum_both,
        ),
    ]
    first, second = np.triu_indices(inside.shape[1], k=1)
    sizes = [size[first, second] for size, _ in cells]
    if any((size < 1).any() for size in sizes):
        raise ValueError("a pair of experiments has no customer in one of its four cells")
    means = [sums[first, second] / size for (_, sums), size in zip(cells, sizes, strict=True)]
    error = values.std() * np.sqrt(sum(1 / size for size in sizes))
    found = _tested(means[0] - means[1] - means[2] + means[3], error)
    found.insert(0, "first", first)
    found.insert(1, "second", second)
    return found


def _tested(difference: Floats, error: Floats) -> pd.DataFrame:
    p_value = 2 * norm.sf(np.abs(difference) / error)
    return pd.DataFrame({"difference": difference, "error": error, "p_value": p_value})


def _checked(metric: ArrayLike, arms: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    values, inside = np.asarray(metric, dtype=float), np.asarray(arms, dtype=bool)
    if values.ndim != 1 or inside.ndim != 2 or len(inside) != len(values):
        raise ValueError("each customer needs one metric and one arm in each experiment")
    return values - values.mean(), inside
