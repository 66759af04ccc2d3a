"""What a month's row says: drift of columns, surprise in labels, and that it is written once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn import schema
from churn.metrics import Campaign
from churn.pipeline import tables
from churn.pipeline.config import Labels, Monitor, Quality
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import monitor, train
from churn.simulator import load_scenario, simulate_history

JAN, FEB, MAR = (pd.Timestamp(day) for day in ("2024-01-31", "2024-02-29", "2024-03-31"))
SCORE = 0.05


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    small = {"customers": 1500, "monthly_joins": 40, "months": 3}
    telco = simulate_history(load_scenario("baseline").model_copy(update=small))
    return telco.snapshots[[schema.ID, "as_of", *schema.FEATURES]]


@pytest.fixture
def stores(tmp_path: Path, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A champion of January that gives everybody the same score; February is labelled."""
    here = SimpleNamespace(
        config=SimpleNamespace(
            model="churn",
            monitor=Monitor(level=0.01, min_effect=0.1, max_rows=1000),
            campaign=Campaign(),
            labels=SimpleNamespace(early=False, rule=SimpleNamespace(youngest=lambda _: FEB)),
            quality=Quality(max_change=0.2, min_aged=0.9),
            digest=lambda: "settings",
        ),
        tags_of=lambda _: {train.FIRST: "2024-01-31", "trained_until": "2024-01-31"},
        promotion=SimpleNamespace(version_of=lambda _: "1"),
        tables=tmp_path / "tables",
        records=tmp_path / "records",
        features=tmp_path,
        require=lambda: None,
    )
    for day in (JAN, FEB, MAR):
        tables.write_month(here.tables, tables.FEATURES, customers[customers["as_of"] == day])
    labelled = customers.loc[customers["as_of"] == FEB, [schema.ID, "as_of"]].copy()
    labelled["churned"] = (np.arange(len(labelled)) < round(SCORE * len(labelled))).astype(int)
    tables.write_month(here.tables, tables.LABELS, labelled)

    def rows(_: Path, labels: pd.DataFrame) -> pd.DataFrame:
        return customers.merge(labels, on=[schema.ID, "as_of"])

    @contextmanager
    def scorer(*_: Any) -> Iterator[Any]:
        yield lambda X: np.full(len(X), SCORE)

    monkeypatch.setattr(monitor.feature_repo, "training_rows", rows)
    monkeypatch.setattr(monitor, "scorer_of", scorer)
    return here


def row_of(stores: Any, day: pd.Timestamp) -> pd.Series:
    return tables.read(stores.tables, tables.MONITORING, day).iloc[0]


def test_a_quiet_month(stores: Any) -> None:
    done = monitor.run(stores, MAR)
    row = row_of(stores, MAR)
    assert (row["drifted"], row["labelled"], row["version"]) == (0, "2024-02", "1")
    assert 0 < row["effect"] < 0.1
    assert row["column"] in schema.FEATURES
    assert row["left"] == pytest.approx(row["promised"], abs=0.5)
    assert abs(row["surprise"]) < 0.1
    assert (row["roc_auc"], row["contacted"], row["dollars"]) == (0.5, 0, 0.0)
    assert done.said.startswith("0 column(s) drifted; on the labels of 2024-02")


def test_with_early_outcomes_a_month_is_looked_at_before_its_labels_are_certain(
    stores: Any, customers: pd.DataFrame
) -> None:
    stores.config.labels = Labels(window_months=1, gap_months=0, delay_months=2, early=True)
    monitor.run(stores, MAR)
    row = row_of(stores, MAR)
    # February has labels in the table; they are the same month, and certain ones come first.
    assert row["labelled"] == "2024-02"
    (stores.tables / tables.LABELS).rename(stores.tables / "other")
    (stores.tables / tables.MONITORING).rename(stores.tables / "seen")
    monitor.run(stores, MAR)
    both = [customers[customers["as_of"] == day]["customerID"] for day in (FEB, MAR)]
    assert row_of(stores, MAR)["left"] == (~both[0].isin(both[1])).sum() > 0


def test_bills_that_rose_show_at_once(stores: Any, customers: pd.DataFrame) -> None:
    today = customers[customers["as_of"] == MAR].copy()
    today["MonthlyCharges"] *= 1.2
    tables.write_month(stores.tables, tables.FEATURES, today)
    done = monitor.run(stores, MAR)
    row = row_of(stores, MAR)
    assert (row["drifted"], row["column"]) == (1, "MonthlyCharges")
    assert row["effect"] >= 0.1
    assert "1 column(s) drifted, most of all MonthlyCharges (effect 0." in done.said


@pytest.mark.parametrize(("share", "sign", "word"), [(0.1, 1, "more"), (0.01, -1, "fewer")])
def test_leavers_that_nobody_promised(stores: Any, share: float, sign: int, word: str) -> None:
    labels = tables.read(stores.tables, tables.LABELS, FEB)
    labels["churned"] = (np.arange(len(labels)) < round(share * len(labels))).astype(int)
    tables.write_month(stores.tables, tables.LABELS, labels)
    done = monitor.run(stores, MAR)
    row = row_of(stores, MAR)
    assert row["surprise"] * sign > 3
    error = np.sqrt(len(labels) * SCORE * (1 - SCORE))
    assert row["surprise"] == pytest.approx((row["left"] - SCORE * len(labels)) / error)
    assert f"{word} left than promised" in done.said


def test_labels_that_nobody_knew_on_the_day_are_not_looked_at(stores: Any) -> None:
    late = tables.read(stores.tables, tables.LABELS, FEB).assign(as_of=MAR)
    tables.write_month(stores.tables, tables.LABELS, late)
    monitor.run(stores, MAR)
    assert row_of(stores, MAR)["labelled"] == "2024-02"
    stores.config.labels.rule.youngest = lambda _: JAN
    with pytest.raises(JobError, match="no labels are known on 2024-02-29"):
        monitor.run(stores, FEB)


def test_a_row_is_written_once(stores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = monitor.run(stores, MAR)
    monkeypatch.setattr(stores.promotion, "version_of", lambda _: "2")
    assert monitor.run(stores, MAR) == first
    assert row_of(stores, MAR)["version"] == "1"
    assert tables.version(stores.tables, tables.MONITORING) == 0


def test_nothing_to_look_at(stores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(JobError, match="2024-04 has no features"):
        monitor.run(stores, "2024-04-30")
    monkeypatch.setattr(stores.promotion, "version_of", lambda _: None)
    with pytest.raises(JobError, match="no champion to watch"):
        monitor.run(stores, MAR)
    assert tables.months(stores.tables, tables.MONITORING) == []
