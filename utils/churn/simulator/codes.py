"""Customers as arrays of whole numbers, and what the numbers stand for.

Text columns are positions in :data:`churn.schema.ALLOWED`; amounts are multiples of
:data:`churn.schema.PRICE_STEP` (``*_steps``); log odds are thousandths. Whole numbers add up to the
same sum in any order, and so on every platform.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from churn.schema import ALLOWED, PRICE_STEP

#: Integer codes of customers, one array per column: positions in ``schema.ALLOWED``, months for
#: ``tenure``, multiples of five cents for ``*_steps``. All arrays have the same length.
Codes = dict[str, NDArray[Any]]

#: Log odds are stored and added in units of 1/MILLI.
MILLI = 1000
STEPS_PER_DOLLAR = round(1 / PRICE_STEP)


def code(column: str, value: str | int) -> int:
    """The number that stands for ``value`` in ``column``."""
    return ALLOWED[column].index(value)


NO, YES = 0, 1
DSL, FIBER, NO_INTERNET = (code("InternetService", v) for v in ("DSL", "Fiber optic", "No"))
MONTH_TO_MONTH, ONE_YEAR, TWO_YEAR = (
    code("Contract", v) for v in ("Month-to-month", "One year", "Two year")
)
ELECTRONIC_CHECK, MAILED_CHECK, BANK_TRANSFER, CREDIT_CARD = range(len(ALLOWED["PaymentMethod"]))
