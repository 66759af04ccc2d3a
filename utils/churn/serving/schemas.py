"""What a request may say and what an answer says: Pydantic models made from :mod:`churn.schema`.

A request names a customer and gives as many of the 19 columns as the caller knows. What it leaves
out is looked up. Types are strict (``"12"`` is no number of months, ``true`` no flag), unknown
fields are errors, and the rules between columns hold for those that are given.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from churn import schema
from churn.serving.fallback import Reason
from churn.serving.rules import LARGEST_BILL, LARGEST_TOTAL, breaches, on_price_step

#: Rows of one batch request.
MAX_ROWS = 500


def _multiple(amount: float) -> float:
    if not on_price_step(amount):
        raise PydanticCustomError("price_step", f"must be a multiple of {schema.PRICE_STEP}")
    return amount


def _whole(number: Any) -> Any:
    """JSON has no integers of its own: 3.0 is one, says JSON Schema."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _amount(largest: float) -> Any:
    # JSON Schema's ``multipleOf`` is not used: by its binary arithmetic 0.15 is no multiple of 0.05.
    # Bounds are asked first: infinity has no next multiple.
    return Annotated[
        float,
        Field(
            strict=True, ge=0, le=largest, allow_inf_nan=False,
            description=f"dollars, a multiple of {schema.PRICE_STEP}",
        ),
        AfterValidator(_multiple),
    ]  # fmt: skip


Bill = _amount(LARGEST_BILL)
Total = _amount(LARGEST_TOTAL)
Months = Annotated[int, Field(strict=True, ge=0, le=schema.MAX_TENURE), BeforeValidator(_whole)]
Flag = Annotated[int, Field(strict=True, ge=0, le=1), BeforeValidator(_whole)]
#: ``schema.CUSTOMER_ID_PATTERN`` with ASCII digits: JSON Schema knows no others.
CustomerId = Annotated[str, Field(pattern="^[0-9]{4}-[A-Z]{5}$", examples=["7590-VHVEG"])]


class CustomerColumns(BaseModel):
    """Columns of one customer, all or some."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _rules(self) -> CustomerColumns:
        found = list(breaches(self.given()))
        if found:
            # Raised as it is, so that each error names its field and not the whole record.
            details = [
                InitErrorDetails(
                    type=PydanticCustomError("schema_rule", cast("Any", breach.message)),
                    loc=(breach.column,),
                    input=None,
                )
                for breach in found
            ]
            raise ValidationError.from_exception_data(type(self).__name__, details)
        return self

    def given(self) -> dict[str, Any]:
        """The columns that are there; ``TotalCharges`` may be there and None."""
        own, there = self.__dict__, self.__pydantic_fields_set__
        return {name: own[name] for name in schema.FEATURES if name in there}


def _without_default(json_schema: dict[str, Any]) -> None:
    """Left out is not the same as null, which is why no default is documented."""
    json_schema.pop("default", None)


def _kind(column: str) -> Any:
    if column == "SeniorCitizen":
        return Flag  # a Literal would let true pass for 1
    if column in schema.ALLOWED:
        return Literal[schema.ALLOWED[column]]
    if column == "tenure":
        return Months
    return Total | None if column == "TotalCharges" else Bill


def _columns(default: Any) -> dict[str, Any]:
    field: dict[str, Any] = {"default": default, "json_schema_extra": _without_default}
    return {column: (_kind(column), Field(**field)) for column in schema.FEATURES}


class CustomerRequest(CustomerColumns):
    """A customer and what is known of it; its columns are those of :data:`PredictionRequest`."""

    customerID: CustomerId  # noqa: N815 - as in the schema
    explain: bool = Field(default=False, strict=True, description="add what moved the score")


PredictionRequest: type[CustomerRequest] = create_model(
    "PredictionRequest", __base__=CustomerRequest, __doc__="A customer to score.", **_columns(None)
)
#: All 19 columns: what the model is given.
CustomerRecord: type[CustomerColumns] = create_model(
    "CustomerRecord", __base__=CustomerColumns, __doc__="A whole customer.", **_columns(...)
)


class BatchRequest(BaseModel):
    """Up to :data:`MAX_ROWS` customers at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    customers: list[PredictionRequest] = Field(min_length=1, max_length=MAX_ROWS)  # type: ignore[valid-type]


class Contribution(BaseModel):
    """How far one column moves the log odds of leaving, compared with the reference customer."""

    column: str
    value: str | int | float | None
    reference: str | int | float | None
    log_odds: float


class Explanation(BaseModel):
    """``reference_log_odds`` plus all contributions is the score's log odds: that was checked."""

    log_odds: float
    reference_log_odds: float
    contributions: list[Contribution]


class Prediction(BaseModel):
    """The answer for one customer."""

    model_config = ConfigDict(protected_namespaces=())
    prediction_id: str
    trace_id: str
    customerID: str  # noqa: N815 - as in the request
    source: Literal["model", "rule"] = Field(description="who decided")
    reason: Reason | None = Field(description="why the rule did; null if the model did")
    probability: float | None = Field(description="of leaving; null if the rule decided")
    contact: bool
    threshold: float | None
    model_version: str | None
    looked_up: list[str] = Field(description="columns from the feature store")
    explanation: Explanation | None = None
    explanation_problem: str | None = None


class BatchPrediction(BaseModel):
    """The answers in the order of the request."""

    predictions: list[Prediction]


class Champion(BaseModel):
    """Which model answers now."""

    version: str
    digest: str
    threshold: float


class Health(BaseModel):
    """``ready`` with a signed champion and a journal that can be written; ``degraded`` if something
    else is wrong; ``stuck`` if only a new process can mend it."""

    status: Literal["alive", "stuck", "ready", "degraded", "not ready"]
    problems: list[str] = []


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str
    trace_id: str | None = None


class FieldProblem(BaseModel):
    """Which field, and what is wrong with it."""

    loc: list[str | int]
    msg: str
    type: str


class FieldProblems(BaseModel):
    """All fields that are wrong."""

    detail: list[FieldProblem]
    trace_id: str
