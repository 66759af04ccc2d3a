"""Hidden answers to a contact: nothing changes without one, and what each type does with one."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from churn.schema import ID
from churn.simulator import responses
from churn.simulator.history import History, simulate_history
from churn.simulator.month_end import MonthEnd
from churn.simulator.scenario import Scenario, load_scenario, save_scenario

PLAIN = Scenario(name="small", seed=7, customers=4000, monthly_joins=100, months=3)
PLANTED = PLAIN.model_copy(update={"treatment_effects": True})
HIDDEN = ["response_type", "probability_without_contact", "probability_with_contact"]


def everybody(now: MonthEnd) -> pd.Series:
    return now.snapshot[ID]


@pytest.fixture(scope="module")
def untouched() -> History:
    return simulate_history(PLANTED)


@pytest.fixture(scope="module")
def touched() -> History:
    return simulate_history(PLANTED, policy=everybody)


def log_odds(p: pd.Series) -> pd.Series:
    chosen = (p - 0.003) / 0.997
    return (chosen / (1 - chosen)).map(np.log)


def test_planted_effects_change_nothing_but_the_truth_until_somebody_is_contacted(
    untouched: History,
) -> None:
    plain = simulate_history(PLAIN)
    for name in ("snapshots", "labels", "departures"):
        assert_frame_equal(getattr(plain, name), getattr(untouched, name), check_exact=True)
    assert_frame_equal(plain.truth, untouched.truth.drop(columns=HIDDEN), check_exact=True)
    assert not set(HIDDEN) & set(untouched.snapshots)


def test_the_chance_that_comes_to_be_is_the_one_with_or_without_the_contact(
    untouched: History, touched: History
) -> None:
    for history, column in ((untouched, HIDDEN[1]), (touched, HIDDEN[2])):
        truth = history.truth
        assert (truth["churn_probability"] == truth[column]).all()
        assert (truth["usual_probability"] == truth[HIDDEN[1]]).all()  # no season, no incident


def test_each_type_answers_as_the_module_says(touched: History) -> None:
    truth = touched.truth[touched.truth[HIDDEN[1]] > 0.02]
    change = log_odds(truth[HIDDEN[2]]) - log_odds(truth[HIDDEN[1]])
    for kind, effect in zip(responses.TYPES, responses.EFFECTS, strict=True):
        mine = change[truth["response_type"] == kind]
        assert len(mine) > 100, kind
        assert mine.median() == pytest.approx(effect, abs=0.03), kind


def test_who_leaves_follows_the_type(untouched: History, touched: History) -> None:
    rates = [
        history.labels.assign(kind=history.truth["response_type"]).groupby("kind")["churned"].mean()
        for history in (untouched, touched)
    ]
    ratio = rates[1] / rates[0]
    assert ratio["persuadable"] < 0.4
    assert ratio["sleeping dog"] > 2
    # The same draws decide: whom a contact does not move does the same in both histories.
    first = untouched.truth[untouched.truth["as_of"] == untouched.months[0]]
    for kind in ("sure thing", "lost cause"):
        rows = first.index[first["response_type"] == kind]
        left = [h.labels.loc[rows, "churned"] for h in (untouched, touched)]
        assert (left[0] == left[1]).all(), kind


def test_a_type_can_be_learned_from_the_profile_and_not_wholly(untouched: History) -> None:
    rows = untouched.snapshots
    profile = pd.DataFrame(
        {
            "free": rows["Contract"] == "Month-to-month",
            "check": rows["PaymentMethod"].str.contains("check"),
            "bare": (rows["InternetService"] == "Fiber optic")
            & (rows["TechSupport"] == "No")
            & (rows["OnlineSecurity"] == "No"),
            "new": rows["tenure"] <= responses.NEW,
        }
    )
    kind = untouched.truth["response_type"]
    cells = [profile[name] for name in profile]
    guess = kind.groupby(cells).transform(lambda values: values.mode()[0])
    right = (guess == kind).mean()
    assert 0.97 < right < 1
    shares = kind.value_counts(normalize=True)
    assert set(shares.index) == set(responses.TYPES)
    assert shares.min() > 0.05


def test_the_liking_stays_with_the_customer(untouched: History) -> None:
    rows = untouched.snapshots.assign(kind=untouched.truth["response_type"])
    changes = rows.groupby(ID)["kind"].nunique() > 1
    # Contract, payment and tenure change now and then, and with them a type.
    assert 0 < changes.mean() < 0.15
    telling = ["Contract", "PaymentMethod", "InternetService", "TechSupport", "OnlineSecurity"]
    constant = rows.groupby(ID)[telling].nunique().max(axis=1) == 1
    old = rows.groupby(ID)["tenure"].min() > responses.NEW
    assert not changes[constant & old].any()


def test_without_planted_effects_a_contact_does_the_same_to_all() -> None:
    alike = simulate_history(PLAIN, policy=everybody)
    assert not set(HIDDEN) & set(alike.truth)
    truth = alike.truth[alike.truth["usual_probability"] > 0.02]
    change = log_odds(truth["churn_probability"]) - log_odds(truth["usual_probability"])
    assert change.quantile([0.01, 0.99]).tolist() == pytest.approx([-1.5, -1.5], abs=0.1)


def test_a_saved_scenario_keeps_its_effects(tmp_path: object) -> None:
    saved = save_scenario(PLANTED, f"{tmp_path}/planted.yaml")
    assert load_scenario(saved).treatment_effects
