"""The solutions of labs do what the sentences of their tasks say, on inputs that nobody chose.

The tests of a lab compare answers with expected values; here the lab's own solution is held against
its text, sentence by sentence and written anew, so that text, tests and solution cannot share a
mistake.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import references
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from churn.data import load
from churn.metrics import Campaign, campaign_value

FEW = settings(max_examples=40, deadline=None)
NINE = ["customerID", "tenure", "InternetService", "OnlineSecurity", "Contract", "PaymentMethod"]
NINE += ["MonthlyCharges", "TotalCharges", "Churn"]


# --- lab 01 -----------------------------------------------------------------------------------

WORDS = {
    "InternetService": ["DSL", "Fiber optic", "No"],
    "OnlineSecurity": ["No", "Yes", "No internet service"],
    "Contract": ["Month-to-month", "One year", "Two year"],
    "PaymentMethod": [
        "Electronic check",
        "Mailed check",
        "Bank transfer (automatic)",
        "Credit card (automatic)",
    ],
    "Churn": ["No", "Yes"],
}
RANGES = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def sentences(row: Mapping[Hashable, Any], ids: list[Any]) -> set[tuple[str, str]]:
    """The rules of the data sheet that one row breaks, read off the table of the task."""

    def there(name: str) -> bool:
        return not pd.isna(row[name])

    broken = set()
    for name in NINE:
        needed = name != "TotalCharges" or (there("tenure") and row["tenure"] > 0)
        if needed and not there(name):
            broken.add((name, "completeness"))
    if there("customerID") and ids.count(row["customerID"]) > 1:
        broken.add(("customerID", "uniqueness"))
    for name, words in WORDS.items():
        if there(name) and row[name] not in words:
            broken.add((name, "validity"))
    for name, (low, high) in RANGES.items():
        if there(name) and not low <= row[name] <= high:
            broken.add((name, "validity"))
    if there("InternetService") and there("OnlineSecurity"):
        without = row["OnlineSecurity"] == "No internet service"
        if without != (row["InternetService"] == "No"):
            broken.add(("OnlineSecurity", "consistency"))
    both = there("TotalCharges") and there("MonthlyCharges")
    if both and row["TotalCharges"] < row["MonthlyCharges"]:
        broken.add(("TotalCharges", "consistency"))
    return broken


@functools.cache
def batch() -> pd.DataFrame:
    return load("synthetic", n=200, seed=3).astype(dict.fromkeys(RANGES, float))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "customerID": st.one_of(st.none(), st.sampled_from(["0001-AAAAA", "0002-BBBBB"])),
    **{name: st.sampled_from([None, *words, "Unknown"]) for name, words in WORDS.items()},
    "tenure": st.sampled_from([None, -1.0, 0.0, 1.0, 72.0, 73.0]),
    "MonthlyCharges": st.sampled_from([None, 14.95, 15.0, 60.0, 130.0, 130.05]),
    "TotalCharges": st.sampled_from([None, -0.05, 0.0, 14.99, 15.0, 130.0, 10_000.0, 10_000.05]),
}
EDITS = st.lists(
    st.sampled_from(NINE).flatmap(
        lambda name: st.tuples(st.integers(0, 199), st.just(name), VALUES[name])
    ),
    min_size=1,
    max_size=12,
)


@functools.cache
def checked_in_lab_01() -> dict[str, Any]:
    """What the setup and the first task of lab 01 bind: its suite, too."""
    found = references.functions("lab01_data_quality")
    exec(references.code("lab01_data_quality", "check_batch"), found)
    return found


@settings(max_examples=12, deadline=None)
@given(EDITS)
def test_findings_and_verdict_follow_the_data_sheet(edits: list[tuple[int, str, Any]]) -> None:
    rows = batch().copy()
    for place, name, value in edits:
        rows.loc[place, name] = value
    names = dict(checked_in_lab_01()) | {"worst": rows}
    exec(references.code("lab01_data_quality", "findings"), names)
    wanted: dict[tuple[str, str], int] = {}
    ids = rows["customerID"].tolist()
    for row in rows.to_dict("records"):
        for rule in sentences(row, ids):
            wanted[rule] = wanted.get(rule, 0) + 1
    found = {(f["column"], f["dimension"]): f["rows"] for f in names["findings"](rows)}
    assert found == wanted
    verdict = names["check_batch"](rows)
    assert verdict == {"success": not wanted, "columns": sorted({c for c, _ in wanted})}


# --- lab 03 -----------------------------------------------------------------------------------

METRICS = st.sampled_from([None, 0.0, 0.4, 0.8, 0.8 + 1e-12])
RUNS = st.lists(
    st.tuples(
        st.sampled_from(["FINISHED", "FAILED", "RUNNING"]),
        METRICS,
        st.sampled_from([9, 10, 100]),
        st.sampled_from(["d", "e", None]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@FEW
@given(RUNS)
def test_the_best_run_beats_every_other(runs: list[tuple[str, Any, int, Any, int]]) -> None:
    table = pd.DataFrame(
        [
            {
                "run_id": str(place),
                "status": status,
                "metrics.valid_roc_auc": np.nan if metric is None else metric,
                "params.max_iter": str(rounds),
                "tags.valid_digest": digest,
                "start_time": pd.Timestamp(2024, 1, 1, hour),
            }
            for place, (status, metric, rounds, digest, hour) in enumerate(runs)
        ],
        columns=[
            "run_id",
            "status",
            "metrics.valid_roc_auc",
            "params.max_iter",
            "tags.valid_digest",
            "start_time",
        ],
    )
    found = references.names("lab03_experiments")["best_run"](table, "d")
    keys = {
        str(place): (-metric, rounds, hour)
        for place, (status, metric, rounds, digest, hour) in enumerate(runs)
        if status == "FINISHED" and metric is not None and digest == "d"
    }
    if not keys:
        assert found is None
    else:
        assert all(keys[found] <= key for key in keys.values())


SCORES = st.lists(st.sampled_from([0.0, 0.2, 0.2 + 1e-9, 0.5, 1.0]), min_size=4, max_size=4)


@FEW
@given(
    st.dictionaries(st.sampled_from("abc"), SCORES, min_size=1),
    st.lists(st.integers(0, 1), min_size=4, max_size=4),
    st.integers(0, 5),
    st.sampled_from([30.0, 130.0, 260.0]),
)
def test_no_pair_within_the_capacity_earns_more(
    valid: dict[str, list[float]], left: list[int], capacity: int, saved: float
) -> None:
    terms = {"contact_cost": 10.0, "offer_cost": 40.0, "saved_value": saved, "success_rate": 0.5}
    scores = {name: np.array(one) for name, one in valid.items()}
    labels = np.array(left)
    names = references.names("lab03_experiments")
    found = names["pick_by_value"](scores, labels, scores, labels, terms, capacity)
    campaign = Campaign(**terms)
    pairs = {
        (name, threshold): (
            campaign_value(labels, one, threshold, campaign),
            (one >= threshold).sum(),
        )
        for name, one in scores.items()
        for threshold in one
        if (one >= threshold).sum() <= capacity
    }
    most = max((value for value, _ in pairs.values()), default=0.0)
    if most <= 0:
        nobody = {"model": None, "threshold": None, "valid_value": 0.0, "test_value": 0.0}
        assert found == nobody
        return
    best = [(n, name) for (name, _), (value, n) in pairs.items() if value == most]
    chosen = found["model"], found["threshold"]
    assert (pairs[chosen][1], found["model"]) == min(best)
    assert found["valid_value"] == found["test_value"] == most


PAIRS = st.dictionaries(st.integers(0, 6), st.sampled_from([0.5, 0.625, 0.75, 0.875]), max_size=7)


@FEW
@given(PAIRS, PAIRS, st.sampled_from([0.1, 0.25, 0.5]))
def test_the_verdict_follows_from_the_interval(
    a: dict[int, float], b: dict[int, float], share: float
) -> None:
    found = references.names("lab03_experiments")["compare"](a, b, share)
    d = [b[seed] - a[seed] for seed in set(a) & set(b)]
    assert found["pairs"] == len(d)
    assert (found["difference"] is None) == (not d)
    assert (found["low"] is None) == (found["high"] is None) == (len(d) < 2)
    if d:
        assert found["difference"] == pytest.approx(sum(d) / len(d))
    if len(d) < 2:
        assert found["verdict"] == "undecided"
        return
    width = stats.t.ppf(0.975, len(d) - 1)
    width *= ((1 / len(d) + share / (1 - share)) * np.var(d, ddof=1)) ** 0.5
    assert found["high"] - found["low"] == pytest.approx(2 * width)
    assert found["high"] + found["low"] == pytest.approx(2 * found["difference"])
    verdict = "B" if found["low"] > 0 else "A" if found["high"] < 0 else "undecided"
    assert found["verdict"] == verdict
