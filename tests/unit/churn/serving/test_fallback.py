"""The rule is the one that the telco had before."""

from typing import Any

import pandas as pd
import pytest

from churn import training
from churn.serving.fallback import NEW_CUSTOMER_MONTHS, rule_says_contact


def test_the_rule_is_that_of_training(
    customers: pd.DataFrame, records: list[dict[str, Any]]
) -> None:
    expected = training.baseline_rule(customers)
    assert 0 < expected.mean() < 1
    assert [rule_says_contact(record) for record in records] == expected.astype(bool).tolist()
    assert NEW_CUSTOMER_MONTHS == training.models.NEW_CUSTOMER_MONTHS


@pytest.mark.parametrize("tenure", [NEW_CUSTOMER_MONTHS, NEW_CUSTOMER_MONTHS + 1])
def test_the_last_month_counts(tenure: int) -> None:
    known = {"tenure": tenure, "Contract": "Month-to-month"}
    assert rule_says_contact(known) == (tenure == NEW_CUSTOMER_MONTHS)


@pytest.mark.parametrize("known", [{}, {"tenure": 1}, {"Contract": "Month-to-month"}])
def test_nobody_is_contacted_on_a_guess(known: dict[str, Any]) -> None:
    assert not rule_says_contact(known)
