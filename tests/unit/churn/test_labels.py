"""Labels with gap, window and delay: by hand on a few customers, and against the simulator."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from churn.labels import LabelRule, complete_by, known_by, label, silent
from churn.simulator import Scenario, churn_labels, simulate_history

RULE = LabelRule(window_months=3, gap_months=1, delay_months=2)


def snapshots(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customerID", "as_of"])
    return frame.assign(as_of=pd.to_datetime(frame["as_of"]))


def departures(**left_on: str) -> pd.DataFrame:
    days = pd.to_datetime(pd.Series(left_on, dtype=object))
    return pd.DataFrame({"customerID": days.index, "left_on": days.to_numpy()})


def events(*rows: tuple[str, str, str], zone: str | None = "UTC") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customerID", "kind", "occurred_at"])
    times = pd.to_datetime(frame["occurred_at"])
    return frame.assign(occurred_at=times.dt.tz_localize(zone) if zone else times)


def test_the_window_begins_after_the_gap_and_ends_before_the_delay() -> None:
    first, last = RULE.window("2024-11-30")
    assert (first, last) == (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-03-31"))
    assert RULE.complete_on("2024-11-30") == pd.Timestamp("2025-06-01")


@pytest.mark.parametrize(
    ("day", "youngest"),
    [("2025-05-31", "2024-10-31"), ("2025-06-01", "2024-11-30"), ("2025-06-30", "2024-11-30")],
)
def test_the_youngest_snapshot_is_complete_and_the_next_is_not(day: str, youngest: str) -> None:
    found = RULE.youngest(day)
    assert found == pd.Timestamp(youngest)
    assert RULE.complete_on(found) <= pd.Timestamp(day)
    assert RULE.complete_on(found + pd.offsets.MonthEnd(1)) > pd.Timestamp(day)


def test_each_departure_falls_before_in_or_after_the_window() -> None:
    june = snapshots(*((name, "2024-06-30") for name in "ABCDEF"))
    left = departures(B="2024-07-31", C="2024-08-01", D="2024-10-31", E="2024-11-01")
    made = label(june, left, RULE).set_index("customerID")
    assert made["churned"].to_dict() == {"A": 0, "C": 1, "D": 1, "E": 0, "F": 0}
    known = {"A": "2025-01-01", "C": "2024-11-01", "D": "2025-01-01", "E": "2025-01-01"}
    for name, day in known.items():
        assert made.loc[name, "known_on"] == pd.Timestamp(day)


@pytest.mark.parametrize("window", [1, 3, 6])
def test_from_departures_come_the_labels_that_the_simulator_wrote(window: int) -> None:
    scenario = Scenario(
        name="small", seed=7, customers=800, monthly_joins=30, months=12, label_window_months=window
    )
    history = simulate_history(scenario)
    rows = history.snapshots[history.snapshots["as_of"].isin(history.labels["as_of"])]
    made = label(rows, history.departures, LabelRule(window, 0, scenario.label_delay_months))
    assert made["churned"].sum() > 20
    assert_frame_equal(made, history.labels)
    assert_frame_equal(made, churn_labels(history))


def test_what_is_known_early_are_leavers_and_complete_waits() -> None:
    rows = snapshots(("A", "2024-06-30"), ("B", "2024-06-30"), ("A", "2024-05-31"))
    made = label(rows, departures(B="2024-08-05"), RULE)
    early = known_by(made, "2024-12-31")
    assert early[["customerID", "churned"]].to_numpy().tolist() == [["B", 1], ["A", 0]]
    complete = complete_by(made, RULE, "2024-12-31")
    assert complete["as_of"].tolist() == [pd.Timestamp("2024-05-31")]
    assert len(complete_by(made, RULE, "2025-01-01")) == 3


@pytest.mark.parametrize("broken", [{"window_months": 0}, {"gap_months": -1}, {"delay_months": -1}])
def test_an_impossible_rule_is_refused(broken: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"window_months|negative"):
        LabelRule(**broken)


def test_departures_that_contradict_the_snapshots_are_refused() -> None:
    june = snapshots(("A", "2024-06-30"))
    with pytest.raises(ValueError, match="after having left"):
        label(june, departures(A="2024-06-30"), RULE)
    twice = pd.concat([departures(A="2024-08-01")] * 2)
    with pytest.raises(ValueError, match="twice"):
        label(june, twice, RULE)


@pytest.mark.parametrize("zone", ["UTC", None])
def test_silence_counts_whole_days_back_from_the_day(zone: str | None) -> None:
    log = events(
        ("old", "usage_data", "2024-06-01 10:00"),
        ("seven", "usage_data", "2024-06-24 00:00"),
        ("eight", "usage_voice", "2024-06-23 23:59"),
        ("today", "usage_voice", "2024-06-30 23:59"),
        ("later", "usage_data", "2024-07-01 00:00"),
        ("paid", "payment", "2024-06-30 12:00"),
        zone=zone,
    )
    customers = pd.Series(
        ["old", "seven", "eight", "today", "later", "paid", "never"], index=range(7, 0, -1)
    )
    quiet = silent(log, customers, "2024-06-30", 7)
    assert customers[quiet].tolist() == ["old", "eight", "later", "paid", "never"]
    assert customers[~silent(log, customers, "2024-06-30", 8)].tolist() == [
        "seven",
        "eight",
        "today",
    ]
    assert quiet.index.tolist() == customers.index.tolist()
    assert not silent(log, customers, "2024-06-30", 1, kinds="pay")[2]
    assert np.asarray(silent(log, customers, "2024-06-30", 1))[:3].all()


def test_a_log_that_does_not_reach_back_is_refused() -> None:
    log = events(("A", "usage_data", "2024-06-24 10:00"))
    customers = pd.Series(["A"])
    assert not silent(log, customers, "2024-06-30", 7)[0]
    with pytest.raises(ValueError, match="begin on 2024-06-24"):
        silent(log, customers, "2024-06-30", 8)
    with pytest.raises(ValueError, match="at least 1"):
        silent(log, customers, "2024-06-30", 0)
