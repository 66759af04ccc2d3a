"""Two arms compared: means, shares, and the dollars that each customer brought.

value = earned(left, contacted, Campaign())
compare_means(value[arm == "today"], value[arm == "new"])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from churn.metrics import Campaign


@dataclass(frozen=True)
class Effect:
    """Treated minus control.

    Attributes:
        control, treated: mean of each arm.
        difference: treated minus control, in the metric's unit.
        low, high: its confidence interval.
        p_value: two-sided.
    """

    control: float
    treated: float
    difference: float
    low: float
    high: float
    p_value: float


def earned(left: ArrayLike, contacted: ArrayLike, campaign: Campaign) -> NDArray[np.float64]:
    """Dollars that each customer brought, as the company books them.

    ``saved_value`` for who is still there, minus the contact, minus the offer that those contacted
    take who stay. Differences of its mean are those of :func:`churn.metrics.campaign_value` per
    customer, but nobody has to know who *would* have left.

    Args:
        left, contacted: shape (n,), 0 and 1 or booleans.
        campaign: what a contact costs and a customer is worth; its ``success_rate`` plays no part.
    """
    gone, called = np.asarray(left, dtype=bool), np.asarray(contacted, dtype=bool)
    if gone.shape != called.shape:
        raise ValueError("left and contacted must have one entry for each customer")
    costs = campaign.contact_cost * called + campaign.offer_cost * (called & ~gone)
    return np.asarray(campaign.saved_value * ~gone - costs, dtype=float)


def compare_means(control: ArrayLike, treated: ArrayLike, alpha: float = 0.05) -> Effect:
    """Welch's test: the arms may differ in size and in variance.

    Args:
        control, treated: the metric of each customer, shapes (n0,) and (n1,).
        alpha: one minus the confidence.

    Raises:
        ValueError: if an arm has fewer than two customers.
    """
    one, other = _arm(control), _arm(treated)
    both = CompareMeans(DescrStatsW(other), DescrStatsW(one))
    low, high = both.tconfint_diff(alpha=alpha, usevar="unequal")
    p_value = both.ttest_ind(usevar="unequal")[1]
    means = float(one.mean()), float(other.mean())
    return Effect(*means, means[1] - means[0], float(low), float(high), float(p_value))


def compare_shares(control: ArrayLike, treated: ArrayLike, alpha: float = 0.05) -> Effect:
    """Agresti and Caffo's test and the interval that goes with it, for yes and no.

    They add a yes and a no to each arm ("Simple and effective confidence intervals", The American
    Statistician 2000), so that arms without any yes have an interval too.

    Args:
        control, treated: 0 and 1 or booleans, shapes (n0,) and (n1,).
        alpha: one minus the confidence.

    Raises:
        ValueError: if an arm has fewer than two customers, or a value is neither 0 nor 1.
    """
    one, other = _arm(control), _arm(treated)
    if not np.isin(np.concatenate([one, other]), (0, 1)).all():
        raise ValueError("shares are of 0 and 1: for other values compare means")
    counts = other.sum(), len(other), one.sum(), len(one)
    low, high = confint_proportions_2indep(
        *counts, method="agresti-caffo", compare="diff", alpha=alpha
    )
    # It computes the ratio too, which an arm without any yes does not have.
    with np.errstate(divide="ignore", invalid="ignore"):
        test = test_proportions_2indep(*counts, method="agresti-caffo", compare="diff")
    means = float(one.mean()), float(other.mean())
    return Effect(*means, means[1] - means[0], float(low), float(high), float(test.pvalue))


def _arm(values: ArrayLike) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or len(numbers) < 2:
        raise ValueError("an arm is a flat array of at least two customers")
    return numbers
