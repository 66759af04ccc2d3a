"""The customer table: columns, types, allowed values and the rules that hold on every row.

The columns are those of the IBM telco customer churn sample (7,043 customers, 21 columns),
in its order. Both loaders in :mod:`churn.data` and the simulator return this table, so that
whatever works on one works on the other.

Types in memory: text columns are ``object`` holding ``str``; ``SeniorCitizen`` (0/1) and
``tenure`` (months, 0-72) are ``int64``; ``MonthlyCharges`` and ``TotalCharges`` (dollars,
multiples of 0.05) are ``float64``. ``TotalCharges`` is NaN for a customer with tenure 0, who
has not had a bill yet; the CSV file has a blank there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd  # half a second, which a function that starts with a request would wait for

ID = "customerID"
TARGET = "Churn"
POSITIVE = "Yes"

ADD_ONS = (
    "OnlineSecurity",
    "OnlineBackup",
    "DeviceProtection",
    "TechSupport",
    "StreamingTV",
    "StreamingMovies",
)
NO_PHONE = "No phone service"
NO_INTERNET = "No internet service"

#: Allowed values of every text or flag column, in the order used for codes.
ALLOWED: dict[str, tuple[str | int, ...]] = {
    "gender": ("Female", "Male"),
    "SeniorCitizen": (0, 1),
    "Partner": ("No", "Yes"),
    "Dependents": ("No", "Yes"),
    "PhoneService": ("No", "Yes"),
    "MultipleLines": ("No", "Yes", NO_PHONE),
    "InternetService": ("DSL", "Fiber optic", "No"),
    **dict.fromkeys(ADD_ONS, ("No", "Yes", NO_INTERNET)),
    "Contract": ("Month-to-month", "One year", "Two year"),
    "PaperlessBilling": ("No", "Yes"),
    "PaymentMethod": (
        "Electronic check",
        "Mailed check",
        "Bank transfer (automatic)",
        "Credit card (automatic)",
    ),
    TARGET: ("No", "Yes"),
}

#: Column, value, other column, its value: the first has its value exactly when the other has.
EXACTLY_WHEN = (
    ("MultipleLines", NO_PHONE, "PhoneService", "No"),
    *((add_on, NO_INTERNET, "InternetService", "No") for add_on in ADD_ONS),
)

COLUMNS = (
    ID,
    "gender",
    "SeniorCitizen",
    "Partner",
    "Dependents",
    "tenure",
    "PhoneService",
    "MultipleLines",
    "InternetService",
    *ADD_ONS,
    "Contract",
    "PaperlessBilling",
    "PaymentMethod",
    "MonthlyCharges",
    "TotalCharges",
    TARGET,
)

NUMERIC = ("tenure", "MonthlyCharges", "TotalCharges")
CATEGORICAL = tuple(c for c in COLUMNS if c in ALLOWED and c != TARGET)
FEATURES = tuple(c for c in COLUMNS if c not in (ID, TARGET))

MAX_TENURE = 72
#: Amounts are multiples of this many dollars.
PRICE_STEP = 0.05
CUSTOMER_ID_PATTERN = re.compile(r"\d{4}-[A-Z]{5}")

#: Dollars a month for each component of the service; the real table's monthly charge is the
#: sum of these, plus a customer-specific deviation (see ``churn.simulator``).
PRICE_LIST = {
    "PhoneService": 20.0,
    "MultipleLines": 5.0,
    "DSL": 25.0,
    "Fiber optic": 50.0,
    "OnlineSecurity": 5.0,
    "OnlineBackup": 5.0,
    "DeviceProtection": 5.0,
    "TechSupport": 5.0,
    "StreamingTV": 10.0,
    "StreamingMovies": 10.0,
}
#: How far, as a share, a bill may lie below the cheapest service or above the dearest.
PRICE_TOLERANCE = 0.1


class SchemaError(ValueError):
    """A customer table does not have the columns, types, values or rules of the schema."""


def dtypes() -> dict[str, str]:
    """The in-memory dtype of each column, by name."""
    kinds = dict.fromkeys(COLUMNS, "object")
    kinds |= {"SeniorCitizen": "int64", "tenure": "int64"}
    kinds |= {"MonthlyCharges": "float64", "TotalCharges": "float64"}
    return kinds


def bill_range(price_list: dict[str, float] | None = None) -> tuple[float, float]:
    """Lowest and highest plausible monthly charge in dollars, :data:`PRICE_TOLERANCE` included.

    The cheapest service is a phone line or DSL alone, the dearest has fiber and everything else.
    """
    prices = price_list or PRICE_LIST
    dearest = sum(prices.values()) - min(prices["DSL"], prices["Fiber optic"])
    cheapest = min(prices["PhoneService"], prices["DSL"])
    return (1 - PRICE_TOLERANCE) * cheapest, (1 + PRICE_TOLERANCE) * dearest


def violations(table: pd.DataFrame) -> list[str]:
    """Everything that is wrong with ``table``, one plain sentence each; empty when it is right."""
    structural = list(_column_violations(table))
    if structural:
        return structural
    found = list(_value_violations(table))
    # The rules compare values: they say nothing sensible about a table with foreign values.
    return found or list(_rule_violations(table))


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` itself if it follows the schema.

    Raises:
        SchemaError: naming the first three violations and how many more there are.
    """
    found = violations(table)
    if found:
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        raise SchemaError("; ".join(found[:3]) + more)
    return table


