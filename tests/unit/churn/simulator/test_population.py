"""What a month does to the customers: no service without what it needs, and terms that run out."""

import datetime as dt

import numpy as np
import pytest

from churn.schema import ADD_ONS
from churn.simulator import codes, population
from churn.simulator.customers import list_price_steps
from churn.simulator.scenario import PriceChange, Scenario

SMALL = Scenario(name="small", seed=7, customers=3000, monthly_joins=100, months=6)
RISE = PriceChange(date=dt.date(2024, 3, 1), component="Fiber optic", amount=5.0)


@pytest.fixture
def state() -> codes.Codes:
    return population.initial(SMALL)


def test_customers_are_numbered_in_the_order_in_which_they_join(state: codes.Codes) -> None:
    joined = [population.newcomers(SMALL, month)["number"] for month in (1, 2)]
    assert np.concatenate([state["number"], *joined]).tolist() == list(range(3200))
    assert SMALL.joined_by(2) == 3200


def test_newcomers_are_new_and_pay_by_the_price_list_of_the_day() -> None:
    dearer = SMALL.model_copy(update={"price_changes": (RISE,)})
    for month, amount in ((1, 0), (2, 100)):
        new, usual = (population.newcomers(s, month) for s in (dearer, SMALL))
        assert (new["tenure"] == 1).all()
        assert (new["total_steps"] == new["monthly_steps"]).all()
        more = new["monthly_steps"] - usual["monthly_steps"]
        assert (more == amount * (new["InternetService"] == codes.FIBER)).all()


def test_some_customers_and_more_customers(state: codes.Codes) -> None:
    few = population.select(state, state["number"] < 10)
    both = population.append(few, population.newcomers(SMALL, 1))
    assert set(both) == set(state)
    assert {len(values) for values in both.values()} == {110}


def test_services_change_within_what_is_possible(state: codes.Codes) -> None:
    before = {name: values.copy() for name, values in state.items()}
    for month in range(1, 13):
        population.change_services(state, SMALL, month)
    online = state["InternetService"] != codes.NO_INTERNET
    for add_on in ADD_ONS:
        assert (np.isin(state[add_on], (codes.NO, codes.YES)) == online).all()
    assert (state["InternetService"][state["PhoneService"] == codes.NO] == codes.DSL).all()
    assert (online >= (before["InternetService"] != codes.NO_INTERNET)).all()
    automatic = np.isin(before["PaymentMethod"], (codes.BANK_TRANSFER, codes.CREDIT_CARD))
    kept = state["PaymentMethod"][automatic] == before["PaymentMethod"][automatic]
    assert kept.all()
    assert (state["PaymentMethod"] != before["PaymentMethod"]).any()


def test_a_term_binds_until_it_is_over(state: codes.Codes) -> None:
    before = {name: state[name].copy() for name in ("Contract", "term_left")}
    population.change_services(state, SMALL, 1)
    bound = before["term_left"] > 1
    assert (state["Contract"][bound] == before["Contract"][bound]).all()
    assert (state["term_left"][bound] == before["term_left"][bound] - 1).all()
    free = state["Contract"] == codes.MONTH_TO_MONTH
    assert (state["term_left"][free] == 0).all()
    signed = (before["Contract"] == codes.MONTH_TO_MONTH) & ~free
    assert 0 < signed.sum() < 0.1 * free.sum()
    months = population.TERM_MONTHS[state["Contract"][signed]]
    assert (state["term_left"][signed] == months).all()


def test_annoyance_comes_with_new_prices_and_fades(state: codes.Codes) -> None:
    dearer = SMALL.model_copy(update={"price_changes": (RISE,)})
    population.update_price_shock(state, dearer, 1)
    assert (state["price_shock"] == 0).all()
    population.update_price_shock(state, dearer, 2)
    hit = state["InternetService"] == codes.FIBER
    first = state["price_shock"].copy()
    assert (first[hit] > 0).all()
    assert (first[~hit] == 0).all()
    population.update_price_shock(state, dearer, 3)
    assert np.allclose(state["price_shock"], first * population.PRICE_MEMORY, atol=1)


def test_a_month_adds_a_bill_and_a_month_of_tenure(state: codes.Codes) -> None:
    tenure, total = state["tenure"].copy(), state["total_steps"].copy()
    population.advance_month(state, SMALL, 1)
    assert (state["tenure"] == tenure + 1).all()
    assert (state["total_steps"] - total == state["monthly_steps"]).all()
    assert (state["monthly_steps"] == list_price_steps(state) + state["deviation_steps"]).all()
    assert (state["dissatisfaction"].std() / codes.MILLI) == pytest.approx(
        population.DISSATISFACTION_SD, abs=0.05
    )
