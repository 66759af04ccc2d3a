"""The telco with and without an incident, for the tests of incidents; each is simulated once."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from churn.schema import ID
from churn.simulator.events import simulate_events
from churn.simulator.history import History, simulate_history
from churn.simulator.incidents import KINDS, Incident
from churn.simulator.scenario import Scenario

CLEAN = Scenario(name="clean", seed=7, customers=2000, monthly_joins=66, months=8)
DATE = pd.Timestamp("2024-05-01")
UNTIL = pd.Timestamp("2024-07-01")
MAY = pd.Timestamp("2024-05-31")


@cache
def clean() -> History:
    return simulate_history(CLEAN)


@cache
def planted(kind: str, **changes: Any) -> History:
    incident = Incident.model_validate({"kind": kind, "date": DATE.date(), **changes})
    return simulate_history(CLEAN.model_copy(update={"incidents": (incident,)}))


@cache
def clean_events(month: str) -> pd.DataFrame:
    return simulate_events(clean(), month)


def size(kind: str) -> float:
    return KINDS[kind].default


def pairs(other: History) -> pd.DataFrame:
    """Snapshot rows that are there with and without the incident, side by side."""
    return clean().snapshots.merge(other.snapshots, on=[ID, "as_of"], suffixes=("", "_new"))


def differing(rows: pd.DataFrame, column: str) -> pd.Series:
    old, new = rows[column], rows[f"{column}_new"]
    return ~((old == new) | (old.isna() & new.isna()))


def columns() -> list[str]:
    return [c for c in clean().snapshots.columns if c not in {ID, "as_of"}]


def probability(history: History, as_of: str) -> pd.Series:
    rows = history.truth[history.truth["as_of"] == as_of]
    return rows.set_index(ID)["churn_probability"]


def log_odds(p: pd.Series) -> pd.Series:
    return pd.Series(np.log(p / (1 - p)), p.index)
