"""Did each arm get its share of customers? The question before any result is looked at.

Arms of another size than planned mean that customers were lost on the way, and those lost are
hardly ever like those kept. The limit is that of Fabijan et al., "Diagnosing sample ratio mismatch in
online controlled experiments", KDD 2019: far below 5 %, because the check runs in every experiment
and counts are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chisquare

LIMIT = 0.0005


@dataclass(frozen=True)
class SampleRatio:
    """Customers of each arm beside what was planned.

    Attributes:
        counts: customers of each arm.
        expected: what the shares promise of as many.
        p_value: how often chance alone brings counts at least as far off (chi-square).
    """

    counts: dict[str, int]
    expected: dict[str, float]
    p_value: float

    @property
    def ok(self) -> bool:
        """False: find out who is missing, and do not read the result."""
        return self.p_value >= LIMIT

    def __str__(self) -> str:
        arms = ", ".join(
            f"{arm} {count:,} of {self.expected[arm]:,.0f}" for arm, count in self.counts.items()
        )
        return f"{'ok' if self.ok else 'MISMATCH'}: {arms} (p = {self.p_value:.2g})"


def check(arms: ArrayLike, shares: Mapping[str, float]) -> SampleRatio:
    """Compare the customers of each arm with the planned shares.

    Args:
        arms: the arm of each customer in the analysis, shape (n,).
        shares: the planned ones, which add up to 1.

    Raises:
        ValueError: if there is nobody, or somebody is in an arm that was not planned.
    """
    found = pd.Series(np.asarray(arms, dtype=object)).value_counts()
    if unknown := sorted(set(map(str, found.index)) - set(shares)):
        raise ValueError(f"these arms were not planned: {', '.join(unknown)}")
    if found.empty:
        raise ValueError("there is no customer to count")
    counts = {arm: int(found.get(arm, 0)) for arm in shares}
    expected = {arm: share * sum(counts.values()) for arm, share in shares.items()}
    p_value = float(chisquare(list(counts.values()), list(expected.values())).pvalue)
    return SampleRatio(counts, expected, p_value)


def check_by(arms: ArrayLike, groups: ArrayLike, shares: Mapping[str, float]) -> pd.DataFrame:
    """The same check in each group of customers: where are they missing?

    Args:
        arms: shape (n,).
        groups: the group of each customer, shape (n,), known before the experiment.
        shares: as in :func:`check`.

    Returns:
        One row for each group: the customers of each arm, ``p_value`` and ``ok``; smallest p first.
    """
    rows = {}
    for group, part in pd.Series(np.asarray(arms, dtype=object)).groupby(np.asarray(groups)):
        ratio = check(part, shares)
        rows[group] = {**ratio.counts, "p_value": ratio.p_value, "ok": ratio.ok}
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("p_value", kind="stable")
