"""The pipeline's decisions in memory."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.pipeline import year
from churn.pipeline.config import Config, load_config
from churn.pipeline.rehearsal import judged, rehearsed
from churn.simulator import simulate_history
from churn.simulator.incidents import Incident
from churn.simulator.scenario import Scenario
from churn.training import make_model
from churn.training.continuous import Timeline
from killed_pipeline import CHANGES

#: Everybody leaves more readily from September on.
WORSE = Incident.model_validate(
    {"kind": "threshold_no_longer_right", "date": "2024-09-01", "size": 1.5}
)
SCENARIO = Scenario(name="short", customers=1500, monthly_joins=40, months=14, incidents=(WORSE,))
#: A direction that a model of so few customers cannot miss.
SURE = {"column": "Contract", "before": "Month-to-month", "after": "Two year"}
LATE = {"labels": {"early": False}}


@pytest.fixture(scope="module")
def truth() -> Timeline:
    true = simulate_history(SCENARIO)
    return Timeline(true.snapshots, true.labels, lambda X, y: make_model("logistic").fit(X, y))


def config(**changes: Any) -> Config:
    on = {
        "trigger": {"kind": "performance"},
        "labels": {"early": True},
        "training": {"window": "since_change"},
        "gate": {
            **CHANGES["gate"],
            "max_calibration_error": 0.01,
            "max_calibration_loss": 0.0,
            "directions": [SURE],
            "max_shift": 0.9,
        },
    }
    return load_config("prod", changes={**on, **changes})


@pytest.fixture(scope="module")
def days(truth: Timeline) -> list[pd.Timestamp]:
    return truth.months[7:13]  # from August, whose customers leave in September, to January


def test_after_a_change_the_champion_is_one_that_knows_it(
    truth: Timeline, days: list[pd.Timestamp]
) -> None:
    done = rehearsed(truth, config(), days)
    august, september, _, november, december, _ = done.books
    assert august.decision == "version 1 stays: nothing calls for another"
    assert september.surprise > 3  # a month later it is seen who is missing
    assert september.decision.startswith("because more left than promised, by")
    # August's labels, the first that know, are certain by the end of December.
    assert december.champion not in ("1", november.champion)
    assert done.windows[december.champion] == (days[0],)
    campaign = config().campaign
    assert sum(done.earned[4:]) > done.earned_by(truth, campaign, "1", days[4:])
    again = done.earned_by(truth, campaign, december.champion, [days[4]])
    assert again == pytest.approx(done.earned[4])


def test_each_setting_is_used(truth: Timeline, days: list[pd.Timestamp]) -> None:
    calm = rehearsed(truth, config(trigger={"kind": "never"}), days)
    assert [month.champion for month in calm.books] == ["1"] * len(days)
    blind = rehearsed(truth, config(**LATE), days)
    # Without early outcomes nothing is seen before August's labels are certain.
    assert [m.surprise > 3 for m in blind.books] == [False] * 4 + [True] * 2
    assert max(blind.windows[blind.books[4].champion]) < days[0]  # it is kept back to judge
    wide = rehearsed(truth, config(training={"window": "newest"}), days)
    assert wide.windows[wide.books[4].champion][0] < days[0]
    alone = {"max_calibration_loss": None}
    kept = rehearsed(truth, config(gate={**config().gate.model_dump(mode="json"), **alone}), days)
    refused = {one for month in kept.books for one in month.decision.split() if "calib" in one}
    assert refused
    assert len({m.champion for m in kept.books}) < len(kept.windows)


def test_a_refused_month_is_not_looked_at_and_its_scores_are_old(
    truth: Timeline, days: list[pd.Timestamp]
) -> None:
    whole = rehearsed(truth, config(), days)
    september = days[1]
    done = rehearsed(truth, config(), days, refused=[september], again=[september])
    assert done.books[1].stopped
    assert done.books[1].decision == ""
    assert np.isnan(done.books[1].surprise)
    assert done.books[1].champion == "1"
    august = truth.ids(days[0])[
        year.window_scores(truth, list(done.windows["1"]), days[0]) >= config().campaign.break_even
    ]
    leaves = pd.Series(truth.outcome(september), index=truth.ids(september))
    assert done.earned[1] == year.dollars(august.tolist(), leaves, config().campaign)
    assert done.earned[1] != whole.earned[1]
    # Delivered again it is there to learn from; otherwise it never is.
    lost = rehearsed(
        truth, config(trigger={"kind": "schedule", "months": 1}), days, refused=[september]
    )
    assert all(september not in window for window in lost.windows.values())
    kept = rehearsed(
        truth, config(trigger={"kind": "schedule", "months": 1}), days, [september], [september]
    )
    assert any(september in window for window in kept.windows.values())


def test_more_rows_than_a_training_takes_are_an_error(
    truth: Timeline, days: list[pd.Timestamp]
) -> None:
    few = config(training={"window": "newest", "max_rows": 1000})
    with pytest.raises(ValueError, match="a rehearsal draws no rows"):
        rehearsed(truth, few, days)


def test_after_a_gap_in_the_deliveries_nothing_is_trained_until_departures_are_seen_again(
    truth: Timeline, days: list[pd.Timestamp]
) -> None:
    done = rehearsed(truth, config(), days, refused=[days[2]])
    # September follows August, October is lost: November is compared with nothing.
    assert done.books[1].decision.startswith("because")
    assert done.books[3].surprise > 3
    assert done.books[3].decision.endswith("stays: who has left since 2024-08 is not seen")
    assert done.books[4].decision.startswith("because")


def test_each_delivery_goes_through_the_pipelines_own_checks() -> None:
    """Cents in March, mended a month later, and in May, which nobody mends."""
    true = simulate_history(Scenario(name="door", customers=400, monthly_joins=10, months=6))
    months = true.months[2:6]
    march, april, may, _ = months
    snapshots = true.snapshots.copy()
    cents = snapshots["as_of"].isin([march, may])
    snapshots.loc[cents, "MonthlyCharges"] *= 100
    found = judged(
        SimpleNamespace(snapshots=snapshots, departures=true.departures),
        true,
        config(),
        months,
        [march, april],
    )
    assert list(found.refused) == [march, may]
    assert all("MonthlyCharges: validity" in why for why in found.refused.values())
    assert found.again == [march]
