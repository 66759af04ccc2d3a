"""Federated averaging of a logistic regression, in NumPy.

McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", AISTATS
2017. Numbers are scaled by constants that the company may publish: a mean and a standard deviation of
all customers would have to be computed from all customers, who are in no one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn import schema
from churn.features import features

#: About the middle and the width of the numeric columns, in round figures.
SCALES = {"tenure": (32, 24), "MonthlyCharges": (65, 30), "TotalCharges": (2300, 2300)}
#: Length of a step. The loss bends by at most a quarter of the largest eigenvalue of X'X/n, which is
#: below 12 in every region and in all together: steps shorter than 2/3 converge.
RATE = 0.4


class Region(NamedTuple):
    """The customers of one region, ready for training.

    Attributes:
        X: shape (n, k), as :func:`design` makes it.
        y: shape (n,), 1 where the customer left, else 0, as :func:`churn.features.xy` makes it.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]


def names() -> list[str]:
    """The k columns of :func:`design`: a constant, the numeric columns, one for each category."""
    categories = [f"{c}={v}" for c in schema.CATEGORICAL for v in schema.ALLOWED[c]]
    return ["constant", *SCALES, *categories]


def design(table: pd.DataFrame) -> NDArray[np.float64]:
    """What the regression reads, shape (n, k): every region makes the same columns on its own."""
    table = features(table)
    numbers = [(table[c] - middle) / width for c, (middle, width) in SCALES.items()]
    flags = [table[c] == value for c in schema.CATEGORICAL for value in schema.ALLOWED[c]]
    columns = [np.ones(len(table)), *(c.to_numpy(np.float64) for c in (*numbers, *flags))]
    return np.column_stack(columns)


def scores(weights: NDArray[np.float64], X: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of leaving of each row, shape (n,)."""
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-X @ weights))
    return probability


def local_steps(
    weights: NDArray[np.float64], region: Region, steps: int, rate: float = RATE
) -> NDArray[np.float64]:
    """The weights, shape (k,), after ``steps`` of gradient descent on one region's customers."""
    for _ in range(steps):
        error = scores(weights, region.X) - region.y
        weights = weights - rate * region.X.T @ error / len(error)
    return weights


def fedavg(
    regions: Sequence[Region], rounds: int, steps: int, rate: float = RATE
) -> NDArray[np.float64]:
    """Federated averaging from weights of zero.

    In each round every region starts from the common weights and takes ``steps`` on its own; the new
    common weights are the average, a region counting by its customers. With one region this is plain
    gradient descent, and with one step a round it is that on all customers together.

    Returns:
        The weights, shape (k,).
    """
    weights = np.zeros(regions[0].X.shape[1])
    sizes = [len(region.y) for region in regions]
    for _ in range(rounds):
        local = [local_steps(weights, region, steps, rate) for region in regions]
        weights = np.average(local, axis=0, weights=sizes)
    return weights
