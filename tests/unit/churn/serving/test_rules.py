"""A record is judged as the table is in which it stands."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn import schema
from churn.serving.rules import LARGEST_BILL, breaches, on_price_step

Records = list[dict[str, Any]]
#: Other allowed values, of which some break a rule between columns.
VALUES: dict[str, list[Any]] = {
    **{name: list(schema.ALLOWED[name]) for name in schema.CATEGORICAL},
    "tenure": [0, 1, 30],
    "MonthlyCharges": [20.0, 70.35],
    "TotalCharges": [None, 20.0, 70.35, 1500.0],
}


def violations(record: dict[str, Any]) -> list[str]:
    table = pd.DataFrame([{**record, schema.TARGET: "No"}])[list(schema.COLUMNS)]
    table["TotalCharges"] = table["TotalCharges"].astype(float)
    return schema.violations(table.astype(schema.dtypes()))


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    number=st.integers(0, 99),
    changes=st.lists(
        st.sampled_from(schema.FEATURES).flatmap(
            lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
        ),
        max_size=3,
    ),
)
def test_a_record_breaks_a_rule_exactly_when_its_table_does(
    records: Records, number: int, changes: list[tuple[str, Any]]
) -> None:
    record = {**records[number], **dict(changes)}
    assert bool(list(breaches(record))) == bool(violations(record)), violations(record)


def test_both_judge_both_ways(records: Records) -> None:
    record = next(one for one in records if one["PhoneService"] == "Yes" and one["tenure"] > 1)
    assert list(breaches(record)) == []
    found = {one.column: one.columns for one in breaches({**record, "PhoneService": "No"})}
    assert found["MultipleLines"] == ("MultipleLines", "PhoneService")
    assert violations({**record, "PhoneService": "No"})


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"tenure": 0}, "TotalCharges"),
        ({"TotalCharges": None}, "TotalCharges"),
        ({"tenure": 1, "MonthlyCharges": 20.0, "TotalCharges": 20.05}, "TotalCharges"),
        ({"InternetService": "No"}, "OnlineSecurity"),
        ({"PhoneService": "No", "InternetService": "Fiber optic"}, "InternetService"),
    ],
)
def test_a_breach_names_its_column(records: Records, change: dict[str, Any], column: str) -> None:
    record = next(one for one in records if one["InternetService"] == "DSL" and one["tenure"] > 1)
    assert column in {breach.column for breach in breaches({**record, **change})}


def test_what_is_not_there_breaks_nothing() -> None:
    assert list(breaches({})) == []
    for column, value, _, _ in schema.EXACTLY_WHEN:
        assert list(breaches({column: value})) == []


def test_all_amounts_of_a_price_list_are_on_a_step() -> None:
    cents = np.arange(0, 2_000_000, 5) / 100
    assert all(map(on_price_step, cents.tolist()))
    assert not any(map(on_price_step, (cents + 0.01).tolist()))


def test_the_largest_bill_lies_between_dear_dollars_and_cheap_cents() -> None:
    cheapest, dearest = schema.bill_range()
    assert 3 * dearest < LARGEST_BILL < 100 * cheapest / 3
