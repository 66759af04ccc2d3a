"""The tables that two benchmarks of drift wrote and a lesson shows: complete, and not absurd."""

import numpy as np
import pandas as pd
import pytest

from churn.simulator import scenario_names
from churn.simulator.scenario import datasets_dir

#: Bounds, not tests: their false alarms have no nominal level.
BOUNDED = {"PSI", "Jensen-Shannon"}
#: They ask the churn model, which says nothing about the event log.
OF_THE_MODEL = {"Classifier uncertainty", "Black-box shift"}
EVENTS = ["time_zone_shift", "none, events"]


def written(name: str) -> pd.DataFrame:
    return pd.read_csv(datasets_dir() / "measured" / name)


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    return written("drift.csv")


def test_each_detector_met_each_incident_and_none_in_enough_windows(measured: pd.DataFrame) -> None:
    expected = {"none", "none, events", *scenario_names()} - {"baseline"}
    assert set(measured["scenario"]) == expected
    assert measured["detector"].nunique() == 14
    alarms = measured.query("measure == 'alarms'")
    assert not alarms.duplicated(["detector", "scenario"]).any()
    assert len(alarms) == 14 * len(expected)
    assert alarms["windows"].min() >= 20
    paths = measured.query("measure == 'delay_days'").groupby(["detector", "scenario"])["windows"]
    assert len(paths) == 14 * len(expected)
    assert (paths.nunique() >= 5).all()
    assert len(measured.query("measure == 'ms_per_10k_rows'")) == 14


def test_only_what_cannot_be_asked_has_no_share(measured: pd.DataFrame) -> None:
    alarms = measured.query("measure == 'alarms'")
    silent = alarms[alarms["value"].isna()]
    pairs = set(zip(silent["detector"], silent["scenario"], strict=True))
    assert pairs == {(detector, scenario) for detector in OF_THE_MODEL for scenario in EVENTS}


def test_false_alarms_are_near_their_level_or_below_and_gross_errors_are_seen(
    measured: pd.DataFrame,
) -> None:
    alarms = measured.query("measure == 'alarms' and rows == 1000")
    quiet = alarms.query("scenario == 'none'").set_index("detector")
    error = np.sqrt(0.05 * 0.95 / quiet["windows"])
    assert (quiet["value"] <= 0.05 + 3 * error).drop(list(BOUNDED)).all()
    # The one that has been above its level, in many more windows.
    more = measured.query("measure == 'alarms_of_more_windows'")
    assert more["detector"].to_list() == ["Black-box shift"]
    (windows,), (share,) = more["windows"], more["value"]
    assert windows >= 2000
    assert share <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / windows)
    cents = alarms.query("scenario == 'unit_change_to_cents'").set_index("detector")["value"]
    # Those that look at categories only cannot see it.
    assert (cents.drop(["Chi-squared", "Fisher"]) == 1).all()


def test_power_was_measured_by_the_size_of_incidents_and_by_rows() -> None:
    power = written("drift_power.csv")
    keys = ["detector", "incident", "size", "rows"]
    assert not power.duplicated(keys).any()
    assert len(power) == len(power.drop_duplicates(keys[1:])) * power["detector"].nunique()
    assert set(power["detector"]) == set(written("drift.csv")["detector"])
    assert power["share"].between(0, 1).all()
    assert power["windows"].min() >= 20
    points = power.drop_duplicates(keys[1:]).query("rows == 1000").groupby("incident").size()
    assert points.pop("nothing") == 1
    assert len(points) >= 3
    assert (points >= 4).all()
    for _, sizes in power.groupby("incident"):
        assert set(sizes["rows"]) == {250, 1000, 3000}
