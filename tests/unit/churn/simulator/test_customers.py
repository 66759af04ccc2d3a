"""Simulated customers: rules on every row, the real table's shape, the same bytes each time.

The constants come from IBM's table (7,043 rows); the simulated tables here are larger, so that
chance hides no deviation worth noticing.
"""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import schema
from churn.calibration import compare
from churn.data import csv_bytes
from churn.simulator import conditional_models, customers
from churn.simulator.codes import STEPS_PER_DOLLAR
from churn.simulator.customers import simulate_customers
from churn.simulator.random_streams import generator

#: SHA-256 of the CSV of ``simulate_customers()``; changes with calibration.json only.
GOLDEN = "365e76775f9fd3fc155918c4abf9fcf496bbdeb654012d96495d16babb589895"

#: Shares in IBM's table.
SHARES: dict[tuple[str, str | int], float] = {
    ("gender", "Male"): 0.50476,
    ("SeniorCitizen", 1): 0.16215,
    ("Partner", "Yes"): 0.48303,
    ("Dependents", "Yes"): 0.29959,
    ("PhoneService", "No"): 0.09683,
    ("MultipleLines", "Yes"): 0.42184,
    ("InternetService", "Fiber optic"): 0.43959,
    ("InternetService", "No"): 0.21667,
    ("OnlineSecurity", "Yes"): 0.28667,
    ("OnlineBackup", "Yes"): 0.34488,
    ("DeviceProtection", "Yes"): 0.34389,
    ("TechSupport", "Yes"): 0.29022,
    ("StreamingTV", "Yes"): 0.38435,
    ("StreamingMovies", "Yes"): 0.38790,
    ("Contract", "Month-to-month"): 0.55019,
    ("Contract", "Two year"): 0.24066,
    ("PaperlessBilling", "Yes"): 0.59222,
    ("PaymentMethod", "Electronic check"): 0.33579,
    ("PaymentMethod", "Mailed check"): 0.22888,
    ("PaymentMethod", "Credit card (automatic)"): 0.21610,
    ("Churn", "Yes"): 0.26537,
}
#: Churn rate by contract and internet in IBM's table.
RATES = {
    ("Month-to-month", "DSL"): 0.3222,
    ("Month-to-month", "Fiber optic"): 0.5461,
    ("Month-to-month", "No"): 0.1889,
    ("One year", "DSL"): 0.0930,
    ("One year", "Fiber optic"): 0.1929,
    ("One year", "No"): 0.0247,
    ("Two year", "DSL"): 0.0191,
    ("Two year", "Fiber optic"): 0.0723,
    ("Two year", "No"): 0.0078,
}
#: Cramér's V in IBM's table.
DEPENDENCES = {
    ("tenure", "Contract"): 0.525,
    ("tenure", "Partner"): 0.387,
    ("tenure", "TechSupport"): 0.244,
    ("tenure", "Churn"): 0.379,
    ("Contract", "InternetService"): 0.207,
    ("Contract", "TechSupport"): 0.331,
    ("Contract", "PaymentMethod"): 0.267,
    ("Contract", "Churn"): 0.410,
    ("InternetService", "PaymentMethod"): 0.313,
    ("TechSupport", "Churn"): 0.343,
}


@pytest.fixture(scope="module")
def large() -> pd.DataFrame:
    return simulate_customers(100_000, seed=1)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(n=st.integers(1, 500), seed=st.integers(0, 2**64))
def test_any_size_and_seed_follows_the_schema(n: int, seed: int) -> None:
    table = schema.validate(simulate_customers(n, seed))
    assert len(table) == n


def test_a_large_table_follows_the_schema(large: pd.DataFrame) -> None:
    schema.validate(large)
    # The rarest case is there: customers who have not had a bill yet.
    assert 50 < large["TotalCharges"].isna().sum() < 300


def test_same_seed_same_bytes() -> None:
    assert hashlib.sha256(csv_bytes(simulate_customers())).hexdigest() == GOLDEN


def test_another_seed_is_another_table() -> None:
    a, b = simulate_customers(1000, 0), simulate_customers(1000, 1)
    assert not set(a[schema.ID]) & set(b[schema.ID])
    assert (a["tenure"] != b["tenure"]).mean() > 0.9


@pytest.mark.parametrize(("n", "seed"), [(0, 0), (-1, 0), (10, -1)])
def test_impossible_requests_are_refused(n: int, seed: int) -> None:
    with pytest.raises(ValueError, match=r"at least 1|>= 0"):
        simulate_customers(n, seed)


