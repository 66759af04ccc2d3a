"""A year without anybody, on two cheap months."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.data.landing import deliver
from churn.metrics import Campaign
from churn.pipeline import year
from churn.pipeline.config import load_config
from churn.pipeline.rehearsal import rehearsed
from churn.pipeline.stores import REGISTRY, Stores
from churn.simulator import redrawn, simulate_history
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


def test_dollars_are_of_those_who_are_still_customers() -> None:
    campaign = Campaign(contact_cost=5, offer_cost=20, saved_value=400, success_rate=0.4)
    leaves = pd.Series([1, 0, 0], index=["a", "b", "c"])
    # 0.4 * (400 - 20) - 5 for a, -25 for b; z has left already.
    assert year.dollars({"a", "b", "z"}, leaves, campaign) == pytest.approx(147 - 25)
    assert year.dollars(set(), leaves, campaign) == 0


@pytest.fixture(scope="module")
def truth() -> Timeline:
    true = simulate_history(redrawn.truly(SCENARIO))
    return Timeline(true.snapshots, true.labels, lambda X, y: make_model("logistic").fit(X, y))


def months_like(truth: Timeline, scenario: Scenario, day: Any) -> list[pd.Timestamp]:
    return year.right_months(truth, lambda month: redrawn.at_work(scenario, month), day)


def test_an_oracle_trains_on_the_months_that_are_like_today(truth: Timeline) -> None:
    months = truth.months
    calm = months[:6]  # January to June: the rival comes in August, after July's month end
    assert redrawn.at_work(SCENARIO, "2024-06-30") == frozenset()
    assert redrawn.at_work(SCENARIO, JULY) == {RIVAL}
    # At the end of July nobody has labels that know the rival: all that there are, are equally far.
    assert months_like(truth, SCENARIO, JULY) == calm[:3]
    later = pd.Timestamp("2024-11-30")
    assert truth.labelled_months(later)[-1] == JULY
    assert months_like(truth, SCENARIO, later) == [JULY]
    over = RIVAL.model_copy(update={"until": pd.Timestamp("2024-09-01").date()})
    short = SCENARIO.model_copy(update={"incidents": (CENTS, over)})
    assert months_like(truth, short, later) == calm


def test_where_a_delivery_is_lost_last_months_customers_are_scored(truth: Timeline) -> None:
    cheap = Campaign(contact_cost=0.1, offer_cost=1, saved_value=400, success_rate=0.4)
    window = truth.months[:3]
    whole = year.earned_on(truth, [JULY, AUGUST], [], lambda day: window, cheap)
    lost = year.earned_on(truth, [JULY, AUGUST], [AUGUST], lambda day: window, cheap)
    assert whole[0] == lost[0] > 0
    p = year.window_scores(truth, window, JULY)
    asked = set(truth.ids(JULY)[p >= cheap.break_even])
    leaves = pd.Series(truth.outcome(AUGUST), index=truth.ids(AUGUST))
    assert lost[1] == pytest.approx(year.dollars(asked, leaves, cheap))
    assert lost[1] != whole[1]


def test_a_bad_champion_is_told_and_a_good_one_is_not(
    truth: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = Campaign(contact_cost=5, offer_cost=20, saved_value=400, success_rate=0.4)
    left = {len(truth.outcome(day)): truth.outcome(day).astype(float) for day in (JULY, AUGUST)}
    scorers = {
        "knows": lambda X: left[len(X)],
        "everybody": lambda X: np.ones(len(X)),
        "nobody": lambda X: np.zeros(len(X)),
    }

    @contextmanager
    def scorer(_: Any, version: str) -> Iterator[Any]:
        yield scorers[version]

    monkeypatch.setattr(year, "scorer_of", scorer)
    stores: Any = SimpleNamespace(config=SimpleNamespace(campaign=campaign))

    def found(first: str, *champions: str) -> dict[str, str]:
        books = [
            year.Month(day, "", "", 0.0, "", champion)
            for day, champion in zip((JULY, AUGUST), champions, strict=True)
        ]

        def earned(version: str, days: list[pd.Timestamp]) -> float:
            return year.earned_by(stores, version, truth, days)

        return year.bad_versions(earned, first, books, truth, most=0.5)

    assert found("nobody", "nobody", "knows") == {}
    assert found("nobody", "knows", "knows") == {}
    assert "doing nothing earns $0" in found("knows", "knows", "everybody")["everybody"]
    assert "version knows would have earned" in found("knows", "nobody", "nobody")["nobody"]


@pytest.mark.skipif(not os.environ.get("COURSE_LONG"), reason="half a minute: make long")
@pytest.mark.timeout(600)
def test_two_months_of_which_one_is_refused_and_delivered_again(
    tmp_path: Path, truth: Timeline
) -> None:
    # What a model of so few customers cannot miss: a contact pays, and a fixed term holds people.
    sure = {"column": "Contract", "before": "Month-to-month", "after": "Two year"}
    cheap = {
        **CHANGES,
        "labels": {"early": True},
        "training": {"window": "since_change"},
        "campaign": {"contact_cost": 0.1, "offer_cost": 1},
        "gate": {**CHANGES["gate"], "directions": [sure], "max_calibration_loss": 0.0},
    }
    stores = Stores(load_config("dev", changes=cheap), tmp_path)
    stores.root.mkdir()
    (stores.root / REGISTRY).write_bytes(mlflow_store.empty().read_bytes())
    stores.claim()
    recorded, true = simulate_history(SCENARIO), simulate_history(redrawn.truly(SCENARIO))
    for day in recorded.months[:8]:
        deliver(stores.landing, day, recorded.snapshots, recorded.departures)
    year.begin(stores, recorded.months[:6])
    first = year.contacted(stores)
    july = year.live_month(stores, JULY)
    assert "TotalCharges" in july.stopped or "MonthlyCharges" in july.stopped
    assert (july.champion, july.decision, july.drifted) == ("1", "", "")
    assert np.isnan(july.surprise)
    assert year.contacted(stores) == first
    assert first
    deliver(stores.landing, JULY, true.snapshots, true.departures)
    august = year.live_month(stores, AUGUST, late=[JULY])
    assert august.stopped == ""
    assert august.champion == "2", august.decision
    assert "version 2 is the champion" in august.decision
    assert stores.tags_of("2")["pipeline.reference"] == "2024-07-31"
    assert year.contacted(stores) != first
    assert list(year.decisions([july, august])["champion"]) == ["1", "2"]
    # What was served is what the version would have earned.
    leaves = pd.Series(truth.outcome(AUGUST), index=truth.ids(AUGUST))
    mine = year.dollars(year.contacted(stores), leaves, stores.config.campaign)
    assert mine == pytest.approx(year.earned_by(stores, "2", truth, [AUGUST]))
    # In memory the same would have happened.
    done = rehearsed(truth, stores.config, [JULY, AUGUST], refused=[JULY], again=[JULY])
    assert [month.champion for month in done.books] == ["1", "2"]
    assert done.books[1].decision == august.decision
    assert done.earned[1] == pytest.approx(mine)
