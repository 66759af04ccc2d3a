"""When a model is trained again, and that a retraining does no more and no less than it says."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from churn.pipeline import tables
from churn.pipeline.config import Labels, Trigger
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import retrain, train
from churn.pipeline.runs import Run, recorded

JULY, AUGUST = pd.Timestamp("2024-07-31"), pd.Timestamp("2024-08-31")
QUIET: dict[str, Any] = {"surprise": 0.4, "drifted": 0, "column": "Contract", "version": "1"}
QUIET["labelled"] = "2024-05"
LABELS = Labels(window_months=1, gap_months=0, delay_months=2)
MORE, FEWER = {**QUIET, "surprise": 3.1}, {**QUIET, "surprise": -3.1}
DRIFT = {**QUIET, "drifted": 2, "column": "MonthlyCharges"}
BOTH = {**DRIFT, "surprise": 4.0}


def trigger(kind: str, **changes: Any) -> Trigger:
    return Trigger.model_validate({"kind": kind, "errors": 3.0, "months": 3, "rest": 1, **changes})


@pytest.mark.parametrize(
    ("kind", "row", "age", "why"),
    [
        ("never", BOTH, 24, ""),
        ("schedule", QUIET, 2, ""),
        ("schedule", QUIET, 3, "the model is 3 months old"),
        ("schedule", BOTH, 1, ""),
        ("performance", QUIET, 9, ""),
        ("performance", MORE, 1, "more left than promised, by 3.1 standard errors"),
        ("performance", FEWER, 1, "fewer left than promised, by 3.1 standard errors"),
        ("performance", DRIFT, 1, ""),
        ("data", MORE, 1, ""),
        ("data", DRIFT, 1, "MonthlyCharges drifted"),
        ("either", QUIET, 9, ""),
        ("either", MORE, 1, "more left than promised, by 3.1 standard errors"),
        ("either", DRIFT, 1, "MonthlyCharges drifted"),
        ("either", BOTH, 1, "more left than promised, by 4.0 standard errors"),
        ("either", BOTH, 0, ""),
    ],
)
def test_what_calls_for_a_new_model(kind: str, row: dict[str, Any], age: int, why: str) -> None:
    assert retrain.reason(trigger(kind), pd.Series(row), age) == why


def test_the_bounds_are_the_settings() -> None:
    row = pd.Series(BOTH)
    assert not retrain.reason(trigger("performance", errors=4.0), row, 1)
    assert retrain.reason(trigger("performance", errors=3.9), row, 1)
    assert not retrain.reason(trigger("either", rest=3), row, 2)
    assert retrain.reason(trigger("either", rest=3), row, 3)
    assert retrain.reason(trigger("schedule", months=1), row, 1) == "the model is 1 month old"


def stores(home: Path, kind: str = "either") -> Any:
    """An environment whose champion was trained in July."""
    return SimpleNamespace(
        config=SimpleNamespace(
            trigger=trigger(kind), labels=LABELS, model="churn", digest=lambda: "settings"
        ),
        tags_of=lambda _: {train.DAY: "2024-07-31"},
        tables=home / "tables",
        records=home / "records",
        require=lambda: None,
    )


def test_age_counts_months(tmp_path: Path) -> None:
    assert retrain.age_in_months(stores(tmp_path), "1", "2024-07-31") == 0
    assert retrain.age_in_months(stores(tmp_path), "1", "2025-02-01") == 7


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that a retraining runs, which do nothing here; deploy promotes."""
    seen: list[str] = []

    def job(name: str, **made: Any) -> Any:
        def run(*_: Any) -> Run:
            seen.append(name)
            return Run(name, "2024-08-31", f"{name} said so", made, "settings", "code")

        return run

    monkeypatch.setattr(retrain.train, "run", job("train"))
    monkeypatch.setattr(retrain.deploy, "run", job("deploy", promoted=True))
    monkeypatch.setattr(retrain.batch_inference, "run", job("batch_inference"))
    return seen


def look(here: Any, row: dict[str, Any], day: pd.Timestamp = AUGUST) -> None:
    tables.write_month(here.tables, tables.MONITORING, pd.DataFrame([{"as_of": day, **row}]))


def test_a_month_that_was_not_looked_at_stops_the_job(tmp_path: Path, called: list[str]) -> None:
    here = stores(tmp_path)
    look(here, BOTH, JULY)
    with pytest.raises(JobError, match="2024-08 was not looked at"):
        retrain.run(here, AUGUST)
    assert called == []
    assert recorded(here, "retrain", AUGUST) is None


def test_a_quiet_month_leaves_the_champion(tmp_path: Path, called: list[str]) -> None:
    here = stores(tmp_path)
    look(here, QUIET)
    done = retrain.run(here, AUGUST)
    assert done.said == "version 1 stays: nothing calls for another"
    assert done.made == {"retrained": False}
    assert called == []


def test_a_promotion_is_followed_by_new_scores(tmp_path: Path, called: list[str]) -> None:
    here = stores(tmp_path)
    look(here, DRIFT)
    done = retrain.run(here, AUGUST)
    assert called == ["train", "deploy", "batch_inference"]
    assert done.said == "because MonthlyCharges drifted: deploy said so"
    assert recorded(here, "retrain", AUGUST) == done
    assert done.made == {"retrained": True}


def test_after_a_refusal_the_scores_stay(
    tmp_path: Path, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stores(tmp_path)
    look(here, MORE)
    refused = Run("deploy", "2024-08-31", "refused", {"promoted": False}, "settings", "code")
    monkeypatch.setattr(retrain.deploy, "run", lambda *_: refused)
    assert retrain.run(here, AUGUST).made == {"retrained": False}
    assert called == ["train"]


def test_an_early_outcome_from_before_a_gap_in_the_deliveries_trains_nothing(
    tmp_path: Path, called: list[str]
) -> None:
    early = LABELS.model_copy(update={"early": True})
    assert not retrain.too_old(LABELS, "2024-05", AUGUST)
    assert not retrain.too_old(early, "2024-07", AUGUST)
    here = stores(tmp_path)
    here.config.labels = early
    look(here, MORE)
    done = retrain.run(here, AUGUST)
    assert called == []
    assert done.said == "version 1 stays: who has left since 2024-05 is not seen"
    assert done.made == {"retrained": False}
