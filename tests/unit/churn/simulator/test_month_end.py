"""A policy sees what the company has on record that day, and its contacts act and are recorded."""

import datetime as dt
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from churn.schema import ID
from churn.simulator.history import History, simulate_history
from churn.simulator.incidents import Incident
from churn.simulator.month_end import MonthEnd
from churn.simulator.point_in_time import labels_known_at, snapshots_at
from churn.simulator.scenario import Scenario

SMALL = Scenario(
    name="small",
    seed=7,
    customers=1500,
    monthly_joins=50,
    months=8,
    label_delay_months=1,
    treatment_effects=True,
)
MARCH = dt.date(2024, 3, 1)
#: One that adds rows, one that repeats old values, one that is written over later.
RECORD_INCIDENTS = (
    Incident(kind="test_data_in_production", date=MARCH),
    Incident(kind="stale_feed", date=MARCH, size=2),
    Incident(kind="backfilled_column", date=dt.date(2024, 6, 1)),
    Incident(kind="duplicated_batch", date=dt.date(2024, 5, 1)),
)


def nobody(now: MonthEnd) -> list[str]:
    return []


def first_hundred(now: MonthEnd) -> pd.Series:
    return now.snapshot[ID].head(100)


def watched(scenario: Scenario) -> tuple[History, list[MonthEnd]]:
    seen: list[MonthEnd] = []

    def policy(now: MonthEnd) -> pd.Series:
        seen.append(now)
        return now.snapshot.sort_values("network_quality")[ID].head(100)

    return simulate_history(scenario, policy=policy), seen


@pytest.mark.parametrize("incidents", [(), RECORD_INCIDENTS], ids=["clean", "incidents"])
def test_it_sees_what_was_on_record_that_day(incidents: tuple[Incident, ...]) -> None:
    history, seen = watched(SMALL.model_copy(update={"incidents": incidents}))
    assert [now.day for now in seen] == history.months
    for now in seen:
        # Asked for after the run has ended, and still as of that day.
        today = snapshots_at(history, now.day)
        contacts_of_today = today["as_of"] == now.day
        assert today.loc[contacts_of_today, "contacted"].sum() > 50
        today.loc[contacts_of_today, "contacted"] = 0  # it has not decided yet
        assert_frame_equal(now.snapshots, today, check_exact=True)
        last = today[contacts_of_today].reset_index(drop=True)
        assert_frame_equal(now.snapshot, last, check_exact=True)
        assert_frame_equal(now.labels, labels_known_at(history, now.day), check_exact=True)
        known = history.departures.query("known_on <= @now.day").reset_index(drop=True)
        assert_frame_equal(now.departures, known, check_exact=True)
    assert len(seen[-1].labels) > 0
    assert not {"churn_probability", "response_type"} & set(seen[-1].snapshots)


def test_contacts_are_recorded_and_act_on_the_next_month_alone() -> None:
    first, second = (simulate_history(SMALL, policy=policy) for policy in (nobody, first_hundred))
    january = [
        history.truth[history.truth["as_of"] == first.months[0]] for history in (first, second)
    ]
    p = [rows.set_index(ID)["churn_probability"] for rows in january]
    chosen = second.snapshots.query("contacted == 1 and as_of == @first.months[0]")[ID]
    assert len(chosen) == 100
    moved = p[0].index[p[0] != p[1]]
    assert 10 < len(moved) <= 100
    assert set(moved) <= set(chosen)
    # February's chances are the same again for whoever is contacted in neither.
    later = [
        history.truth[history.truth["as_of"] == first.months[1]] for history in (first, second)
    ]
    both = later[0].merge(later[1], on=ID, suffixes=("", "_new"))
    fresh = ~both[ID].isin(
        second.snapshots.query("contacted == 1 and as_of == @first.months[1]")[ID]
    )
    assert (both["churn_probability"] == both["churn_probability_new"])[fresh].all()


