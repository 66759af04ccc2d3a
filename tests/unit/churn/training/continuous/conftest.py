"""A small history and a timeline of it, for all tests of continuous training."""

import datetime as dt

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from churn import training
from churn.simulator import History, Incident, Scenario, simulate_history
from churn.training.continuous import Timeline
from churn.training.continuous.replay import Labels


def fit(X: pd.DataFrame, y: Labels) -> Pipeline:
    return training.make_model("logistic").fit(X, y)


@pytest.fixture(scope="session")
def history() -> History:
    """Eighteen months, with a rival from the seventh on; do not write to it."""
    rival = Incident(kind="competitor_enters", date=dt.date(2024, 7, 1), size=2.5)
    return simulate_history(
        Scenario(
            name="small", seed=1, customers=600, monthly_joins=20, months=19, incidents=(rival,)
        )
    )


@pytest.fixture
def timeline(history: History) -> Timeline:
    return Timeline(history.snapshots, history.labels, fit)
