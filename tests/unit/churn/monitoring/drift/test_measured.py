"""The table that benchmarks/drift.py wrote and a lesson shows: complete, and not absurd."""

import numpy as np
import pandas as pd
import pytest

from churn.simulator import scenario_names
from churn.simulator.scenario import datasets_dir

#: Bounds, not tests: their false alarms have no nominal level.
BOUNDED = {"PSI", "Jensen-Shannon"}


@pytest.fixture(scope="module")
def measured() -> pd.DataFrame:
    return pd.read_csv(datasets_dir() / "measured" / "drift.csv")


def test_each_detector_met_each_incident_of_the_snapshots_and_none(measured: pd.DataFrame) -> None:
    expected = {"none", *scenario_names()} - {"baseline", "time_zone_shift"}
    assert set(measured["scenario"]) == expected
    assert measured["detector"].nunique() == 14
    for measure, scenarios in (
        ("alarms", expected),
        ("delay_days", expected),
        ("ms_per_10k_rows", {"none"}),
    ):
        part = measured[measured["measure"] == measure]
        pairs = part.drop_duplicates(["detector", "scenario"])
        assert len(pairs) == 14 * len(scenarios), measure


def test_false_alarms_are_near_their_level_or_below_and_gross_errors_are_seen(
    measured: pd.DataFrame,
) -> None:
    alarms = measured.query("measure == 'alarms' and rows == 1000")
    quiet = alarms.query("scenario == 'none'").set_index("detector")
    error = np.sqrt(0.05 * 0.95 / quiet["windows"])
    assert (quiet["value"] <= 0.05 + 3 * error).drop(list(BOUNDED)).all()
    cents = alarms.query("scenario == 'unit_change_to_cents'").set_index("detector")["value"]
    # Those that look at categories only cannot see it.
    assert (cents.drop(["Chi-squared", "Fisher"]) == 1).all()
