"""Each kind of promise is kept by a good delivery and broken by one bad thing; and what cannot be checked is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from churn import data, schema
from churn.data.contract import ContractError, DataContract, read_contract
from churn.data.origin import BatchRefusedError
from coursekit import paths

FILE = paths.course_root() / "datasets/contracts/customers.odcs.yaml"
DAY = dt.date(2025, 8, 31)
NEXT = dt.date(2025, 9, 1)


@pytest.fixture(scope="module")
def contract() -> DataContract:
    return read_contract(FILE)


@pytest.fixture(scope="module")
def delivery() -> pd.DataFrame:
    """Do not write to it."""
    return data.load("synthetic", n=5000, seed=3).drop(columns=schema.TARGET)


def test_the_file_promises_what_the_schema_says(contract: DataContract) -> None:
    kinds = {"object": "string", "int64": "integer", "float64": "number"}
    promised = {one.name: one for one in contract.table.properties}
    assert list(promised) == [schema.ID, *schema.FEATURES]
    for name, one in promised.items():
        assert one.logicalType == kinds[schema.dtypes()[name]]
        if name in schema.ALLOWED:
            (rule,) = one.quality
            assert rule.arguments["validValues"] == list(schema.ALLOWED[name])
    low, high = schema.bill_range()
    assert promised["MonthlyCharges"].logicalTypeOptions.minimum == pytest.approx(low)
    assert promised["MonthlyCharges"].logicalTypeOptions.maximum == pytest.approx(high)


def test_a_good_delivery_keeps_it(contract: DataContract, delivery: pd.DataFrame) -> None:
    assert contract.breaches(delivery, DAY, NEXT) == []
    assert contract.require(delivery.assign(extra=1), DAY, NEXT).shape[1] == 21
    assert contract.breaches(delivery[delivery.columns[::-1]], DAY, DAY) == []


def _first(name: str, value: Any) -> Any:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{name: [value, *table[name].tolist()[1:]]})

    return change


#: What is done to a good delivery, where the breach is, and words of it.
BROKEN: dict[str, tuple[Any, str, str]] = {
    "a column gone": (lambda t: t.drop(columns="gender"), "gender", "is a column"),
    "numbers as text": (lambda t: t.assign(tenure=t["tenure"].astype(str)), "tenure", "of type integer"),
    "whole numbers as floats": (lambda t: t.assign(tenure=t["tenure"] + 0.5), "tenure", "of type integer"),
    "one number among texts": (_first("gender", 3), "gender", "of type string"),
    "a number repeated": (_first("customerID", None), "customerID", "no missing"),
    "a row repeated": (lambda t: pd.concat([t.iloc[:1], t.iloc[:-1]]), "customerID", "1 value"),
    "another form of id": (_first("customerID", "123-ABC"), "customerID", "123-ABC"),
    "an id with more behind it": (_first("customerID", "1234-ABCDE\n"), "customerID", "pattern"),
    "too long with us": (_first("tenure", 601), "tenure", "maximum 600"),
    "before the beginning": (_first("tenure", -1), "tenure", "minimum 0"),
    "cents": (lambda t: t.assign(MonthlyCharges=t["MonthlyCharges"] * 100), "MonthlyCharges", "maximum"),
    "a value nobody knows": (_first("gender", "Other"), "gender", "must be 0"),
    "a missing category": (_first("Contract", None), "Contract", "no missing"),
    "too few rows": (lambda t: t.head(4999), "customers", "between 5000 and 20000, found 4999"),
    "lines without a phone": (lambda t: t.assign(PhoneService="No"), "customers", "without one"),
    "totals gone": (lambda t: t.assign(TotalCharges=np.nan), "customers", "a total before"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_bad_thing_is_a_breach(
    name: str, contract: DataContract, delivery: pd.DataFrame
) -> None:
    change, where, words = BROKEN[name]
    found = contract.breaches(change(delivery), DAY, NEXT)
    assert any(one.where == where and words in str(one) for one in found), found


def test_a_delivery_with_breaches_is_refused(
    contract: DataContract, delivery: pd.DataFrame
) -> None:
    bad = delivery.drop(columns=["gender", "tenure", "Contract", "Partner"])
    with pytest.raises(
        BatchRefusedError, match=r"^delivery refused, contract customers 1\.0\.0: "
    ) as error:
        contract.require(bad, DAY, NEXT)
    assert str(error.value).endswith("(and 1 more)")


@pytest.mark.parametrize(("days", "late"), [(-1, True), (0, False), (1, False), (2, True)])
def test_a_late_delivery_is_a_breach(
    contract: DataContract, delivery: pd.DataFrame, days: int, late: bool
) -> None:
    found = contract.breaches(delivery, DAY, DAY + dt.timedelta(days))
    assert [one.found for one in found] == ([f"{days} day(s)"] if late else [])


def changed(**parts: Any) -> str:
    return yaml.safe_dump({**yaml.safe_load(FILE.read_text()), **parts})


def with_rule(rule: dict[str, Any], of_column: bool = False) -> str:
    known = yaml.safe_load(FILE.read_text())
    (table,) = known["schema"]
    if of_column:
        table["properties"][0]["quality"] = [rule]
    else:
        table["quality"] = [rule]
    return yaml.safe_dump(known)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "no YAML"),
        ("[]", "the contract"),
        (changed(apiVersion="v2.2.2"), "apiVersion"),
        (changed(version="one"), "version"),
        (changed(price={"amount": 1}), "price"),
        (changed(schema=[]), "schema"),
        (changed(slaProperties=[{"property": "latency", "value": 4, "unit": "y"}]), "in days"),
        (with_rule({"metric": "freshness", "mustBe": 0}), "metric"),
        (with_rule({"metric": "rowCount"}), "needs what its figure must be"),
        (with_rule({"type": "sql", "mustBe": 0}), "needs a query"),
        (with_rule({"mustBe": 0}), "needs a metric"),
    ],
)
def test_what_cannot_be_checked_is_refused_and_not_skipped(text: str, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        read_contract(text)


@pytest.mark.parametrize(
    ("rule", "of_column", "broken"),
    [
        ({"metric": "rowCount", "mustBeGreaterThan": 5000}, False, True),
        ({"metric": "rowCount", "mustBeGreaterOrEqualTo": 5000}, False, False),
        ({"metric": "rowCount", "mustBeLessThan": 5000}, False, True),
        ({"metric": "rowCount", "mustBeLessOrEqualTo": 5000}, False, False),
        ({"metric": "rowCount", "mustNotBe": 5000}, False, True),
        ({"metric": "duplicateValues", "arguments": {"properties": ["gender"]}, "mustBe": 4998}, False, False),
        ({"metric": "duplicateValues", "mustBe": 0}, True, False),
        ({"metric": "nullValues", "mustBeLessThan": 1, "unit": "percent"}, True, False),
        ({"metric": "invalidValues", "arguments": {"validValues": ["x"]}, "unit": "percent", "mustBe": 100}, True, False),
    ],
)  # fmt: skip
def test_each_metric_and_operator(
    rule: dict[str, Any], of_column: bool, broken: bool, delivery: pd.DataFrame
) -> None:
    contract = read_contract(with_rule(rule, of_column))
    assert bool(contract.breaches(delivery, DAY, NEXT)) is broken


def test_a_metric_in_the_wrong_place_is_said(delivery: pd.DataFrame) -> None:
    for rule, of_column in (({"metric": "rowCount"}, True), ({"metric": "nullValues"}, False)):
        contract = read_contract(with_rule({**rule, "mustBe": 0}, of_column))
        with pytest.raises(ContractError, match="is no figure of a"):
            contract.breaches(delivery, DAY, NEXT)