@pytest.mark.parametrize("key", SHARES, ids=str)
def test_shares_are_the_real_ones(large: pd.DataFrame, key: tuple[str, str | int]) -> None:
    name, value = key
    assert (large[name] == value).mean() == pytest.approx(SHARES[key], abs=0.012)


@pytest.mark.parametrize("key", RATES, ids=str)
def test_churn_rates_are_the_real_ones(large: pd.DataFrame, key: tuple[str, str]) -> None:
    contract, internet = key
    group = large[(large["Contract"] == contract) & (large["InternetService"] == internet)]
    # Two standard errors of the real rate at worst, which has 364 customers behind it.
    assert (group["Churn"] == "Yes").mean() == pytest.approx(RATES[key], abs=0.03)


def dependences(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    columns = table.assign(tenure=compare.tenure_band(table))
    return {(a, b): compare.cramers_v(columns[a], columns[b]) for a, b in DEPENDENCES}


def test_dependences_are_the_real_ones(large: pd.DataFrame) -> None:
    assert dependences(large) == pytest.approx(DEPENDENCES, abs=0.025)


def independent(table: pd.DataFrame) -> pd.DataFrame:
    """The same columns without any dependence between them."""
    rng = np.random.default_rng(0)
    return table.apply(lambda column: rng.permutation(column.to_numpy()))


def test_independent_columns_would_be_noticed(large: pd.DataFrame) -> None:
    broken = independent(large)
    assert dependences(broken) != pytest.approx(DEPENDENCES, abs=0.025)
    assert max(dependences(broken).values()) < 0.05


def test_quantiles_are_the_real_ones(large: pd.DataFrame) -> None:
    cuts = [0.05, 0.25, 0.5, 0.75, 0.95]
    tenure = large["tenure"].quantile(cuts).to_numpy()
    assert tenure == pytest.approx([1, 9, 29, 55, 72], abs=1)
    monthly = large["MonthlyCharges"].quantile(cuts).to_numpy()
    assert monthly == pytest.approx([19.65, 35.5, 70.35, 89.85, 107.4], abs=2.5)
    total = large["TotalCharges"].quantile(cuts).to_numpy()
    assert total == pytest.approx([49.6, 401.45, 1397.475, 3794.74, 6923.59], rel=0.06)


def test_monthly_charges_scatter_around_the_list_price() -> None:
    codes = customers.draw_profile(50_000, generator(2))
    off = (codes["monthly_steps"] - customers.list_price_steps(codes)) / STEPS_PER_DOLLAR
    components = customers.component_count(codes)
    assert off.mean() == pytest.approx(0, abs=0.02)
    for count in range(1, 9):
        assert off[components == count].std() == pytest.approx(0.5 * count**0.5, rel=0.1)


@pytest.mark.parametrize("deviations", [-6.0, 12.0])
def test_nobody_is_billed_what_no_bill_may_be(deviations: float) -> None:
    """Of a million customers three were once billed 17.90 dollars, and the delivery was refused."""

    class Unlikely(np.random.Generator):
        def standard_normal(self, size: int) -> np.ndarray:  # type: ignore[override]
            return np.full(size, deviations)

    codes = customers.draw_profile(3000, generator(0))
    bills = customers.draw_monthly_steps(codes, Unlikely(np.random.PCG64(0))) / STEPS_PER_DOLLAR
    low, high = schema.bill_range()
    assert bills.min() >= low
    assert bills.max() <= high
    assert len(set(bills)) > 40


def test_list_price_by_hand() -> None:
    codes = {name: np.zeros(3, dtype=np.int8) for name in schema.ALLOWED}
    codes["tenure"] = np.ones(3, dtype=np.int16)
    # Phone only; DSL without phone and one add-on; fiber with everything.
    codes["PhoneService"][:] = [1, 0, 1]
    codes["MultipleLines"][:] = [0, 2, 1]
    codes["InternetService"][:] = [2, 0, 1]
    for name in schema.ADD_ONS:
        codes[name][:] = [2, 0, 1]
    codes["StreamingTV"][1] = 1
    dollars = customers.list_price_steps(codes) / STEPS_PER_DOLLAR
    assert dollars.tolist() == [20, 35, 20 + 5 + 50 + 4 * 5 + 2 * 10]
    assert customers.component_count(codes).tolist() == [1, 2, 9]


def test_totals_scatter_around_tenure_times_price(large: pd.DataFrame) -> None:
    later = large[large["tenure"] > 1]
    product = later["tenure"] * later["MonthlyCharges"]
    before = (later["tenure"] - 1) * later["MonthlyCharges"]
    z: pd.Series = (later["TotalCharges"] - product) / np.sqrt(before)
    assert z.mean() == pytest.approx(0, abs=0.02)
    assert z.std() == pytest.approx(1.44, abs=0.02)
    assert (later["TotalCharges"] >= later["MonthlyCharges"]).all()


def test_row_order_carries_no_signal(large: pd.DataFrame) -> None:
    churned = (large["Churn"] == "Yes").to_numpy()
    rates = [part.mean() for part in np.array_split(churned, 10)]
    # Ten standard-error-wide bands of a share of 0.27 in 10,000 rows.
    assert np.ptp(rates) < 0.025
    assert np.corrcoef(churned[1:], churned[:-1])[0, 1] == pytest.approx(0, abs=0.012)


def test_ids_go_on_where_they_stopped() -> None:
    whole = customers.customer_ids(5000, seed=7)
    parts = [customers.customer_ids(2000, 7), customers.customer_ids(3000, 7, start=2000)]
    assert whole.tolist() == np.concatenate(parts).tolist()


def test_a_million_ids_are_different_and_well_formed() -> None:
    ids = pd.Series(customers.customer_ids(1_000_000, seed=1, start=10**11))
    assert ids.is_unique
    assert ids.str.fullmatch(schema.CUSTOMER_ID_PATTERN).all()
    # Letters and digits are used evenly: neither end gives the number away.
    assert ids.str[-1].value_counts(normalize=True).between(0.037, 0.040).all()
    assert ids.str[0].value_counts(normalize=True).between(0.098, 0.102).all()


def test_the_last_id_exists_and_no_more() -> None:
    (last,) = customers.customer_ids(1, start=customers.ID_SPACE - 1)
    assert schema.CUSTOMER_ID_PATTERN.fullmatch(last)
    with pytest.raises(ValueError, match="customer numbers"):
        customers.customer_ids(2, start=customers.ID_SPACE - 1)


def test_streams_of_a_seed_are_independent() -> None:
    a, b = (generator(5, stream).random(20_000) for stream in (0, 1))
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(0, abs=0.03)
    assert generator(5, 1).random() == b[0]


def test_profiles_with_given_tenure() -> None:
    months = np.repeat([1, 72], 5000)
    codes = customers.draw_profile(10_000, generator(0), months)
    assert codes["tenure"].tolist() == months.tolist()
    monthly_contract = codes["Contract"] == 0
    assert monthly_contract[:5000].mean() > 0.95
    assert monthly_contract[5000:].mean() < 0.05


@pytest.mark.parametrize("months", [[1, 2], [1, 2, 73], [-1, 2, 3]])
def test_impossible_tenures_are_refused(months: list[int]) -> None:
    with pytest.raises(ValueError, match="3 months between 0 and 72"):
        customers.draw_profile(3, generator(0), np.array(months))


@pytest.mark.parametrize("n", [0, 1, 3000])
def test_newcomers_look_like_first_month_customers(n: int) -> None:
    codes = customers.draw_newcomers(n, generator(1))
    assert all(len(values) == n for values in codes.values())
    assert (codes["tenure"] == 0).all()
    if n > 1:
        assert (codes["Contract"] == 0).mean() == pytest.approx(604 / 613, abs=0.02)
        assert (codes["Partner"] == 1).mean() == pytest.approx(98 / 613, abs=0.03)


def test_churn_is_drawn_with_the_log_odds_given() -> None:
    codes = customers.draw_profile(200_000, generator(3))
    p = 1 / (1 + np.exp(-customers.churn_logit(codes)))
    p[codes["tenure"] == 0] = 0
    drawn = customers.draw_churn(codes, generator(3, 1))
    group = np.digitize(p, np.linspace(0, 0.9, 10))
    for band in range(1, 11):
        rows = group == band
        error = 4 * np.sqrt((p[rows] * (1 - p[rows])).sum()) / rows.sum()
        assert drawn[rows].mean() == pytest.approx(p[rows].mean(), abs=error)


def test_newcomers_churn_like_customers_in_their_first_month() -> None:
    codes = customers.draw_newcomers(100, generator(2))
    first = {**codes, "tenure": np.ones(100, dtype=np.int16)}
    assert customers.churn_logit(codes).tolist() == customers.churn_logit(first).tolist()
    assert not customers.draw_churn(codes, generator(0)).any()


def test_effects_are_linear_between_knots() -> None:
    table = conditional_models.calibration().decisions["Contract"][0].terms[("tenure",)]
    assert len(table) == schema.MAX_TENURE + 1
    inner = table[list(range(48, 61))]
    assert np.ptp(np.diff(inner)) <= 1
