"""Look at a month: have the customers changed since the training, and did what was promised happen?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from churn import features, metrics, schema
from churn.labels import Day
from churn.monitoring.drift import compare_columns
from churn.pipeline import early, feature_repo, runs, tables
from churn.pipeline.config import Monitor
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import train
from churn.pipeline.jobs.deploy import scorer_of
from churn.pipeline.stores import Stores
from churn.registry.promotion import CHAMPION
from churn.training.continuous import surprise

#: Without those that grow as time goes by, whatever happens: their drift says nothing.
WATCHED = [name for name in schema.FEATURES if name not in ("tenure", "TotalCharges")]


def run(stores: Stores, day: Day) -> runs.Run:
    """Write the month's row of the table ``monitoring``; a row that is there stays.

    Raises:
        JobError: if there is no champion, or the month has no features.
    """
    stores.require()
    day = pd.Timestamp(day)
    if day in tables.months(stores.tables, tables.MONITORING):
        row = tables.read(stores.tables, tables.MONITORING, day).iloc[0]
    else:
        seen = _look(stores, day)
        tables.write_month(stores.tables, tables.MONITORING, seen)
        row = seen.iloc[0]
    said = f"{row['drifted']} column(s) drifted"
    said += f", most of all {row['column']} (effect {row['effect']:.2f})" if row["drifted"] else ""
    more = "more" if row["surprise"] >= 0 else "fewer"
    said += f"; on the labels of {row['labelled']}: {more} left than promised, by "
    said += f"{abs(row['surprise']):.1f} standard errors, ROC-AUC {row['roc_auc']:.3f}"
    return runs.record(stores, "monitor", day, said, version=str(row["version"]))


def _look(stores: Stores, day: pd.Timestamp) -> pd.DataFrame:
    champion = stores.promotion.version_of(CHAMPION)
    if champion is None:
        raise JobError("there is no champion to watch: run the jobs train and deploy first")
    if day not in tables.months(stores.tables, tables.FEATURES):
        raise JobError(f"{runs.month_of(day)} has no features: there is nothing to look at")
    bounds, tags = stores.config.monitor, stores.tags_of(champion)
    past = tables.read(
        stores.tables, tables.FEATURES, tags[train.FIRST], tags["trained_until"], columns=WATCHED
    )
    today = tables.read(stores.tables, tables.FEATURES, day, columns=WATCHED)
    drift = drift_of(past, today, bounds)
    newest = early.newest(stores, day)
    if newest is None:
        # A month that is looked at late, when more is known, is looked at as it was.
        youngest = stores.config.labels.rule.youngest(day)
        known = [m for m in tables.months(stores.tables, tables.LABELS) if m <= youngest]
        if not known:
            raise JobError(f"no labels are known on {day:%Y-%m-%d}: nothing to compare with")
        newest = known[-1]
    rows = feature_repo.training_rows(stores.features, early.outcome_of(stores, newest))
    y = rows["churned"].to_numpy()
    with scorer_of(stores, champion) as score:
        p = np.asarray(score(features.features(rows)), dtype=float)
    campaign = stores.config.campaign
    row: dict[str, Any] = {
        "as_of": day,
        "version": champion,
        "trained_until": tags["trained_until"],
        **drift,
        "labelled": f"{newest:%Y-%m}",
        "promised": float(p.sum()),
        "left": int(y.sum()),
        "surprise": surprise(y, p),
        "roc_auc": float(roc_auc_score(y, p)),
        "contacted": int((p >= campaign.break_even).sum()),
        "dollars": metrics.campaign_value(y, p, campaign.break_even, campaign),
    }
    return pd.DataFrame([row])


def drift_of(past: pd.DataFrame, today: pd.DataFrame, bounds: Monitor) -> dict[str, Any]:
    """How far the customers have moved, of at most ``bounds.max_rows`` on each side.

    Args:
        past: columns :data:`WATCHED` of the months of training.
        today: the same of a month.
        bounds: from which on a column counts as drifted.

    Returns:
        ``drifted``, how many columns; ``column``, the one that moved most, and its ``effect``: of those
        that drifted, and in a quiet month of all, so that a slow one is seen to come.
    """
    found = compare_columns(
        _some(past, bounds.max_rows), _some(today, bounds.max_rows),
        bounds.level, min_effect=bounds.min_effect,
    )  # fmt: skip
    drifted = found[found["drift"]]
    largest = (drifted if len(drifted) else found)["effect"]
    return {
        "drifted": len(drifted),
        "column": str(largest.idxmax()),
        "effect": float(largest.max()),
    }


def _some(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    return rows if len(rows) <= most else rows.sample(most, random_state=0)
