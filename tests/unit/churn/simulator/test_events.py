"""The event log: complete, late, out of order, and informative but not too much."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.metrics import roc_auc_score

from churn.schema import ID
from churn.simulator.events import DUE_DAY, EVENT_COLUMNS, EVENT_KINDS, simulate_events
from churn.simulator.history import History, simulate_history
from churn.simulator.point_in_time import churn_labels
from churn.simulator.scenario import Scenario

SMALL = Scenario(name="small", seed=7, customers=2000, monthly_joins=66, months=4)
#: SHA-256 of the events of SMALL's second month as CSV.
GOLDEN = "b220e1a545e269c24fc51ff6d04de6257d930cc9fdcbdae1823184b2f56a9ea6"


@pytest.fixture(scope="module")
def history() -> History:
    return simulate_history(SMALL)


@pytest.fixture(scope="module")
def events(history: History) -> pd.DataFrame:
    return simulate_events(history)


def test_same_seed_same_bytes(history: History) -> None:
    text = simulate_events(history, "2024-02").to_csv()
    assert hashlib.sha256(text.encode()).hexdigest() == GOLDEN


def test_the_log_has_unique_events_of_known_kinds(events: pd.DataFrame) -> None:
    assert tuple(events.columns) == EVENT_COLUMNS
    assert events["event_id"].is_unique
    assert events["event_id"].dtype == np.int64
    assert set(events["kind"]) == set(EVENT_KINDS)
    assert (events["value"] > 0).all()
    assert not events.isna().any(axis=None)
    assert str(events["occurred_at"].dt.tz) == str(events["arrived_at"].dt.tz) == "UTC"


def test_events_come_in_the_order_of_arrival_some_of_them_late(events: pd.DataFrame) -> None:
    assert events["arrived_at"].is_monotonic_increasing
    assert not events["occurred_at"].is_monotonic_increasing
    lag = (events["arrived_at"] - events["occurred_at"]).dt.total_seconds()
    assert lag.min() >= 0
    assert lag.median() < 30
    assert (lag > 600).mean() == pytest.approx(0.05, abs=0.01)
    assert lag.max() > 24 * 3600


def test_months_can_be_had_one_by_one(history: History, events: pd.DataFrame) -> None:
    parts = [simulate_events(history, month) for month in ("2024-01", "2024-02-29")]
    parts.append(simulate_events(history, ["2024-03", pd.Timestamp("2024-04-01"), "2024-03-02"]))
    joined = pd.concat(parts).sort_values(["arrived_at", "event_id"], ignore_index=True)
    assert_frame_equal(joined, events, check_exact=True)
    february = parts[1]["occurred_at"]
    assert february.min() >= pd.Timestamp("2024-02-01", tz="UTC")
    assert february.max() < pd.Timestamp("2024-03-01", tz="UTC")
    with pytest.raises(ValueError, match="no snapshot of 2024-05"):
        simulate_events(history, "2024-05")


def test_only_customers_have_events_and_none_after_leaving(
    history: History, events: pd.DataFrame
) -> None:
    both = events.merge(history.departures, on=ID)
    assert len(both) > 1000
    assert (both["occurred_at"].dt.tz_localize(None) < both["left_on"]).all()
    last_month = both["left_on"].dt.to_period("M") == both["occurred_at"].dt.tz_localize(
        None
    ).dt.to_period("M")
    assert last_month.any()
    signup = history.snapshots.drop_duplicates(ID).set_index(ID)["signup_month"]
    assert set(events[ID]) <= set(signup.index)
    assert (events["occurred_at"].dt.tz_localize(None) >= events[ID].map(signup)).all()


def test_everyone_pays_once_what_the_bill_says(history: History, events: pd.DataFrame) -> None:
    march = events[events["occurred_at"].dt.month == 3]
    paid = march[march["kind"].str.startswith("payment")].set_index(ID)["value"]
    billed = history.snapshots["as_of"] == "2024-03-31"
    bills = history.snapshots[billed].set_index(ID)["MonthlyCharges"]
    assert paid.index.is_unique
    pd.testing.assert_series_equal(paid.reindex(bills.index), bills, check_names=False)
    late = march[march["kind"] == "payment_late"]["occurred_at"].dt.day
    on_time = march[march["kind"] == "payment"]["occurred_at"].dt.day
    assert on_time.max() <= DUE_DAY + 1 <= late.min()


def test_usage_needs_the_service(history: History, events: pd.DataFrame) -> None:
    truth = history.truth.drop_duplicates(ID, keep="last").set_index(ID)
    for kind, service in (("usage_data", "has_internet"), ("usage_voice", "has_phone")):
        rows = events[(events["kind"] == kind) & (events["occurred_at"] >= "2024-04-01")]
        here = rows[rows[ID].isin(truth.index[truth["as_of"] == "2024-04-30"])]
        assert here[ID].map(truth[service]).all()
        assert len(here) > 1000


def test_the_day_has_a_shape(events: pd.DataFrame) -> None:
    hour = events["occurred_at"].dt.hour
    calls = hour[events["kind"] == "support_call"]
    assert calls.between(8, 19).all()
    data = hour[events["kind"] == "usage_data"].value_counts()
    assert data.idxmax() == 20
    assert data[20] > 5 * data[3]


def test_calls_and_late_payments_speak_of_leaving_but_do_not_give_it_away() -> None:
    big = simulate_history(SMALL.model_copy(update={"customers": 12_000, "months": 2}))
    log = simulate_events(big, "2024-02")
    counts = pd.crosstab(log[ID], log["kind"])
    labels = churn_labels(big, "2024-02").set_index(ID)["churned"]
    counts = counts.reindex(labels.index).fillna(0)
    left, stayed = counts[labels == 1].mean(), counts[labels == 0].mean()
    assert left["support_call"] > 1.3 * stayed["support_call"]
    late = ["payment_late", "payment_failed"]
    assert left[late].sum() > 1.2 * stayed[late].sum()
    truth = big.truth[big.truth["as_of"] == "2024-02-29"].set_index(ID)
    assert 0.1 < counts["support_call"].corr(truth["dissatisfaction"]) < 0.6
    for kind in counts:
        assert 0.4 < roc_auc_score(labels, counts[kind]) < 0.65, kind
