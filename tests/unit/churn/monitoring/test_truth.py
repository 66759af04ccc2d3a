"""Predictions and the labels that come later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from churn.labels import LabelRule
from churn.monitoring.truth import with_truth
from churn.serving.evaluation_store import EvaluationStore, Row

RULE = LabelRule(window_months=3, gap_months=0, delay_months=2)


def prediction(number: int, customer: str, at: str) -> Row:
    return {
        "prediction_id": f"{number:032}",
        "trace_id": f"trace-{number}",
        "at": at,
        "client": "batch",
        "customer_id": customer,
        "source": "model",
        "reason": None,
        "model_version": "1",
        "model_digest": None,
        "probability": 0.3,
        "threshold": 0.245,
        "contact": True,
        "known": {},
        "looked_up": [],
        "explanation": None,
        "milliseconds": 1.0,
    }


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[list[Row]]:
    store = EvaluationStore(f"sqlite:///{tmp_path / 'evaluation.db'}")
    store.add(
        [
            prediction(1, "early", "2025-02-01T08:00:00+00:00"),
            prediction(2, "stays", "2025-02-01T08:00:00+00:00"),
            prediction(3, "stays", "2025-02-20T23:59:59.5+00:00"),  # asked again
            prediction(4, "late", "2025-02-01T08:00:00+00:00"),
            prediction(5, "stays", "2025-03-01T00:00:00+00:00"),  # of the next month end
            prediction(6, "had left", "2025-02-03T08:00:00+00:00"),
        ]
    )
    yield store.rows()
    store.close()


@pytest.fixture
def departures() -> pd.DataFrame:
    left = {"early": "2025-02-10", "late": "2025-05-01", "had left": "2025-01-20"}
    return pd.DataFrame({"customerID": list(left), "left_on": pd.to_datetime(list(left.values()))})


def test_a_month_gets_its_labels_together_when_the_last_is_known(
    rows: list[Row], departures: pd.DataFrame
) -> None:
    # 31 January: window to the end of April, certain two months after it.
    before = with_truth(rows, departures, RULE, "2025-06-30")
    assert before["churned"].isna().all()  # although "early" is known to have left since May
    after = with_truth(rows, departures, RULE, "2025-07-01").set_index("prediction_id")
    found = dict(zip(after.index.astype(int), after["churned"], strict=True))
    assert {one: found[one] for one in (1, 2, 3, 4)} == {
        1: 1,
        2: 0,
        3: 0,
        4: 0,
    }  # "late" left a day after the window
    assert after["as_of"].iloc[0] == pd.Timestamp("2025-01-31")


def test_every_prediction_has_its_row_in_order_and_keeps_its_trace(
    rows: list[Row], departures: pd.DataFrame
) -> None:
    judged = with_truth(rows, departures, RULE, "2025-07-01")
    assert [row["prediction_id"] for row in rows] == judged["prediction_id"].tolist()
    assert judged["trace_id"].iloc[0] == "trace-1"
    later = with_truth(rows, departures, RULE, "2025-08-01").set_index("prediction_id")
    assert later.loc[f"{5:032}", "churned"] == 0
    assert pd.isna(later.loc[f"{6:032}", "churned"])


def test_no_prediction_is_no_error(departures: pd.DataFrame) -> None:
    judged = with_truth([], departures, RULE, "2025-07-01")
    assert len(judged) == 0
    assert "churned" in judged