def test_a_policy_that_contacts_nobody_is_as_good_as_none() -> None:
    for name in ("snapshots", "labels", "departures", "truth"):
        without, idle = simulate_history(SMALL), simulate_history(SMALL, policy=nobody)
        assert_frame_equal(getattr(without, name), getattr(idle, name), check_exact=True)


def test_two_policies_on_one_seed_meet_the_same_newcomers_and_luck() -> None:
    idle, busy = (simulate_history(SMALL, policy=policy) for policy in (nobody, first_hundred))
    both = idle.snapshots.merge(busy.snapshots, on=[ID, "as_of"], suffixes=("", "_new"))
    assert len(both) > 0.97 * len(idle.snapshots)
    for column in ("Contract", "MonthlyCharges", "network_quality", "propensity_score"):
        assert (both[column] == both[f"{column}_new"]).all(), column
    left = [set(history.departures[ID]) for history in (idle, busy)]
    ever = set(busy.snapshots.query("contacted == 1")[ID])
    assert left[0] != left[1]
    assert left[0] ^ left[1] <= ever


def test_what_a_policy_writes_into_its_frames_stays_there() -> None:
    def careless(now: MonthEnd) -> list[str]:
        for frame in (now.snapshot, now.snapshots, now.labels, now.departures):
            frame.drop(index=frame.index, inplace=True)
        return []

    spoilt, clean = simulate_history(SMALL, policy=careless), simulate_history(SMALL)
    assert_frame_equal(spoilt.snapshots, clean.snapshots, check_exact=True)
    assert_frame_equal(spoilt.departures, clean.departures, check_exact=True)


def test_a_planted_campaign_goes_on_beside_a_policy() -> None:
    campaign = (Incident(kind="feedback_loop", date=MARCH, size=0.1),)
    scenario = SMALL.model_copy(update={"incidents": campaign})
    alone, both = simulate_history(scenario), simulate_history(scenario, policy=first_hundred)
    as_of = alone.months[2]
    april = [h.snapshots[h.snapshots["as_of"] == as_of] for h in (alone, both)]
    top = (
        april[1]["propensity_score"].rank(ascending=False, method="first")
        <= april[1]["propensity_score"].count() * 0.1
    )
    assert april[0]["contacted"].mean() == pytest.approx(0.1, abs=0.001)
    expected = top.to_numpy() | (np.arange(len(top)) < 100)
    assert (april[1]["contacted"].to_numpy() == expected).mean() > 0.999


def test_any_kind_of_list_will_do_but_no_stranger() -> None:
    short = SMALL.model_copy(update={"months": 2})
    expected = simulate_history(short, policy=first_hundred).snapshots
    forms: list[Callable[[pd.Series], Iterable[str]]] = [list, set, pd.Index, np.array]
    for form in forms:

        def policy(
            now: MonthEnd, form: Callable[[pd.Series], Iterable[str]] = form
        ) -> Iterable[str]:
            return form(first_hundred(now))

        found = simulate_history(short, policy=policy)
        assert_frame_equal(found.snapshots, expected, check_exact=True)
    with pytest.raises(ValueError, match="'0000-NOONE' on 2024-01-31, who is no customer"):
        simulate_history(short, policy=lambda now: ["0000-NOONE"])


def test_whoever_has_left_is_a_stranger_and_a_test_customer_is_not() -> None:
    remembered: list[str] = []

    def by_heart(now: MonthEnd) -> list[str]:
        remembered.extend(now.snapshot[ID] if not remembered else [])
        return remembered

    with pytest.raises(ValueError, match="who is no customer that day"):
        simulate_history(SMALL, policy=by_heart)
    scenario = SMALL.model_copy(update={"incidents": RECORD_INCIDENTS[:1], "months": 4})
    found = simulate_history(scenario, policy=lambda now: now.snapshot[ID])
    ghosts = found.snapshots[ID].str.endswith("TESTX")
    assert ghosts.any()
    assert (found.snapshots["contacted"] == (~ghosts).astype(int)).all()
