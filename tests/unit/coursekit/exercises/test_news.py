"""A month's news as events."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from churn.schema import FEATURES, ID
from churn.simulator import History, Scenario, simulate_history
from coursekit.exercises.news import AGAIN, WATCHED, News, as_json, news_of


@pytest.fixture(scope="module")
def history() -> History:
    return simulate_history(Scenario(name="small", months=6, customers=1500, monthly_joins=60))


@pytest.fixture(scope="module")
def news(history: History) -> News:
    return news_of(history, "2024-03", seed=1)


def record_at(history: History, day: str) -> pd.DataFrame:
    snapshots = history.snapshots
    return snapshots[snapshots["as_of"] == day].set_index(ID)[WATCHED]


def test_an_event_of_each_who_joined_or_changed_and_of_no_other(
    history: History, news: News
) -> None:
    before, after = record_at(history, "2024-02-29"), record_at(history, "2024-03-31")
    joined = set(after.index) - set(before.index)
    stayed = after.index.intersection(before.index)
    changed = (after.loc[stayed] != before.loc[stayed]).any(axis=1)
    assert joined
    assert 0 < changed.sum() < len(stayed)
    assert set(news.events[ID]) == joined | set(stayed[changed])
    assert news.events["event_id"].is_unique
    assert news.events["event_time"].between("2024-03-01", "2024-04-01").all()


def test_they_arrive_late_out_of_order_and_some_twice(news: News) -> None:
    events, arriving = news
    assert set(arriving["event_id"]) == set(events["event_id"])
    assert len(arriving) > len(events)
    assert arriving["arrives"].is_monotonic_increasing
    assert not arriving["event_time"].is_monotonic_increasing
    delay = events["arrives"] - events["event_time"]
    assert (delay >= timedelta(0)).all()
    assert (delay > timedelta(days=1)).any()
    copies = arriving.groupby("event_id")["arrives"].agg(["min", "max", "size"])
    assert set((copies["max"] - copies["min"])[copies["size"] == 2]) == {AGAIN}


def test_a_seed_decides(history: History, news: News) -> None:
    pd.testing.assert_frame_equal(news_of(history, "2024-03", 1).arriving, news.arriving)
    other = news_of(history, "2024-03", 2, prefix="f").events
    assert other[ID].equals(news.events[ID])
    assert (other["event_time"] != news.events["event_time"]).any()
    assert other["event_id"][0] == "f0000"


def test_sent_as_json(news: News) -> None:
    lines = as_json(news.events)
    one = json.loads(lines[0])
    assert len(lines) == len(news.events)
    assert pd.Timestamp(one["event_time"]) == news.events["event_time"][0]
    assert set(FEATURES) | {ID, "event_id", "event_time"} == set(one)