def _column_violations(table: pd.DataFrame) -> Iterator[str]:
    missing = [c for c in COLUMNS if c not in table.columns]
    extra = [str(c) for c in table.columns if c not in COLUMNS]
    twice = sorted({str(c) for c in table.columns[table.columns.duplicated()]})
    if twice:
        yield f"column(s) that occur more than once: {', '.join(twice)}"
        return
    if missing:
        yield f"missing column(s): {', '.join(missing)}"
    if extra:
        yield f"unknown column(s): {', '.join(extra)}"
    for name, kind in dtypes().items():
        if name in table.columns and str(table[name].dtype) != kind:
            yield f"{name} has type {table[name].dtype}, expected {kind}"


def _value_violations(table: pd.DataFrame) -> Iterator[str]:
    bad_ids = ~table[ID].astype(str).str.fullmatch(CUSTOMER_ID_PATTERN)
    if bad_ids.any():
        yield f"{bad_ids.sum()} {ID} value(s) are not of the form 1234-ABCDE"
    if table[ID].duplicated().any():
        yield f"{table[ID].duplicated().sum()} {ID} value(s) occur more than once"
    for name, allowed in ALLOWED.items():
        foreign = ~table[name].isin(allowed)
        if foreign.any():
            example = table.loc[foreign, name].tolist()[0]
            yield f"{name} has {foreign.sum()} value(s) outside {list(allowed)}, e.g. {example!r}"
    if not table["tenure"].between(0, MAX_TENURE).all():
        yield f"tenure is outside 0-{MAX_TENURE} months"
    for name in ("MonthlyCharges", "TotalCharges"):
        amount = table[name].to_numpy()
        wrong = (amount < 0) | np.isinf(amount)
        if wrong.any():
            yield f"{name} has {wrong.sum()} negative or infinite amount(s)"
        steps = amount[~np.isinf(amount)] / PRICE_STEP
        off = np.abs(steps - np.round(steps)) > 1e-6
        if off.any():
            yield f"{name} has {off.sum()} amount(s) that are not multiples of {PRICE_STEP}"
    if table["MonthlyCharges"].isna().any():
        yield "MonthlyCharges has missing values"


def _rule_violations(table: pd.DataFrame) -> Iterator[str]:
    for name, value, other, its_value in EXACTLY_WHEN:
        if ((table[name] == value) != (table[other] == its_value)).any():
            yield f"{name} must be {value!r} exactly when {other} is {its_value!r}"
    if ((table["PhoneService"] == "No") & (table["InternetService"] != "DSL")).any():
        yield "a customer without a phone line must have DSL"
    new = table["tenure"] == 0
    if (new != table["TotalCharges"].isna()).any():
        yield "TotalCharges must be blank exactly when tenure is 0"
    if (new & (table[TARGET] == POSITIVE)).any():
        yield "a customer with tenure 0 cannot have churned"
    first = table["tenure"] == 1
    if not np.allclose(table.loc[first, "TotalCharges"], table.loc[first, "MonthlyCharges"]):
        yield "TotalCharges must equal MonthlyCharges when tenure is 1"
