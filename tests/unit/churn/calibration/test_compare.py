"""Comparison of tables, learnability of the simulated one, and the data sheet's table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import data
from churn.calibration import compare
from churn.simulator.customers import simulate_customers

needs_ibm = pytest.mark.needs("ibm")
SHEET = Path(__file__).parents[4] / compare.DATA_SHEET
#: Out-of-fold ROC-AUC on IBM's table.
REAL_AUC = {
    "logistic regression": 0.845,
    "boosting, default settings": 0.8355,
    "boosting, small trees": 0.847,
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return simulate_customers()


def test_the_default_table_is_as_learnable_as_the_real_one(table: pd.DataFrame) -> None:
    found = compare.learnability(table)
    aucs = {name: found[f"{name}: ROC-AUC"] for name in REAL_AUC}
    assert aucs == pytest.approx(REAL_AUC, abs=0.01)
    assert (table["Churn"] == "Yes").mean() == pytest.approx(0.265, abs=0.01)


def test_two_draws_cannot_be_told_apart(table: pd.DataFrame) -> None:
    assert compare.two_sample_auc(table, simulate_customers(seed=1), residuals=True) < 0.54


def permute(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return table.assign(**{name: rng.permutation(table[name]) for name in names})


GIVEAWAYS = {
    "contract independent of the rest": lambda t: permute(t, "Contract"),
    "label independent of the rest": lambda t: permute(t, "Churn"),
    "price not of the services": lambda t: permute(t, "MonthlyCharges"),
    "total exactly tenure times price": lambda t: t.assign(
        TotalCharges=t["tenure"] * t["MonthlyCharges"]
    ),
}


@pytest.mark.parametrize("name", GIVEAWAYS)
def test_a_careless_simulator_is_told_apart(table: pd.DataFrame, name: str) -> None:
    careless = GIVEAWAYS[name](simulate_customers(2500, seed=1))
    assert compare.two_sample_auc(table[:2500], careless, residuals=True) > 0.57


def test_cramers_v_by_hand() -> None:
    a, b = pd.Series(list("xxyy")), pd.Series(list("uuvv"))
    assert compare.cramers_v(a, b) == pytest.approx(1)
    assert compare.cramers_v(a, pd.Series(list("uvuv"))) == 0
    # 2 x 2 counts [[3, 1], [1, 3]]: phi = (9 - 1) / 16.
    a, b = pd.Series(list("xxxxyyyy")), pd.Series(list("uuuvuvvv"))
    assert compare.cramers_v(a, b) == pytest.approx(0.5)


def test_description_by_hand() -> None:
    found = compare.description(simulate_customers(200, seed=8))
    assert found["Contract = One year"] + found["Contract = Two year"] < 1
    assert found.index.is_unique
    assert found.notna().all()


def test_insert_replaces_what_is_between_the_markers() -> None:
    text = f"before\n{compare.START}\nold\n{compare.END}\nafter\n"
    new = compare.insert(text, "| new |")
    assert new == f"before\n{compare.START}\n| new |\n{compare.END}\nafter\n"
    assert compare.insert(new, "| new |") == new
    with pytest.raises(ValueError, match="no markers"):
        compare.insert("before", "| new |")


def sheet_column(position: int) -> dict[str, str]:
    """A column of the data sheet's table (1 real, 2 synthetic), by statistic."""
    body = SHEET.read_text(encoding="utf-8").split(compare.START)[1].split(compare.END)[0]
    rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| ")]
    return {row[0]: row[position] for row in rows[1:]}


def described(table: pd.DataFrame) -> dict[str, str]:
    found = compare.description(table)
    rows = compare.to_markdown(pd.DataFrame({"real": found, "synthetic": found})).splitlines()[2:]
    return {name: value for name, value, _ in (row.strip("| ").split(" | ") for row in rows)}


def test_the_data_sheet_describes_todays_simulator(table: pd.DataFrame) -> None:
    today = described(table)
    assert {name: sheet_column(2)[name] for name in today} == today


@needs_ibm
def test_the_data_sheet_describes_the_real_table() -> None:
    today = described(data.load("ibm"))
    assert {name: sheet_column(1)[name] for name in today} == today


@needs_ibm
@pytest.mark.parametrize("residuals", [False, True])
def test_real_and_simulated_customers_cannot_be_told_apart(residuals: bool) -> None:
    real, simulated = data.load("ibm"), simulate_customers(seed=1)
    assert compare.two_sample_auc(real, simulated, residuals=residuals) < 0.6
