"""A year without anybody, on two cheap months."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import schema
from churn.data.landing import deliver
from churn.metrics import Campaign
from churn.pipeline import year
from churn.pipeline.config import load_config
from churn.pipeline.place import REGISTRY, Place
from churn.simulator import simulate_history
from churn.simulator.incidents import Incident
from churn.simulator.scenario import Scenario
from churn.training import make_model
from churn.training.continuous import Timeline
from coursekit.environment import mlflow_store
from killed_pipeline import CHANGES

CENTS = Incident.model_validate(
    {"kind": "unit_change_to_cents", "date": "2024-07-01", "until": "2024-08-01"}
)
RIVAL = Incident.model_validate({"kind": "competitor_enters", "date": "2024-08-01"})
SCENARIO = Scenario(
    name="short", customers=1500, monthly_joins=40, months=9, seed=3, incidents=(CENTS, RIVAL)
)
JUNE, JULY, AUGUST = (pd.Timestamp(day) for day in ("2024-06-30", "2024-07-31", "2024-08-31"))


def test_incidents_are_dealt_to_other_months_and_last_as_long() -> None:
    found = {
        seed: year.drawn(SCENARIO, seed, "2024-03-01", "2024-09-30").incidents for seed in range(9)
    }
    assert found[1] == year.drawn(SCENARIO, 1, "2024-03-31", "2024-09-01").incidents
    dates = {one.date for incidents in found.values() for one in incidents}
    assert len(dates) > 3
    for cents, rival in found.values():
        assert cents.date != rival.date
        assert cents.until is not None
        assert 28 <= (cents.until - cents.date).days <= 31
        assert rival.until is None
    with pytest.raises(ValueError, match="2 incidents do not fit into 1 months"):
        year.drawn(SCENARIO, 1, "2024-03-01", "2024-03-31")


def test_what_is_spoiled_and_what_is_true() -> None:
    assert year.spoiled(SCENARIO) == {JULY: CENTS}
    assert year.spoiled(SCENARIO, {"unit_change_to_cents"}) == {}
    assert year.truly(SCENARIO).incidents == (RIVAL,)
    stale = Incident.model_validate({"kind": "stale_feed", "date": "2024-07-01", "size": 2})
    twice = Incident.model_validate({"kind": "duplicated_batch", "date": "2024-07-01"})
    assert list(year.spoiled(SCENARIO.model_copy(update={"incidents": (stale,)}))) == [JULY, AUGUST]
    assert list(year.spoiled(SCENARIO.model_copy(update={"incidents": (twice,)}))) == [JULY]


def test_dollars_are_of_those_who_are_still_customers() -> None:
    campaign = Campaign(contact_cost=5, offer_cost=20, saved_value=400, success_rate=0.4)
    leaves = pd.Series([1, 0, 0], index=["a", "b", "c"])
    # 0.4 * (400 - 20) - 5 for a, -25 for b; z has left already.
    assert year.dollars({"a", "b", "z"}, leaves, campaign) == pytest.approx(147 - 25)
    assert year.dollars(set(), leaves, campaign) == 0


@pytest.mark.timeout(600)
def test_two_months_of_which_one_is_refused_and_delivered_again(tmp_path: Path) -> None:
    # What a model of so few customers cannot miss: a contact pays, and a fixed term holds people.
    sure = {"column": "Contract", "before": "Month-to-month", "after": "Two year"}
    cheap = {
        **CHANGES,
        "campaign": {"contact_cost": 0.1, "offer_cost": 1},
        "gate": {**CHANGES["gate"], "directions": [sure]},
    }
    place = Place(load_config("dev", changes=cheap), tmp_path)
    place.root.mkdir()
    (place.root / REGISTRY).write_bytes(mlflow_store.empty().read_bytes())
    place.claim()
    recorded, true = simulate_history(SCENARIO), simulate_history(year.truly(SCENARIO))
    for day in recorded.months[:8]:
        deliver(place.landing, day, recorded.snapshots, recorded.departures)
    year.begin(place, recorded.months[:6])
    first = year.contacted(place)
    july = year.live_month(place, JULY)
    assert "TotalCharges" in july.stopped or "MonthlyCharges" in july.stopped
    assert (july.champion, july.decision, july.drifted) == ("1", "", "")
    assert np.isnan(july.surprise)
    assert year.contacted(place) == first
    assert first
    deliver(place.landing, JULY, true.snapshots, true.departures)
    august = year.live_month(place, AUGUST, late=[JULY])
    assert august.stopped == ""
    assert august.champion == "2", august.decision
    assert "version 2 is the champion" in august.decision
    assert year.contacted(place) != first
    assert list(year.decisions([july, august])["champion"]) == ["1", "2"]

    campaign = place.config.campaign
    truth = Timeline(true.snapshots, true.labels, lambda X, y: make_model("logistic").fit(X, y))
    leaves = pd.Series(
        truth.outcome(AUGUST),
        index=true.snapshots.loc[true.snapshots["as_of"] == AUGUST, schema.ID],
    )
    mine = year.dollars(year.contacted(place), leaves, campaign)
    # What was served is what the version would have earned; the oracle had that model, too.
    assert mine == pytest.approx(year.earned_by(place, "2", truth, AUGUST, campaign))
    best = year.best_possible(truth, AUGUST, range(1, 7), campaign)
    assert best >= mine
    assert best > year.best_possible(truth, AUGUST, [1], campaign) - 1e-9
    # With a bound that every champion breaks, it is told; with the real one it is not.
    assert year.bad_versions(place, [july, august], truth, campaign, most=1000) == {}
    told = year.bad_versions(place, [july, august], truth, campaign, most=-1000)
    assert "version 1 would have earned" in told["2"]
