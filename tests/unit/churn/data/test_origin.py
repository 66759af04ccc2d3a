"""The guard refuses what is not live, with the reason, and lets the right batch through."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.data.origin import BatchRefusedError, LiveRules, Origin, read_origin, require_live

TODAY = dt.date(2024, 7, 1)
LIVE = Origin("production", TODAY)


@pytest.fixture
def register() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 400
    return pd.DataFrame(
        {
            "customerID": [f"{i:04d}-ABCDE" for i in range(n)],
            "gender": rng.choice(["Female", "Male"], n),
            "SeniorCitizen": rng.integers(0, 2, n),
            "Contract": rng.choice(["Month-to-month", "One year", "Two year"], n),
            "tenure": rng.integers(0, 73, n),
        }
    )


def masked(register: pd.DataFrame) -> pd.DataFrame:
    """A test copy: the real numbers, everybody else's attributes."""
    copy = register.sample(frac=1, random_state=0).reset_index(drop=True)
    copy["customerID"] = register["customerID"].to_numpy()
    return copy


def test_the_right_batch_passes_unchanged(register: pd.DataFrame) -> None:
    batch = register.sample(frac=0.8, random_state=1)
    before = batch.copy()
    assert require_live(batch, LIVE, register, TODAY) is batch
    pd.testing.assert_frame_equal(batch, before)


@pytest.mark.parametrize("label", ["test", "staging", "Production", " production", ""])
def test_any_other_label_is_refused(register: pd.DataFrame, label: str) -> None:
    with pytest.raises(
        BatchRefusedError, match=f"batch refused: its label says '{label}', not 'production'"
    ):
        require_live(register, Origin(label, TODAY), register, TODAY)


@pytest.mark.parametrize(("days", "word"), [(2, "before"), (30, "before"), (-1, "after")])
def test_a_batch_of_another_day_is_refused(register: pd.DataFrame, days: int, word: str) -> None:
    origin = Origin("production", TODAY - dt.timedelta(days=days))
    with pytest.raises(BatchRefusedError, match=rf"{abs(days)} day\(s\) {word} today"):
        require_live(register, origin, register, TODAY)


@pytest.mark.parametrize("days", [0, 1])
def test_a_batch_within_the_allowed_age_passes(register: pd.DataFrame, days: int) -> None:
    origin = Origin("production", TODAY - dt.timedelta(days=days))
    assert require_live(register, origin, register, TODAY) is register


def test_a_masked_copy_is_refused_even_with_a_production_label(register: pd.DataFrame) -> None:
    with pytest.raises(
        BatchRefusedError, match=r"only \d+% of its rows, not 95%, agree with the register"
    ):
        require_live(masked(register), LIVE, register, TODAY)


def test_agreement_counts_rows_at_the_limit(register: pd.DataFrame) -> None:
    batch = register.copy()
    batch.loc[:19, "gender"] = "Diverse"  # 20 of 400 rows: exactly 95 % agree
    assert require_live(batch, LIVE, register, TODAY) is batch
    batch.loc[20:20, "SeniorCitizen"] = 1 - batch.loc[20:20, "SeniorCitizen"]
    with pytest.raises(BatchRefusedError, match="agree with the register"):
        require_live(batch, LIVE, register, TODAY)


def test_rows_are_compared_by_customer_not_by_position(register: pd.DataFrame) -> None:
    backwards = register.iloc[::-1]
    assert require_live(backwards, LIVE, register, TODAY) is backwards
    # The same attributes in the same places, of other customers.
    moved = register.assign(customerID=register["customerID"].to_numpy()[::-1])
    with pytest.raises(BatchRefusedError, match="agree with the register"):
        require_live(moved, LIVE, register, TODAY)


def test_customers_that_nobody_knows_are_refused(register: pd.DataFrame) -> None:
    strangers = register.head(5).assign(customerID=[f"{i:04d}-TESTS" for i in range(5)])
    with pytest.raises(BatchRefusedError, match="5 of its 405 customers are not in the register"):
        require_live(pd.concat([register, strangers]), LIVE, register, TODAY)
    few = pd.concat([register.head(396), strangers.head(4)])  # exactly 99 % known
    assert require_live(few, LIVE, register, TODAY) is few


def test_what_cannot_be_compared_is_refused(register: pd.DataFrame) -> None:
    with pytest.raises(BatchRefusedError, match="no column Contract"):
        require_live(register.drop(columns="Contract"), LIVE, register, TODAY)
    with pytest.raises(BatchRefusedError, match="is empty"):
        require_live(register.head(0), LIVE, register, TODAY)
    twice = pd.concat([register, register.head(3)])
    with pytest.raises(BatchRefusedError, match="3 customer number"):
        require_live(twice, LIVE, register, TODAY)


def test_rules_can_be_set(register: pd.DataFrame) -> None:
    old = Origin("production", TODAY - dt.timedelta(days=7))
    assert require_live(register, old, register, TODAY, LiveRules(max_age_days=7)) is register
    by_tenure = LiveRules(witnesses=("tenure",))
    with pytest.raises(BatchRefusedError, match="on tenure"):
        require_live(masked(register), LIVE, register, TODAY, by_tenure)


@pytest.mark.parametrize(
    "wrong", [{"max_age_days": -1}, {"min_known": 0}, {"min_agreement": 1.2}, {"witnesses": ()}]
)
def test_rules_that_would_let_everything_through_are_errors(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[0].rstrip("es")):
        LiveRules(**wrong)  # type: ignore[arg-type]


def test_a_label_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "base.parquet"
    assert Origin("test", TODAY).save(file).name == "base.origin.json"
    assert read_origin(file) == Origin("test", TODAY)


def test_a_missing_or_damaged_label_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "base.parquet"
    with pytest.raises(
        BatchRefusedError, match=r"batch refused: base.parquet has no label of origin"
    ):
        read_origin(file)
    for text in ("not json", "{}", '{"environment": "production", "as_of": "soon"}', "[]"):
        (tmp_path / "base.origin.json").write_text(text)
        with pytest.raises(BatchRefusedError, match="is not a label"):
            read_origin(file)
