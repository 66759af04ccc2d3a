"""A request is what the schema allows; what it does not is refused by the name of the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from churn import schema
from churn.serving.schemas import MAX_ROWS, BatchRequest, CustomerRecord, PredictionRequest

Records = list[dict[str, Any]]


def wrong(body: Any, model: Any = PredictionRequest) -> set[tuple[str | int, ...]]:
    """Where the errors of a JSON body are; empty when it is right."""
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        return {one["loc"] for one in error.errors()}
    return set()


def test_every_customer_of_the_table_is_a_request(records: Records) -> None:
    for record in records:
        assert wrong(record) == set()
        read = PredictionRequest.model_validate_json(json.dumps(record))
        assert read.given() == {name: record[name] for name in schema.FEATURES}


def test_any_part_of_a_customer_is_a_request(records: Records) -> None:
    for count in range(len(schema.FEATURES)):
        names = schema.FEATURES[count:]
        part = {name: records[count][name] for name in names}
        read = PredictionRequest.model_validate({schema.ID: records[count][schema.ID], **part})
        assert read.given() == part


def test_a_whole_number_may_have_a_point(records: Records) -> None:
    record = next(one for one in records if one["tenure"] > 1)
    asked = {**record, "tenure": float(record["tenure"]), "SeniorCitizen": 1.0}
    read = PredictionRequest.model_validate_json(json.dumps(asked)).given()
    assert [(type(read[name]), read[name]) for name in ("tenure", "SeniorCitizen")] == [
        (int, record["tenure"]),
        (int, 1),
    ]


def test_a_bill_may_rise_and_a_total_be_that_of_years(records: Records) -> None:
    record = next(one for one in records if one["tenure"] > 1)
    assert wrong({**record, "MonthlyCharges": 500.0, "TotalCharges": 36_000.0}) == set()


WRONG: dict[str, list[Any]] = {
    **{name: ["", "yes", None, 1, ["Yes"]] for name in schema.CATEGORICAL},
    "SeniorCitizen": [True, False, "1", 2, -1, 0.5, None],
    "tenure": [-1, 73, "3", True, 2.5, None, 10**30, 1e300, float("inf"), float("nan")],
    "MonthlyCharges": [
        -0.05,
        20.03,
        "20",
        True,
        None,
        7025,
        500.05,
        1e308,
        float("nan"),
        float("inf"),
    ],
    "TotalCharges": [-0.05, 20.03, "20", True, 36_000.05, 1e308, float("nan"), float("-inf")],
    schema.ID: ["", "1234-abcde", "12345-ABCDE", "1234-ABCDE\n", "١٢٣٤-ABCDE", 7, None],
    "explain": ["true", 1, None],
}


@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_value_is_refused_by_name(records: Records, column: str) -> None:
    for value in WRONG[column]:
        assert (column,) in wrong({**records[0], column: value}), value


def test_every_field_was_tried() -> None:
    assert set(WRONG) == set(PredictionRequest.model_fields)


def test_what_is_unknown_or_missing_is_refused(records: Records) -> None:
    assert wrong({**records[0], "Churn": "Yes"}) == {("Churn",)}
    assert wrong({}) == {(schema.ID,)}
    assert wrong([]) == wrong(None) == {()}


def test_a_rule_names_its_field_even_within_a_batch(records: Records) -> None:
    record = next(one for one in records if one["InternetService"] != "No")
    bad = {**record, "InternetService": "No"}
    assert ("OnlineSecurity",) in wrong(bad)
    batch = {"customers": [record, bad]}
    assert ("customers", 1, "OnlineSecurity") in wrong(batch, BatchRequest)
    assert wrong({"customers": [record]}, BatchRequest) == set()


def test_a_batch_has_a_first_and_a_last_row(records: Records) -> None:
    assert wrong({"customers": []}, BatchRequest) == {("customers",)}
    assert wrong({"customers": [records[0]] * MAX_ROWS}, BatchRequest) == set()
    assert wrong({"customers": [records[0]] * (MAX_ROWS + 1)}, BatchRequest) == {("customers",)}


def test_a_record_is_whole(records: Records) -> None:
    whole = {name: records[0][name] for name in schema.FEATURES}
    assert wrong(whole, CustomerRecord) == set()
    for name in schema.FEATURES:
        part = {other: value for other, value in whole.items() if other != name}
        assert wrong(part, CustomerRecord) == {(name,)}


def test_the_document_says_what_is_checked() -> None:
    fields = PredictionRequest.model_json_schema()["properties"]
    assert set(fields) == set(PredictionRequest.model_fields)
    for name in schema.FEATURES:
        assert "default" not in fields[name]
    assert fields["Contract"]["enum"] == list(schema.ALLOWED["Contract"])
    assert (fields["tenure"]["minimum"], fields["tenure"]["maximum"]) == (0, schema.MAX_TENURE)
