"""The search for the worst slice: a planted one is found, noise is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import ttest_ind

from churn.monitoring import slices
from churn.monitoring.slices import Slice


def customers(rng: np.random.Generator, size: int = 800) -> pd.DataFrame:
    """Six columns that nothing depends on."""
    table = {name: rng.choice(["a", "b", "c"], size) for name in ("one", "two", "three", "four")}
    return pd.DataFrame(
        {**table, "number": rng.normal(size=size), "flag": rng.integers(0, 2, size)}
    )


def surprise(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Labels minus promised probabilities, which are right: rare and skewed, as with churn."""
    p = rng.beta(1, 8, size)
    return (rng.random(size) < p) - p


def test_noise_is_found_no_more_often_than_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    naive = corrected = halves = 0
    for seed in range(100):
        table = customers(rng)
        error = surprise(rng, len(table))
        best = slices.search(table, error, min_size=40, deals=99, seed=seed).iloc[0]
        naive += best["single_p"] <= 0.05
        corrected += best["p_value"] <= 0.05
        if seed < 50:
            found = slices.worst_slice(table, error, min_size=30, deals=99, seed=seed)
            halves += found is not None
    assert naive >= 80  # of 100 tables without any bad slice
    assert corrected <= 12  # 5 expected; 13 or more have a probability below 0.001 at 5 %
    assert halves <= 9


def test_a_planted_slice_is_found_and_measured_without_the_luck_of_the_search() -> None:
    rng = np.random.default_rng(1)
    excesses, names = [], []
    for seed in range(20):
        table = customers(rng, 3000)
        planted = ((table["one"] == "b") & (table["flag"] == 1)).to_numpy()
        error = surprise(rng, len(table)) + np.where(planted, 0.15, 0.0)
        found = slices.worst_slice(table, error, deals=60, seed=seed)
        assert found is not None
        assert found.customers == slices.members(table, found.where).sum() - _first_half(
            table, found, seed
        )
        assert found.low < found.excess < found.high
        excesses.append(found.excess)
        names.append(found.where)
    right = [set(name.conditions) == {("one", "b"), ("flag", 1)} for name in names]
    assert np.mean(right) >= 0.8, names
    assert np.mean(excesses) == pytest.approx(0.15, abs=0.015)


def _first_half(table: pd.DataFrame, found: slices.Finding, seed: int) -> int:
    first = np.random.default_rng(seed).permutation(len(table))[: len(table) // 2]
    return int(slices.members(table.iloc[first], found.where).sum())


def test_distances_are_welch_s() -> None:
    rng = np.random.default_rng(2)
    table = customers(rng)
    error = surprise(rng, len(table))
    ranked = slices.search(table, error, min_size=50, deals=9)
    for _, row in ranked.iloc[::40].iterrows():
        inside = slices.members(table, row["slice"])
        expected = ttest_ind(error[inside], error[~inside], equal_var=False).statistic
        assert row["z"] == pytest.approx(expected, rel=0.02)
        assert row["customers"] == inside.sum()
        assert row["excess"] == pytest.approx(
            error[inside].mean() - error[~inside].mean(), abs=1e-6
        )


def test_a_shift_of_everybody_is_no_slice() -> None:
    rng = np.random.default_rng(3)
    table = customers(rng)
    error = surprise(rng, len(table))
    one = slices.search(table, error, deals=50)
    other = slices.search(table, error + 0.3, deals=50)
    assert one["slice"].map(str).tolist()[:5] == other["slice"].map(str).tolist()[:5]
    assert one["p_value"].iloc[0] == pytest.approx(other["p_value"].iloc[0])


def test_small_slices_and_the_same_customers_twice_are_left_out() -> None:
    table = pd.DataFrame({"a": ["x"] * 60 + ["y"] * 60, "b": ["x"] * 60 + ["y"] * 60})
    table["rare"] = ["once"] + ["else"] * 119
    ranked = slices.search(table, np.arange(120.0), min_size=60, deals=9)
    assert [str(one) for one in ranked["slice"]] == ["a = y", "a = x"]
    with pytest.raises(ValueError, match="at least 61"):
        slices.search(table, np.arange(120.0), min_size=61)
    with pytest.raises(ValueError, match="as many errors"):
        slices.search(table, [1.0])


def test_named_slices_come_with_an_interval() -> None:
    table = pd.DataFrame({"a": ["x", "x", "y", "y"], "n": [1, 2, 3, 4]})
    found = slices.by_value(table, ["a"], [0.0, 0.2, 1.0, 1.2]).set_index("slice")
    assert found.loc["a = x", "error"] == pytest.approx(0.1)
    assert found.loc["a = y", "low"] == pytest.approx(1.1 - 1.96 * 0.1)
    numbers = pd.DataFrame({"n": np.arange(100.0)})
    quarters = slices.by_value(numbers, ["n"], np.arange(100.0))
    assert quarters["customers"].tolist() == [25] * 4


def test_special_cases_by_what_their_errors_cost_and_how_seldom_training_saw_them() -> None:
    training = pd.DataFrame({"bill": [20.0] * 97 + [110.0] * 3})
    table = pd.DataFrame({"bill": [20.0] * 60 + [110.0] * 20})
    cost = np.repeat([0.0, 45.0, 480.0, 0.0], [50, 10, 5, 15])  # needless calls, missed leavers
    cases = {
        "all": lambda t: t["bill"] > 0,
        "high": lambda t: t["bill"] > 100,
        "no": lambda t: t["bill"] < 0,
    }
    found = slices.focused(table, training, cases, cost).set_index("case")
    assert found["in_training"].tolist() == [1.0, 0.03, 0.0]
    assert found["customers"].tolist() == [80, 20, 0]
    assert found["cost"].tolist()[:2] == [2850 / 80, 120.0]
    assert found.loc["high", "share_of_cost"] == pytest.approx(2400 / 2850)
    share = 7 / 24  # plus four: two dear errors and two right decisions more
    margin = 1.96 * np.sqrt(share * (1 - share) / 24)
    assert found.loc["high", "low"] == pytest.approx(480 * (share - margin))
    assert found.loc["high", "high"] == pytest.approx(480 * (share + margin))
    assert np.isnan(found["cost"]["no"])
    assert [found["low"]["no"], found["high"]["no"]] == [0, 480]


def test_the_interval_of_a_small_case_holds_the_truth() -> None:
    """Of 20 customers 4 % cost something: most samples have no error, and a plain interval no width."""
    rng = np.random.default_rng(5)
    held, plain = list[bool](), list[bool]()
    for _ in range(400):
        table = pd.DataFrame({"rare": np.arange(200) < 20})
        cost = 300.0 * (rng.random(200) < np.where(table["rare"], 0.04, 0.2))
        one = slices.focused(table, table, {"rare": lambda t: t["rare"]}, cost).iloc[0]
        held.append(bool(one["low"] <= 12 <= one["high"]))
        named = slices.by_value(table, ["rare"], cost).set_index("slice").loc["rare = True"]
        plain.append(bool(named["low"] <= 12 <= named["high"]))
    assert sum(held) >= 0.94 * 400
    assert sum(plain) < 0.7 * 400


def test_an_interval_is_a_condition() -> None:
    table = pd.DataFrame({"n": [1.0, 2.0, 3.0]})
    inside = slices.members(table, Slice((("n", pd.Interval(1, 2)),)))
    assert inside.tolist() == [False, True, False]
