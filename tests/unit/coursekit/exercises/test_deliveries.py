"""Planted defects: each breaks the rule it is meant to break, and nothing else."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from churn.data import load
from churn.schema import ID, NO_INTERNET, violations
from coursekit.exercises.deliveries import (
    DEFECTS,
    ROWS,
    UNKNOWN,
    WORST,
    break_rules,
    deliveries,
    spoil,
)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return load(n=ROWS, seed=11)


@pytest.fixture(scope="module")
def batch(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.head(300)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def changed(batch: pd.DataFrame, spoiled: pd.DataFrame) -> list[str]:
    """The columns that differ, in the rows that both have."""
    old = batch.reset_index(drop=True)
    return [
        str(c) for c in old if not old[c].astype(object).equals(spoiled[c].head(300).astype(object))
    ]


def test_a_lost_block_is_one_block_of_one_column(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "lost block", rng(), "Contract", share=0.1)
    rows = np.flatnonzero(spoiled["Contract"].isna())
    assert len(rows) == 30
    assert rows[-1] - rows[0] == 29
    assert changed(batch, spoiled) == ["Contract"]


def test_a_lost_block_in_whole_numbers(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "lost block", rng(), "tenure", share=0.1)
    assert spoiled["tenure"].isna().sum() == 30
    assert spoiled["tenure"].dtype == float


def test_loaded_twice(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "loaded twice", rng(), share=0.1)
    assert len(spoiled) == 330
    assert spoiled.duplicated().sum() == 30
    assert changed(batch, spoiled) == []


@pytest.mark.parametrize("column", ["MonthlyCharges", "TotalCharges"])
def test_cents(batch: pd.DataFrame, column: str) -> None:
    spoiled = spoil(batch, "cents", rng(), column, share=1.0)
    expected = batch[column].to_numpy() * 100
    np.testing.assert_allclose(spoiled[column], expected, atol=1e-6)
    assert changed(batch, spoiled) == [column]


def test_days(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "days", rng(), share=1.0)
    assert (spoiled["tenure"].to_numpy() == 30 * batch["tenure"].to_numpy()).all()


def test_an_unknown_value(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "unknown value", rng(), "PaymentMethod", share=0.001)
    assert (spoiled["PaymentMethod"] == UNKNOWN).sum() == 1
    assert changed(batch, spoiled) == ["PaymentMethod"]


def test_stale_totals_are_missing_for_those_who_joined_since(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "stale totals", rng())
    assert (spoiled["TotalCharges"].isna() == (spoiled["tenure"] <= 4)).all()
    known = spoiled[spoiled["tenure"] > 4]
    assert (known["TotalCharges"] >= known["MonthlyCharges"]).all()
    old = batch["TotalCharges"].to_numpy()[known.index]
    assert (known["TotalCharges"] < old).all()


def test_a_contradiction(batch: pd.DataFrame) -> None:
    spoiled = spoil(batch, "contradiction", rng(), share=0.05)
    offline = spoiled["InternetService"] == "No"
    assert (offline & (spoiled["OnlineSecurity"] != NO_INTERNET)).sum() == 15
    assert changed(batch, spoiled) == ["InternetService"]


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_argument_stays_as_it_was_and_the_generator_decides(
    batch: pd.DataFrame, defect: str
) -> None:
    before = batch.copy()
    first, second = spoil(batch, defect, rng(5)), spoil(batch, defect, rng(5))
    pd.testing.assert_frame_equal(batch, before)
    pd.testing.assert_frame_equal(first, second)
    assert list(first.index) == list(range(len(first)))


def test_an_unknown_defect(batch: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="unknown defect 'rust'"):
        spoil(batch, "rust", rng())


def test_ten_good_deliveries_and_five_bad_ones(customers: pd.DataFrame) -> None:
    good, bad = deliveries(customers, rng(3))
    assert [len(good), list(bad)] == [10, ["A", "B", "C", "D", "E"]]
    assert all(250 <= len(batch) <= 400 and not violations(batch) for batch in good)
    ids = pd.concat([*good, *(batch.drop_duplicates(ID) for batch in bad.values())])[ID]
    assert ids.is_unique


def test_each_defect_is_in_one_delivery(customers: pd.DataFrame) -> None:
    bad = deliveries(customers, rng(4))[1].values()

    def total(count: Callable[[pd.DataFrame], object]) -> int:
        return sum(bool(count(batch)) for batch in bad)

    assert total(lambda b: b[ID].duplicated().any()) == 1
    assert total(lambda b: (b == UNKNOWN).any().any()) == 1
    assert total(lambda b: b["TotalCharges"].max() > 10_000 or b["MonthlyCharges"].max() > 130) == 1
    assert total(lambda b: (b["TotalCharges"].isna() & (b["tenure"] > 0)).mean() > 0.05) == 1
    assert total(lambda b: b.drop(columns="TotalCharges").isna().any().any()) == 1


def test_another_generator_deals_them_out_in_another_way(customers: pd.DataFrame) -> None:
    lengths = {tuple(map(len, deliveries(customers, rng(s))[1].values())) for s in range(4)}
    assert len(lengths) == 4


def test_too_few_customers(customers: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="fifteen deliveries need 6000 customers, got 5999"):
        deliveries(customers.head(ROWS - 1), rng())


def rules_broken(table: pd.DataFrame) -> dict[str, int]:
    """In how many rows the rules of the lab on data quality are broken, worked out in pandas."""
    words = {
        "InternetService": ["DSL", "Fiber optic", "No"],
        "OnlineSecurity": ["No", "Yes", NO_INTERNET],
        "Contract": ["Month-to-month", "One year", "Two year"],
        "PaymentMethod": [
            "Electronic check",
            "Mailed check",
            "Bank transfer (automatic)",
            "Credit card (automatic)",
        ],
        "Churn": ["No", "Yes"],
    }
    amounts = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}
    total, both = table["TotalCharges"], table[["InternetService", "OnlineSecurity"]].notna().all(1)
    found = {f"{name}: completeness": table[name].isna() for name in [ID, *words, *amounts]}
    found["TotalCharges: completeness"] &= table["tenure"] > 0
    found |= {
        f"{name}: validity": table[name].notna() & ~table[name].isin(values)
        for name, values in words.items()
    }
    found |= {
        f"{name}: validity": table[name].notna() & ~table[name].between(low, high)
        for name, (low, high) in amounts.items()
    }
    found[f"{ID}: uniqueness"] = table[ID].notna() & table[ID].duplicated(keep=False)
    found["TotalCharges: consistency"] = total < table["MonthlyCharges"]
    found["OnlineSecurity: consistency"] = both & (
        (table["InternetService"] == "No") != (table["OnlineSecurity"] == NO_INTERNET)
    )
    return {rule: int(rows.sum()) for rule, rows in found.items() if rows.any()}


def test_every_rule_is_broken_in_as_many_rows_as_asked_for(batch: pd.DataFrame) -> None:
    before = batch.copy()
    assert rules_broken(batch) == {}
    assert rules_broken(break_rules(batch)) == WORST
    others = {"Churn: validity": 1, "OnlineSecurity: consistency": 7, "customerID: uniqueness": 2}
    assert rules_broken(break_rules(batch, others)) == others
    assert len(break_rules(batch)) == len(batch)
    unbilled = break_rules(batch)["TotalCharges"].isna() & (break_rules(batch)["tenure"] == 0)
    assert unbilled.sum() >= 2
    pd.testing.assert_frame_equal(batch, before)


def test_rules_that_cannot_be_broken(batch: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="there is no rule gender: validity"):
        break_rules(batch, {"gender: validity": 1})
    with pytest.raises(ValueError, match="too few settled customers online for Churn: validity"):
        break_rules(batch.head(20), {"Churn: validity": 30})
