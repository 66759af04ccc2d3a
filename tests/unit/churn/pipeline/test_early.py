"""Who is missing from a later delivery, and when that is not to be believed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from churn.pipeline import early, tables
from churn.pipeline.config import Labels, Quality
from churn.pipeline.jobs import train

JAN, FEB, MAR, APR, MAY = pd.date_range("2025-01-31", periods=5, freq="ME")


def stores(home: Path, **labels: Any) -> Any:
    rule = {"window_months": 1, "gap_months": 0, "delay_months": 2, "early": True, **labels}
    config = SimpleNamespace(
        labels=Labels.model_validate(rule),
        quality=Quality(max_change=0.2, min_aged=0.9),
        training=SimpleNamespace(months=3),
    )
    here: Any = SimpleNamespace(config=config, tables=home)
    for number, day in enumerate((JAN, FEB, MAR, APR)):
        deliver(here, day, range(number, 20 + number))  # each month the oldest leaves, one comes
    return here


def deliver(here: Any, day: pd.Timestamp, numbers: range) -> None:
    rows = pd.DataFrame({"customerID": [f"c{n:02}" for n in numbers], "as_of": day, "x": 1.0})
    tables.write_month(here.tables, tables.FEATURES, rows)


def certain(here: Any, day: pd.Timestamp) -> None:
    rows = pd.DataFrame({"customerID": ["c00", "c01"], "as_of": day, "churned": [0, 1]})
    tables.write_month(here.tables, tables.LABELS, rows)


def test_the_newest_month_that_a_delivery_follows(tmp_path: Path) -> None:
    here = stores(tmp_path)
    assert early.newest(here, APR) == MAR
    assert early.newest(here, MAR) == FEB
    assert early.newest(here, MAY) == MAR  # May brought nothing
    assert early.newest(stores(tmp_path / "off", early=False), APR) is None
    seen = early.outcome_of(here, MAR)
    assert seen.loc[seen["churned"] == 1, "customerID"].tolist() == ["c02"]
    assert len(seen) == 20
    assert (seen["as_of"] == MAR).all()


def test_certain_labels_come_first_and_nothing_known_is_an_error(tmp_path: Path) -> None:
    here = stores(tmp_path)
    certain(here, MAR)
    assert early.outcome_of(here, MAR)["churned"].tolist() == [0, 1]
    with pytest.raises(ValueError, match="who left after 2025-04 is not known yet"):
        early.outcome_of(here, APR)


def test_a_gap_and_a_longer_window(tmp_path: Path) -> None:
    here = stores(tmp_path, gap_months=1, window_months=2)
    assert early.newest(here, APR) == JAN
    seen = early.outcome_of(here, JAN)
    # c00 left in the gap and is no case; c01 and c02 left in the window.
    assert len(seen) == 19
    assert seen.loc[seen["churned"] == 1, "customerID"].tolist() == ["c01", "c02"]


def test_other_customers_are_no_departures(tmp_path: Path) -> None:
    here = stores(tmp_path)
    deliver(here, MAY, range(50, 70))
    assert early.newest(here, MAY) == MAR
    deliver(here, MAY, range(6, 26))  # 3 of 20 are missing: less than a delivery may lose
    assert early.newest(here, MAY) == APR


def test_a_later_month_judges_and_no_certain_one_is_kept_back(tmp_path: Path) -> None:
    here = stores(tmp_path, delay_months=1)
    certain(here, JAN)
    assert train.months_for(here, APR) == ([JAN], MAR)
    here.config.labels = here.config.labels.model_copy(update={"early": False})
    with pytest.raises(RuntimeError, match="takes two labelled months"):
        train.months_for(here, APR)
