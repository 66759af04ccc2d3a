"""The schema: the simulated table follows it, and each way to break a rule is named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn import schema
from churn.schema import SchemaError
from churn.simulator.customers import simulate_customers


@pytest.fixture
def table() -> pd.DataFrame:
    return simulate_customers(400, seed=3)


def first(table: pd.DataFrame, **values: object) -> int:
    """Index of the first row with these values."""
    mask = np.logical_and.reduce([table[name] == value for name, value in values.items()])
    return int(np.flatnonzero(mask)[0])


def test_a_right_table_has_no_violations_and_is_returned(table: pd.DataFrame) -> None:
    assert schema.violations(table) == []
    assert schema.validate(table) is table
    assert tuple(table.columns) == schema.COLUMNS
    assert table.dtypes.astype(str).to_dict() == schema.dtypes()


def test_features_are_all_columns_but_id_and_label() -> None:
    assert len(schema.COLUMNS) == 21
    assert set(schema.FEATURES) == set(schema.CATEGORICAL) | set(schema.NUMERIC)
    assert len(schema.FEATURES) == 19


def test_an_empty_table_with_the_right_columns_is_right(table: pd.DataFrame) -> None:
    assert schema.violations(table.iloc[:0]) == []


COLUMN_FAULTS = {
    "missing column(s): gender": lambda t: t.drop(columns="gender"),
    "unknown column(s): region": lambda t: t.assign(region="North"),
    "tenure has type float64, expected int64": lambda t: t.astype({"tenure": float}),
    "occur more than once: tenure": lambda t: pd.concat([t, t[["tenure"]]], axis=1),
}


@pytest.mark.parametrize("message", COLUMN_FAULTS)
def test_wrong_columns_are_named(table: pd.DataFrame, message: str) -> None:
    (found,) = schema.violations(COLUMN_FAULTS[message](table))
    assert message in found


VALUE_FAULTS: dict[str, tuple[str, Any]] = {
    "not of the form 1234-ABCDE": (schema.ID, "12-AB"),
    "outside ['Female', 'Male'], e.g. 'unknown'": ("gender", "unknown"),
    "outside [0, 1], e.g. 2": ("SeniorCitizen", 2),
    "tenure is outside 0-72 months": ("tenure", 73),
    "1 negative or infinite amount(s)": ("MonthlyCharges", -20.0),
    "TotalCharges has 1 negative or infinite amount(s)": ("TotalCharges", np.inf),
    "1 amount(s) that are not multiples of 0.05": ("MonthlyCharges", 20.03),
    "MonthlyCharges has missing values": ("MonthlyCharges", np.nan),
}


@pytest.mark.parametrize("message", VALUE_FAULTS)
def test_a_wrong_value_is_named(table: pd.DataFrame, message: str) -> None:
    name, value = VALUE_FAULTS[message]
    table.loc[first(table, gender="Female"), name] = value
    (found,) = schema.violations(table)
    assert message in found


def test_a_repeated_id_is_counted(table: pd.DataFrame) -> None:
    table.loc[1, schema.ID] = table.loc[0, schema.ID]
    assert schema.violations(table) == ["1 customerID value(s) occur more than once"]


RULE_FAULTS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "MultipleLines must be": ({"PhoneService": "No"}, "MultipleLines", "No"),
    "without a phone line must have DSL": (
        {"PhoneService": "No"},
        "InternetService",
        "Fiber optic",
    ),
    "TechSupport must be": ({"InternetService": "No"}, "TechSupport", "No"),
    "StreamingTV must be": (
        {"InternetService": "DSL"},
        "StreamingTV",
        schema.NO_INTERNET,
    ),
    "blank exactly when tenure is 0": ({"tenure": 5}, "TotalCharges", np.nan),
    "TotalCharges must equal MonthlyCharges": ({"tenure": 1}, "TotalCharges", 200.0),
}


@pytest.mark.parametrize("message", RULE_FAULTS)
def test_a_broken_rule_is_named(table: pd.DataFrame, message: str) -> None:
    where, name, value = RULE_FAULTS[message]
    table.loc[first(table, **where), name] = value
    (found,) = schema.violations(table)
    assert message in found


def test_a_customer_without_a_bill_cannot_have_churned(table: pd.DataFrame) -> None:
    row = first(table, Churn="Yes")
    table.loc[row, ["tenure", "TotalCharges"]] = [0, np.nan]
    table = table.astype({"tenure": "int64"})
    assert schema.violations(table) == ["a customer with tenure 0 cannot have churned"]


def test_validate_names_three_violations_and_counts_the_rest(table: pd.DataFrame) -> None:
    wrong = (
        table.drop(columns=["gender"])
        .assign(a=1)
        .astype({"tenure": float, "TotalCharges": str, "SeniorCitizen": float})
    )
    with pytest.raises(SchemaError, match=r"missing column.*unknown column.*\(and 2 more\)"):
        schema.validate(wrong)


def test_the_range_of_bills_follows_the_price_list() -> None:
    assert schema.bill_range() == pytest.approx((18.0, 126.5))
    dearer = {name: 2 * price for name, price in schema.PRICE_LIST.items()}
    assert schema.bill_range(dearer) == pytest.approx((36.0, 253.0))
