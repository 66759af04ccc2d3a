"""The rules of :mod:`churn.schema` for one customer's columns, as a request or a store gives them.

``schema.violations`` judges tables and counts; a service has one record, perhaps not all of it, and
must name the field. Both say the same of the same customer (a test compares them).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from churn import schema

#: Dollars. The dearest service may cost 126.50 (``schema.bill_range``) and will cost more when prices
#: rise; the cheapest bill in cents is 1,800. Between the two a price rise is answered and a wrong unit
#: is refused. That tables are judged by ``data.expectations``, closer and with today's prices, is why
#: the schema itself has no such bound.
LARGEST_BILL = 500.0
LARGEST_TOTAL = schema.MAX_TENURE * LARGEST_BILL
AMOUNTS = ("MonthlyCharges", "TotalCharges")


class Breach(NamedTuple):
    """A rule that a record breaks: where to look, which columns it compares, and a sentence."""

    column: str
    columns: tuple[str, ...]
    message: str


def on_price_step(amount: float) -> bool:
    """Whether an amount in dollars is a multiple of ``schema.PRICE_STEP``."""
    steps = amount / schema.PRICE_STEP
    return abs(steps - round(steps)) <= 1e-6


def breaches(record: Mapping[str, Any]) -> Iterator[Breach]:
    """The rules between columns that ``record`` breaks.

    Args:
        record: columns of the schema, each with an allowed value. A rule is asked if all columns
            that it compares are there; ``TotalCharges`` is None for a customer without a bill.
    """
    for column, value, other, its_value in schema.EXACTLY_WHEN:
        known = column in record and other in record
        if known and (record[column] == value) != (record[other] == its_value):
            must = f"must be {value!r} exactly when {other} is {its_value!r}"
            yield Breach(column, (column, other), must)
    if record.get("PhoneService") == "No" and record.get("InternetService", "DSL") != "DSL":
        must = "must be 'DSL' for a customer without a phone line"
        yield Breach("InternetService", ("InternetService", "PhoneService"), must)
    if "TotalCharges" in record and "tenure" in record:
        yield from _bills(record)


def _bills(record: Mapping[str, Any]) -> Iterator[Breach]:
    total, tenure = record["TotalCharges"], record["tenure"]
    if (total is None) != (tenure == 0):
        must = "must be null exactly when tenure is 0"
        yield Breach("TotalCharges", ("TotalCharges", "tenure"), must)
    elif tenure == 1 and "MonthlyCharges" in record:
        monthly = record["MonthlyCharges"]
        # As numpy.allclose has it, by which the table is judged.
        if not math.isclose(total, monthly, rel_tol=0, abs_tol=1e-8 + 1e-5 * abs(monthly)):
            must = "must equal MonthlyCharges when tenure is 1"
            yield Breach("TotalCharges", ("TotalCharges", "MonthlyCharges", "tenure"), must)
