"""Feeds: what is said to have happened did, and nothing else."""

import math

import numpy as np
import pandas as pd
import pytest

from churn.data import load
from coursekit.exercises import feeds

POOL = load("synthetic", n=2000, seed=2)
SETS = [feeds.six(np.random.default_rng(seed), POOL) for seed in range(5)]
CASES = [
    (one.table[one.table["feed"] == name], truth)
    for one in SETS
    for name, truth in one.truth.items()
]


def of_kind(kind: str) -> list[tuple[pd.DataFrame, feeds.Truth]]:
    found = [(table, truth) for table, truth in CASES if truth["kind"] == kind]
    assert len(found) >= 5
    return found


def leavers(table: pd.DataFrame) -> float:
    return float((table["Churn"] == "Yes").mean())


def halves(table: pd.DataFrame, since: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return table[table["month"] < since], table[table["month"] >= since]


def test_there_is_one_quiet_feed_and_one_of_each_kind_at_least() -> None:
    for one in SETS:
        kinds = [truth["kind"] for truth in one.truth.values()]
        assert kinds.count(feeds.NONE) == 1
        assert set(kinds) == {feeds.NONE, *feeds.KINDS}
        assert one.table.groupby(["feed", "month"]).size().unique().tolist() == [200]


def test_a_drift_begins_in_the_fourth_to_the_tenth_month() -> None:
    for table, truth in CASES:
        months = sorted(table["month"].unique())
        assert len(months) == 12
        assert truth["since"] is None or truth["since"] in months[3:10]


def test_only_records_have_missing_or_new_values() -> None:
    for table, truth in CASES:
        numbers = table[list(feeds.NUMBERS)]
        strange = numbers.isna().any().any() or not all(
            table[name].isin(POOL[name]).all() for name in feeds.CATEGORIES
        )
        assert not strange or truth["kind"] == "records"


def test_a_prior_shift_moves_the_share_of_leavers_and_a_quiet_feed_does_not() -> None:
    for table, truth in of_kind("prior"):
        before, after = halves(table, truth["since"])
        assert abs(np.log(leavers(after) / leavers(before))) > 0.4
    for table, _ in of_kind(feeds.NONE):
        months = sorted(table["month"].unique())
        before, after = halves(table, months[6])
        assert abs(leavers(after) - leavers(before)) < 0.06


def test_a_form_says_what_a_kind_was_like() -> None:
    for one in SETS:
        for name, truth in one.truth.items():
            rows = one.table[one.table["feed"] == name]
            form, since = one.forms[name], truth["since"]
            if truth["kind"] == "prior":
                before, after = halves(rows, since)
                assert form == ("more" if leavers(after) > leavers(before) else "fewer")
            elif truth["kind"] == "records":
                values = rows[truth["column"]]
                assert (form == "missing") == values.isna().any()
                assert (form == "factor") == (values.dtype.kind == "f" and values.notna().all())
            elif truth["kind"] == "mix":
                # One value moves against all others; of two, either may be said to.
                old, new = (
                    p[truth["column"]].value_counts(normalize=True) for p in halves(rows, since)
                )
                moved = (new / old).map(math.log)
                up, down = moved.max() - moved.median(), moved.median() - moved.min()
                assert form in ("more", "fewer")
                assert len(moved) == 2 or form == ("more" if up > down else "fewer")
            else:
                assert form == truth["kind"]


def test_a_concept_shift_hits_one_value_of_its_column() -> None:
    for table, truth in of_kind("concept"):
        before, after = halves(table, truth["since"])
        rates = [part.groupby(truth["column"])["Churn"].agg(lambda c: (c == "Yes").mean())
                 for part in (before, after)]  # fmt: skip
        rise = (rates[1] - rates[0]).sort_values()
        assert rise.iloc[-1] > 0.2 > rise.iloc[:-1].max() + 0.05


def test_points_are_partial() -> None:
    truth = {"A": {"kind": "mix", "column": "Partner", "since": "2024-05"}}
    none = {"kind": "none", "column": None, "since": None}

    def got(**changed: str) -> float:
        return feeds.points({"A": truth["A"] | changed}, truth)

    assert got() == 4
    assert got(kind="prior") == 2
    assert got(column="Contract") == 3
    assert (got(since="2024-06"), got(since="2024-07")) == (3.5, 3)
    assert feeds.points({"A": none}, truth) == 0
    assert feeds.points({"A": none}, {"A": none}) == 4
    assert feeds.points(truth, {"A": none}) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same(seed: int) -> None:
    one, same = (feeds.six(np.random.default_rng(seed), POOL, rows=20) for _ in range(2))
    assert one.truth == same.truth
    assert one.table.equals(same.table)
