"""What the numbers in the simulator's arrays stand for."""

import numpy as np
import pytest

from churn.schema import ADD_ONS, ALLOWED, PRICE_LIST
from churn.simulator import codes
from churn.simulator.customers import component_count, has, list_price_steps


def customer(**changed: int) -> codes.Codes:
    """One customer with a phone line and DSL and nothing else."""
    plain = dict.fromkeys(("MultipleLines", *ADD_ONS), codes.NO)
    values = {"PhoneService": codes.YES, "InternetService": codes.DSL, "tenure": 5} | plain
    return {name: np.array([value]) for name, value in (values | changed).items()}


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ("InternetService", {"DSL": codes.DSL, "Fiber optic": codes.FIBER, "No": codes.NO_INTERNET}),
        ("Contract", {"Month-to-month": codes.MONTH_TO_MONTH, "One year": codes.ONE_YEAR, "Two year": codes.TWO_YEAR}),
        ("PaymentMethod", {"Electronic check": codes.ELECTRONIC_CHECK, "Mailed check": codes.MAILED_CHECK, "Bank transfer (automatic)": codes.BANK_TRANSFER, "Credit card (automatic)": codes.CREDIT_CARD}),
        ("Partner", {"No": codes.NO, "Yes": codes.YES}),
        ("OnlineSecurity", {"No": codes.NO, "Yes": codes.YES, "No internet service": 2}),
    ],
)  # fmt: skip
def test_each_name_stands_for_its_value(column: str, named: dict[str, int]) -> None:
    assert [ALLOWED[column][number] for number in named.values()] == list(named)
    assert [codes.code(column, value) for value in named] == list(named.values())
    assert len(named) == len(ALLOWED[column])


def test_a_dollar_has_twenty_steps() -> None:
    assert codes.STEPS_PER_DOLLAR == 20


def test_who_has_which_component_and_what_it_costs() -> None:
    plain = customer()
    assert [name for name in PRICE_LIST if has(plain, name)[0]] == ["PhoneService", "DSL"]
    assert component_count(plain).tolist() == [2]
    assert list_price_steps(plain).tolist() == [(20 + 25) * 20]
    rich = customer(InternetService=codes.FIBER, StreamingTV=codes.YES, MultipleLines=codes.YES)
    assert list_price_steps(rich).tolist() == [(20 + 5 + 50 + 10) * 20]
    assert not has(rich, "DSL")[0]
