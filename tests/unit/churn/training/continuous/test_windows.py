import numpy as np
import pandas as pd
import pytest

from churn.training.continuous import Policy, Timeline, replay, scores_by_age, triggers, windows
from churn.training.continuous.replay import Labels
from churn.training.continuous.windows import Scorer


def rate(X: pd.DataFrame, y: Labels) -> Scorer:
    """A model that promises everybody the mean."""
    return lambda rows: np.full(len(rows), y.mean())


@pytest.fixture
def labelled(timeline: Timeline) -> pd.DataFrame:
    """Ten months of which the last four have many more leavers."""
    rows = timeline.labelled(timeline.months[:10])
    late = rows["as_of"] >= timeline.months[6]
    leaves = np.random.default_rng(0).random(len(rows)) < np.where(late, 0.4, 0.05)
    return rows.assign(churned=leaves.astype(np.int64))


def test_the_newest_months(labelled: pd.DataFrame, timeline: Timeline) -> None:
    shuffled = labelled.sample(frac=1, random_state=0)
    assert sorted(windows.last_months(shuffled, 2)["as_of"].unique()) == timeline.months[8:10]
    assert len(windows.last_months(labelled, 99)) == len(labelled)
    with pytest.raises(ValueError, match="at least 1"):
        windows.last_months(labelled, 0)


def test_a_dynamic_window_ends_where_the_world_changed(
    labelled: pd.DataFrame, timeline: Timeline
) -> None:
    losses = windows.length_losses(labelled, [3, 6, 9], rate)
    assert losses.is_monotonic_increasing
    assert losses[3] < losses[9] - 0.05
    today = timeline.today(timeline.months[12])
    chosen = windows.dynamic([9, 3], rate)(labelled, today)
    assert chosen["as_of"].min() == timeline.months[7]
    calm = labelled[labelled["as_of"] <= timeline.months[5]]
    assert windows.length_losses(calm, [1, 5], rate)[5] < losses[3]
    with pytest.raises(ValueError, match="two labelled months"):
        windows.length_losses(windows.last_months(labelled, 1), [1], rate)


class Rate:
    """A model that promises everybody the mean of its rows."""

    def __init__(self, X: pd.DataFrame, y: Labels) -> None:
        self.mean = float(y.mean())

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        return np.tile([1 - self.mean, self.mean], (len(X), 1))


def test_a_window_since_the_change_grows_back_to_the_month_that_contradicts_it(
    labelled: pd.DataFrame, timeline: Timeline
) -> None:
    months = timeline.months
    kept = windows.since_change(labelled.sample(frac=1, random_state=0), Rate)
    assert sorted(kept["as_of"].unique()) == months[6:10]
    # One month after the change there is one month; before it there was all.
    assert windows.since_change(labelled[labelled["as_of"] <= months[6]], Rate)[
        "as_of"
    ].unique().tolist() == [months[6]]
    calm = labelled[labelled["as_of"] <= months[5]]
    assert windows.since_change(calm, Rate)["as_of"].min() == months[0]
    assert len(windows.since_change(labelled, Rate, errors=1e6)) == len(labelled)
    assert len(windows.since_change(windows.last_months(labelled, 1), Rate)) > 0


def test_the_newest_month_is_judged_and_not_learned(labelled: pd.DataFrame) -> None:
    newest = labelled["as_of"].max()
    seen: list[int] = []

    def fit(X: pd.DataFrame, y: Labels) -> Scorer:
        seen.append(len(X))
        return rate(X, y)

    windows.length_losses(labelled, [99], fit)
    assert seen == [(labelled["as_of"] < newest).sum()]


def test_a_representative_sample_looks_like_today(
    labelled: pd.DataFrame, timeline: Timeline
) -> None:
    today = timeline.today(timeline.months[9])
    today = today[today["InternetService"] == "Fiber optic"]
    chosen = windows.representative(800)(labelled, today)
    assert len(chosen) == 800
    assert not chosen.duplicated(["customerID", "as_of"]).any()

    def fiber(rows: pd.DataFrame) -> float:
        return float((rows["InternetService"] == "Fiber optic").mean())

    assert fiber(chosen) > 0.95 > fiber(labelled) + 0.3
    assert len(windows.representative(10**6)(labelled, today)) == len(labelled)
    pd.testing.assert_frame_equal(chosen, windows.representative(800)(labelled, today))


def test_a_replay_offers_the_months_of_the_policy(timeline: Timeline) -> None:
    offered = []

    def newest(labelled: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        offered.append(labelled["as_of"].nunique())
        return windows.last_months(labelled, 1)

    policy = Policy(triggers.every(3), months=5, choose=newest)
    replay(timeline, policy, "2024-10-31", "2025-02-28")
    assert offered == [5, 5]


def test_freshness_changes_the_age_and_nothing_else(
    labelled: pd.DataFrame, timeline: Timeline
) -> None:
    judged = timeline.labelled(timeline.months[9:10])
    seen = []

    def fit(X: pd.DataFrame, y: Labels) -> Scorer:
        seen.append(len(X))
        return rate(X, y)

    found = scores_by_age(labelled, judged, [1, 4], 3, fit)
    months = labelled["as_of"]
    for age, first in {1: 6, 4: 3}.items():
        rows = labelled[months.between(timeline.months[first], timeline.months[first + 2])]
        assert np.allclose(found[age], rows["churned"].mean())
        assert found[age].shape == (len(judged),)
        assert len(rows) in seen
    with pytest.raises(ValueError, match="at least 1"):
        scores_by_age(labelled, judged, [0], 3, rate)
    scores_by_age(labelled, judged, [7], 3, rate)
    with pytest.raises(ValueError, match="too late for an age of 8"):
        scores_by_age(labelled, judged, [8], 3, rate)
