"""How many customers: against the textbook's formula, and against experiments that are run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from churn.experiments.power import Plan


def test_the_textbook_formula() -> None:
    per_arm = 2 * (norm.isf(0.025) + norm.isf(0.2)) ** 2 * (160 / 7) ** 2
    assert Plan(7, 160).customers == pytest.approx(2 * per_arm, abs=2)
    assert Plan(-7, 160).customers == Plan(7, 160).customers


def test_half_the_difference_takes_four_times_the_customers() -> None:
    assert Plan(3.5, 160).customers == pytest.approx(4 * Plan(7, 160).customers, abs=4)


def test_unequal_arms_cost_customers() -> None:
    tenth = Plan(7, 160, treated_share=0.1)
    assert tenth.customers == pytest.approx(Plan(7, 160).customers * 0.25 / 0.09, rel=1e-3)


def test_the_three_questions_agree() -> None:
    plan = Plan(7, 160, power=0.9, treated_share=0.3)
    assert plan.power_with(plan.customers) == pytest.approx(0.9, abs=1e-4)
    assert plan.detectable_with(plan.customers) == pytest.approx(7, abs=1e-3)
    assert plan.power_with(plan.customers // 2) < 0.7


def test_experiments_that_are_run_have_the_promised_power() -> None:
    plan, rng = Plan(0.5, 1.0), np.random.default_rng(0)
    half = plan.customers // 2
    gap = rng.normal(0.5, 1, (4000, half)).mean(1) - rng.normal(0, 1, (4000, half)).mean(1)
    found = np.abs(gap) / np.sqrt(2 / half) > norm.isf(0.025)
    assert found.mean() == pytest.approx(0.8, abs=0.026)  # four standard errors


@pytest.mark.parametrize(
    "wrong", [{"difference": 0}, {"sd": 0}, {"power": 1.0}, {"alpha": 0.0}, {"power": 0.04}]
)
def test_plans_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"a plan needs|must lie|must be larger"):
        Plan(**{"difference": 7.0, "sd": 160.0, **wrong})
