"""Lab 00's solutions do what the sentences of their tasks say, on inputs that nobody chose.

As in test_lab_solutions.py: each sentence is written anew, another way than the solution has it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import references
from hypothesis import assume, given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=40, deadline=None)


def solution(task: str) -> Callable[..., Any]:
    found: Callable[..., Any] = references.names("lab00_warm_up")[task]
    return found


# --- 1 · customer_facts -----------------------------------------------------------------------

CUSTOMERS = st.lists(
    st.tuples(
        st.sampled_from(["Two year", "Two year ", "two year", "Weekly", ""]),
        st.sampled_from([None, 0.0, 20.0]),
        st.sampled_from(["Yes", "No"]),
    ),
    max_size=9,
)


@FEW
@given(CUSTOMERS)
def test_the_facts_are_counted_row_by_row(rows: list[tuple[str, float | None, str]]) -> None:
    table = pd.DataFrame(rows, columns=["Contract", "TotalCharges", "Churn"])
    table["TotalCharges"] = table["TotalCharges"].astype(float)
    facts = solution("customer_facts")(table.set_index(pd.Index([3] * len(table))))
    left = [churn == "Yes" for _, _, churn in rows]
    own: dict[str, list[bool]] = {}
    for (contract, _, _), gone in zip(rows, left, strict=True):
        own.setdefault(contract, []).append(gone)
    assert facts == {
        "customers": len(rows),
        "churn_rate": pytest.approx(sum(left) / len(rows)) if rows else None,
        "without_bill": [bill for _, bill, _ in rows].count(None),
        "churn_rate_by_contract": {n: pytest.approx(sum(g) / len(g)) for n, g in own.items()},
    }
    assert type(facts["customers"]) is int


# --- 2 and 3 · probability_blue, after_shift --------------------------------------------------

SHARES = st.sampled_from([0.0, 2.0**-40, 0.005, 0.25, 0.5, 0.99, 1.0])


def blue_of(prevalence: float, sensitivity: float, specificity: float) -> Fraction | None:
    """Of the ducks called blue the share that is blue, counted without rounding."""
    blue, yellow = Fraction(prevalence), 1 - Fraction(prevalence)
    called = blue * Fraction(sensitivity), yellow * (1 - Fraction(specificity))
    return called[0] / sum(called) if sum(called) else None


@FEW
@given(SHARES, SHARES, SHARES)
def test_the_probability_is_the_share_of_blue_among_those_called_blue(
    prevalence: float, sensitivity: float, specificity: float
) -> None:
    found = solution("probability_blue")(prevalence, sensitivity, specificity)
    wanted = blue_of(prevalence, sensitivity, specificity)
    assert found == (None if wanted is None else pytest.approx(float(wanted)))


COUNTS = st.tuples(*[st.integers(0, 6)] * 4)


@FEW
@given(COUNTS, SHARES)
def test_in_production_the_flagged_are_counted_anew(
    counts: tuple[int, int, int, int], prevalence: float
) -> None:
    tp, fn, fp, tn = counts
    assume(tp + fn and fp + tn and prevalence > 0)  # as the text promises
    found = solution("after_shift")({"tp": tp, "fn": fn, "fp": fp, "tn": tn}, prevalence)
    leaving, staying = Fraction(prevalence), 1 - Fraction(prevalence)
    caught, alarmed = leaving * Fraction(tp, tp + fn), staying * Fraction(fp, fp + tn)
    flagged = caught + alarmed
    assert found == {
        "precision": pytest.approx(float(caught / flagged)) if flagged else None,
        "recall": pytest.approx(tp / (tp + fn)),
        "accuracy": pytest.approx(float(caught + staying - alarmed)),
    }


# --- 4 · accuracy_report ----------------------------------------------------------------------

LABELS = st.lists(st.integers(0, 1), min_size=1, max_size=7)
PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=7)


@FEW
@given(LABELS, PAIRS)
def test_the_report_counts_customers(train: list[int], pairs: list[tuple[int, int]]) -> None:
    test, predicted = map(list, zip(*pairs, strict=True))
    found = solution("accuracy_report")(np.array(train), np.array(test), np.array(predicted))
    rule = 1 if train.count(1) > train.count(0) else 0
    right = sum(label == said for label, said in pairs)
    of_leavers = [said for label, said in pairs if label == 1]
    assert found == {
        "accuracy": pytest.approx(right / len(pairs)),
        "baseline_accuracy": pytest.approx(test.count(rule) / len(pairs)),
        "recall": pytest.approx(of_leavers.count(1) / len(of_leavers)) if of_leavers else None,
        "beats_baseline": right > test.count(rule),
    }
    assert type(found["beats_baseline"]) is bool


# --- 5, 6 and 7 · what a campaign earns -------------------------------------------------------

TERMS = st.fixed_dictionaries(
    {
        "contact_cost": st.sampled_from([0.0, 2.5, 10.0]),
        "offer_cost": st.sampled_from([0.0, 40.0, 300.0]),
        "success_rate": st.sampled_from([0.25, 0.5, 1.0]),
        "months_kept": st.sampled_from([1, 6]),
    }
)
PEOPLE = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from([-1e12, -3.0, 0.5, float(np.nextafter(0.5, 1)), 0.75, 7.0]),
        st.sampled_from([4.0, 33.125, 50.0, 110.0]),
    ),
    min_size=1,
    max_size=6,
)
Person = tuple[int, float, float]


def worth(leaves: int, charge: float, terms: dict[str, float]) -> float:
    """Dollars expected of one customer who is contacted."""
    if not leaves:
        return -terms["contact_cost"] - terms["offer_cost"]
    stays = terms["months_kept"] * charge - terms["offer_cost"]
    return terms["success_rate"] * stays - terms["contact_cost"]


def earned(people: list[Person], threshold: float, terms: dict[str, float]) -> float:
    return sum(worth(leaves, pays, terms) for leaves, score, pays in people if score >= threshold)


def arrays(people: list[Person]) -> tuple[np.ndarray, ...]:
    churned, scores, charges = zip(*people, strict=True)
    return np.array(churned), np.array(scores), np.array(charges)


@FEW
@given(PEOPLE, st.sampled_from([-np.inf, -3.0, 0.5, 0.6, 7.0, 8.0]), TERMS)
def test_a_campaign_earns_what_its_customers_are_worth(
    people: list[Person], threshold: float, terms: dict[str, float]
) -> None:
    found = solution("campaign_value")(*arrays(people), threshold, terms)
    assert found == pytest.approx(earned(people, threshold, terms))


@FEW
@given(st.sampled_from([1.0, 8.0, 10.0, 50.0, 110.0]), TERMS)
def test_at_the_break_even_a_contact_neither_gains_nor_loses(
    charge: float, terms: dict[str, float]
) -> None:
    found = solution("break_even")(charge, terms)
    if worth(1, charge, terms) < 0:
        assert found is None
        return
    expected = found * worth(1, charge, terms) + (1 - found) * worth(0, charge, terms)
    assert expected == pytest.approx(0, abs=1e-9)
    assert 0 <= found <= 1


@FEW
@given(PEOPLE, TERMS)
def test_no_threshold_earns_more(people: list[Person], terms: dict[str, float]) -> None:
    found = solution("best_threshold")(*arrays(people), terms)
    assert found["value"] == pytest.approx(earned(people, found["threshold"], terms))
    scores = {score for _, score, _ in people}
    for threshold in (*scores, np.inf):
        assert earned(people, threshold, terms) <= found["value"] + 1e-9
    if not any(score >= found["threshold"] for score in scores):
        assert found["value"] == 0


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([0.2, 0.5, 1.0]), st.lists(st.sampled_from([20.0, 110.0]), min_size=1))
def test_contacts_are_those_above_their_break_even(share: float, charges: list[float]) -> None:
    """Where the scores of last month say all that there is to know: one score, one share."""
    terms = {"contact_cost": 10.0, "offer_cost": 40.0, "success_rate": 0.5, "months_kept": 6}
    left = [1 if i < 10 * share else 0 for i in range(10)]
    past = pd.DataFrame({"score": 0.3, "charge": 50.0, "churned": left})
    new = pd.DataFrame({"score": 0.3, "charge": charges}, index=range(9, 9 + len(charges)))
    found = solution("contact")(past, new, terms)
    pays = [share * worth(1, c, terms) + (1 - share) * worth(0, c, terms) > 0 for c in charges]
    assert found == pays


# --- 8 · refuse -------------------------------------------------------------------------------

IDS = st.sampled_from(["7590-VHVEG", " 7590-vhveg ", "7590-VHVE", "7590 -VHVEG", "0001-TESTA"])
#: How many days older than the limit a row is.
OLDER = st.sampled_from([0, 0, 1, -1, None])
BATCH = st.lists(st.tuples(IDS, OLDER), max_size=4)


@FEW
@given(BATCH, st.lists(IDS, max_size=2), st.integers(1, 8))
def test_each_reason_stands_for_itself(
    rows: list[tuple[str, int | None]], test_ids: list[str], most: int
) -> None:
    today = dt.date(2024, 3, 4)  # some of the ages go over the end of a leap year's February
    ages = [None if older is None else most + older for _, older in rows]
    days = [None if age is None else f"{today - dt.timedelta(days=age)}" for age in ages]
    ids = [text for text, _ in rows]
    batch = pd.DataFrame({"customerID": ids, "snapshot_date": days}, dtype=object)
    found = solution("refuse")(batch, test_ids, f"{today}", most)
    assert len(set(found)) == len(found)

    def same(one: str, other: str) -> bool:
        return one.strip(" ").upper() == other.strip(" ").upper()

    wanted = {
        "test customers": any(same(one, other) for one in ids for other in test_ids),
        "duplicates": any(same(one, other) for one, other in itertools.combinations(ids, 2)),
        "stale": any(age is None or age > most for age in ages),
    }
    reasons = {reason for reason, holds in wanted.items() if holds} if rows else {"empty"}
    assert set(found) == reasons
