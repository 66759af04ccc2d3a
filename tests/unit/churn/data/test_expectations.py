"""The suite accepts what the schema allows, names what it does not, and the gate fails closed."""

from collections.abc import Callable

import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pytest
from great_expectations.expectations.metadata_types import FailureSeverity

from churn import schema
from churn.data.expectations import (
    QualityGate,
    Report,
    customer_expectations,
)
from churn.data.origin import BatchRefusedError
from churn.simulator import Incident, Scenario, simulate_customers, simulate_history, table

ROWS = 600
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def gate() -> QualityGate:
    return QualityGate(customer_expectations(rows=(ROWS // 2, 2 * ROWS)))


@pytest.fixture(scope="module")
def open_gate() -> QualityGate:
    """One that takes any number of rows."""
    return QualityGate(customer_expectations())


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return simulate_customers(ROWS, seed=4)


def broken(report: Report) -> set[tuple[str, str]]:
    return {(finding.column, finding.dimension) for finding in report.findings}


def setting(column: str, value: object, where: Callable[[pd.DataFrame], pd.Series]) -> Change:
    """A change that sets ``column`` in the first row for which ``where`` holds."""

    def change(batch: pd.DataFrame) -> pd.DataFrame:
        row = batch.index[where(batch)][0]
        if isinstance(value, float):
            batch[column] = batch[column].astype(float)
        batch.loc[row, column] = value  # type: ignore[call-overload]
        return batch

    return change


def everyone(batch: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=batch.index)


def test_good_batches_pass(gate: QualityGate, customers: pd.DataFrame) -> None:
    assert schema.violations(customers) == []
    report = gate.check(customers)
    assert report.accepted
    assert report.findings == ()
    assert report.evaluated == len(customer_expectations(rows=(1, 2)))
    assert gate.require(customers) is customers


def test_order_index_and_further_columns_are_free(
    gate: QualityGate, customers: pd.DataFrame
) -> None:
    other = customers[sorted(customers.columns)].sample(frac=1, random_state=0)
    assert gate.check(other.assign(region="North")).accepted


def test_every_month_of_a_long_history_passes(open_gate: QualityGate) -> None:
    # The schema cuts tenure at 72 months, the totals of old customers go on growing.
    history = simulate_history(Scenario(name="long", seed=2, customers=700, months=37))
    for month in ("2024-01", "2025-06", "2026-12"):
        batch = table(history, month)
        assert schema.violations(batch) == []
        assert open_gate.check(batch).findings == ()
    assert batch["TotalCharges"].max() > schema.MAX_TENURE * 118.75


def old(batch: pd.DataFrame) -> pd.Series:
    return batch["tenure"] > 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (setting("Contract", None, everyone), ("Contract", "completeness")),
        (setting("MonthlyCharges", np.nan, old), ("MonthlyCharges", "completeness")),
        (setting("TotalCharges", np.nan, old), ("TotalCharges", "completeness")),
        (setting("tenure", np.nan, old), ("tenure", "completeness")),
        (setting("customerID", "12-AB", everyone), ("customerID", "validity")),
        (setting("gender", "Other", everyone), ("gender", "validity")),
        (setting("SeniorCitizen", 2, everyone), ("SeniorCitizen", "validity")),
        (setting("tenure", 73, old), ("tenure", "validity")),
        (setting("MonthlyCharges", 1.0, old), ("MonthlyCharges", "validity")),
        (setting("MonthlyCharges", 127.0, old), ("MonthlyCharges", "validity")),
        (setting("TotalCharges", 20_000.0, old), ("TotalCharges", "validity")),
        (
            setting("MultipleLines", "No", lambda b: b["PhoneService"] == "No"),
            ("MultipleLines", "consistency"),
        ),
        (
            setting("MultipleLines", schema.NO_PHONE, lambda b: b["PhoneService"] == "Yes"),
            ("MultipleLines", "consistency"),
        ),
        (
            setting("TechSupport", "Yes", lambda b: b["InternetService"] == "No"),
            ("TechSupport", "consistency"),
        ),
        (
            setting("TechSupport", schema.NO_INTERNET, lambda b: b["InternetService"] == "DSL"),
            ("TechSupport", "consistency"),
        ),
        (
            setting("TotalCharges", 777.0, lambda b: b["tenure"] == 1),
            ("TotalCharges", "consistency"),
        ),
        (lambda b: pd.concat([b, b.tail(3)]), ("customerID", "uniqueness")),
        (lambda b: b.head(ROWS // 2 - 1), ("", "shape")),
    ],
)
def test_one_fault_is_found_where_it_is(
    gate: QualityGate, customers: pd.DataFrame, change: Change, expected: tuple[str, str]
) -> None:
    report = gate.check(change(customers.copy()))
    assert broken(report) == {expected}
    assert not report.accepted


def test_rules_about_new_customers(gate: QualityGate, customers: pd.DataFrame) -> None:
    batch = customers.copy()
    new = batch.index[batch["tenure"] > 1][0]
    batch.loc[new, "tenure"] = 0
    batch.loc[new, "Churn"] = "Yes"
    assert broken(gate.check(batch)) == {("TotalCharges", "consistency"), ("Churn", "consistency")}
    batch.loc[new, "TotalCharges"] = np.nan
    batch.loc[new, "Churn"] = "No"
    assert gate.check(batch).accepted


def test_phone_rule_names_the_internet_service(gate: QualityGate, customers: pd.DataFrame) -> None:
    change = setting("InternetService", "Fiber optic", lambda b: b["PhoneService"] == "No")
    assert broken(gate.check(change(customers.copy()))) == {("InternetService", "consistency")}


def test_a_finding_counts_rows_and_shows_one(gate: QualityGate, customers: pd.DataFrame) -> None:
    batch = customers.copy()
    batch.loc[:6, "PaymentMethod"] = "E-check"
    (finding,) = gate.check(batch).findings
    assert (finding.rows, finding.example, finding.severity) == (7, "E-check", "critical")
    assert "7 row(s), e.g. E-check" in str(finding)
    frame = gate.check(batch).table()
    assert frame.loc[0, "column"] == "PaymentMethod"
    assert list(gate.check(customers).table().columns) == list(frame.columns)


def test_missing_columns_are_findings_not_errors(
    gate: QualityGate, customers: pd.DataFrame
) -> None:
    report = gate.check(customers.drop(columns=["Contract", "tenure"]))
    assert {("", "shape"), ("Contract", "validity"), ("tenure", "validity")} <= broken(report)
    assert not gate.check(customers.head(0)).accepted


def test_text_in_place_of_numbers_is_refused(gate: QualityGate, customers: pd.DataFrame) -> None:
    assert not gate.check(customers.astype({"MonthlyCharges": str})).accepted


def test_refusal_names_the_first_findings(gate: QualityGate, customers: pd.DataFrame) -> None:
    bad = customers.assign(gender="X", Contract="X", Partner="X", Churn="X")
    with pytest.raises(
        BatchRefusedError, match=r"batch refused: gender: validity .*\(and \d+ more\)"
    ):
        gate.require(bad)


def test_a_feed_without_labels(open_gate: QualityGate, customers: pd.DataFrame) -> None:
    feed = customers.drop(columns=schema.TARGET)
    assert QualityGate(customer_expectations(labelled=False)).check(feed).accepted
    assert not open_gate.check(feed).accepted


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        ("unit_change_to_cents", "MonthlyCharges", ("MonthlyCharges", "validity")),
        ("unit_change_to_cents", "TotalCharges", ("TotalCharges", "consistency")),
        ("missing_block", "PaymentMethod", ("PaymentMethod", "completeness")),
        ("duplicated_batch", "", ("customerID", "uniqueness")),
        ("new_gender_categories", "", ("gender", "validity")),
        ("stale_feed", "TotalCharges", ("TotalCharges", "completeness")),
        ("test_data_in_production", "", ("MonthlyCharges", "validity")),
    ],
)
def test_the_simulators_record_incidents_are_caught(
    open_gate: QualityGate, kind: str, column: str, expected: tuple[str, str]
) -> None:
    given = {"kind": kind, "date": "2024-03-01"} | ({"column": column} if column else {})
    incident = Incident.model_validate(given)
    scenario = Scenario(name="bad", seed=5, customers=500, months=5, incidents=(incident,))
    assert expected in broken(open_gate.check(table(simulate_history(scenario), "2024-03")))


def test_a_warning_is_reported_and_does_not_refuse(customers: pd.DataFrame) -> None:
    severity = FailureSeverity.WARNING
    rule = gxe.ExpectColumnMeanToBeBetween(column="tenure", max_value=1, severity=severity)
    gate = QualityGate([rule])
    report = gate.check(customers)
    assert len(report.findings) == 1
    assert report.accepted
    assert gate.require(customers) is customers


def test_what_would_let_everything_through_is_an_error() -> None:
    with pytest.raises(ValueError, match="without expectations"):
        QualityGate([])


def test_gates_of_one_name_do_not_disturb_each_other(customers: pd.DataFrame) -> None:
    rules = [gxe.ExpectColumnValuesToBeUnique(column="customerID")]
    strict = QualityGate([*rules, gxe.ExpectColumnValuesToBeInSet(column="Churn", value_set=[])])
    loose = QualityGate(rules)
    assert not strict.check(customers).accepted
    assert loose.check(customers).accepted
    assert not strict.check(customers).accepted
