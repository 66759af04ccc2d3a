"""Who gets what: by a salted hash of the customer's id, so that nobody has to remember it.

    assign(ids, "offer-2026", {"new": 0.5, "today": 0.5})

The same customer gets the same arm in the same experiment, on any machine and in any order. The
salt is the experiment's name: without it the halves of two experiments would be the same customers.
Experiments that must not meet share a *layer*: the layer is assigned first, each experiment then
among its own customers (Tang et al., "Overlapping experiment infrastructure", KDD 2010).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from churn import assignment


def position(ids: Iterable[str], salt: str) -> NDArray[np.float64]:
    """:func:`churn.assignment.position` of each customer, shape (n,)."""
    return np.array([assignment.position(one, salt) for one in ids], dtype=float)


def assign(ids: Iterable[str], experiment: str, shares: Mapping[str, float]) -> NDArray[np.object_]:
    """The arm of each customer, shape (n,).

    An arm that stands first keeps its customers when its share grows.

    Args:
        ids: customer ids.
        experiment: its name, which is the salt.
        shares: of each arm; they add up to 1.

    Raises:
        ValueError: if a share is negative or they do not add up to 1.
    """
    names, parts = list(shares), np.array(list(shares.values()), dtype=float)
    if not (parts >= 0).all() or not np.isclose(parts.sum(), 1):
        raise ValueError(f"the shares of arms must be positive and add up to 1: {dict(shares)}")
    bounds = np.cumsum(parts)[:-1]  # the last arm gets the rest, whatever the rounding
    place = np.searchsorted(bounds, position(ids, experiment), side="right")
    return np.array(names, dtype=object)[place]
