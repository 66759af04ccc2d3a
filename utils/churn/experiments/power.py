"""How many customers an experiment needs, before it starts.

plan = Plan(difference=7, sd=160)
plan.customers, plan.power_with(10_000), plan.detectable_with(10_000)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from statsmodels.stats.power import NormalIndPower


@dataclass(frozen=True)
class Plan:
    """What a two-sided comparison of two means should find, and how surely.

    For a share p the standard deviation is sqrt(p (1 - p)).

    Attributes:
        difference: the smallest difference worth finding, in the metric's unit.
        sd: standard deviation of the metric over customers, same unit.
        alpha: share of experiments without any difference that may claim one.
        power: share of experiments with this difference that must find it.
        treated_share: of the customers, in the treated arm.
    """

    difference: float
    sd: float
    alpha: float = 0.05
    power: float = 0.8
    treated_share: float = 0.5

    def __post_init__(self) -> None:
        if self.difference == 0 or not self.sd > 0:
            raise ValueError("a plan needs a difference other than 0 and a positive sd")
        if not all(0 < share < 1 for share in (self.alpha, self.power, self.treated_share)):
            raise ValueError("alpha, power and treated_share must lie between 0 and 1")
        if self.power <= self.alpha:
            raise ValueError("power must be larger than alpha, which costs no customers")

    @property
    def customers(self) -> int:
        """Customers of both arms together."""
        treated = self._solve(
            effect_size=abs(self.difference) / self.sd, nobs1=None, power=self.power
        )
        return math.ceil(treated / self.treated_share)

    def power_with(self, customers: float) -> float:
        """Share of experiments with so many customers in all that find the difference."""
        return self._solve(
            effect_size=abs(self.difference) / self.sd,
            nobs1=customers * self.treated_share,
            power=None,
        )

    def detectable_with(self, customers: float) -> float:
        """The smallest difference that so many customers in all find as surely as planned."""
        size = self._solve(effect_size=None, nobs1=customers * self.treated_share, power=self.power)
        return size * self.sd

    def _solve(self, effect_size: float | None, nobs1: float | None, power: float | None) -> float:
        return float(
            NormalIndPower().solve_power(
                effect_size=effect_size,
                nobs1=nobs1,
                alpha=self.alpha,
                power=power,
                ratio=(1 - self.treated_share) / self.treated_share,
            )
        )
