"""Close the loop: if what was seen calls for it, train, compare, and score anew."""

from __future__ import annotations

import pandas as pd

from churn.labels import Day
from churn.pipeline import early, runs, tables
from churn.pipeline.config import Labels, Trigger
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import batch_inference, deploy, train
from churn.pipeline.stores import Stores
from churn.training.continuous.triggers import is_old, is_surprise


def run(stores: Stores, day: Day) -> runs.Run:
    """Retrain if the month's row of ``monitoring`` calls for it.

    Raises:
        JobError: if the month was not looked at.
    """
    stores.require()
    day = pd.Timestamp(day)
    if day not in tables.months(stores.tables, tables.MONITORING):
        raise JobError(f"{runs.month_of(day)} was not looked at: run the job monitor first")
    row = tables.read(stores.tables, tables.MONITORING, day).iloc[0]
    why = reason(stores.config.trigger, row, age_in_months(stores, str(row["version"]), day))
    labels, looked_at = stores.config.labels, str(row["labelled"])
    if said := why_it_stays(labels, str(row["version"]), why, looked_at, day):
        return runs.record(stores, "retrain", day, said, retrained=False)
    train.run(stores, day)
    deployed = deploy.run(stores, day)
    if deployed.made["promoted"]:
        batch_inference.run(stores, day)
    said = f"because {why}: {deployed.said}"
    promoted = bool(deployed.made["promoted"])
    return runs.record(stores, "retrain", day, said, retrained=promoted)


def reason(trigger: Trigger, row: pd.Series, age: int) -> str:
    """Why a model is to be trained again; empty if it is not.

    Args:
        trigger: the setting.
        row: of the table ``monitoring``.
        age: months since the champion was trained for a month.
    """
    if trigger.kind == "never" or age < trigger.rest:
        return ""
    if trigger.kind == "schedule":
        old = f"{age} month{'s' if age > 1 else ''}"
        return f"the model is {old} old" if is_old(age, trigger.months) else ""
    if trigger.kind in ("performance", "either") and is_surprise(row["surprise"], trigger.errors):
        more = "more" if row["surprise"] > 0 else "fewer"
        return f"{more} left than promised, by {abs(row['surprise']):.1f} standard errors"
    if trigger.kind in ("data", "either") and row["drifted"]:
        return f"{row['column']} drifted"
    return ""


def why_it_stays(labels: Labels, champion: str, why: str, looked_at: str, day: Day) -> str:
    """What is said where nothing is trained; empty if something is.

    Args:
        labels: the setting.
        champion: its version.
        why: what calls for another, see :func:`reason`.
        looked_at: the month whose outcomes were looked at.
        day: the month's end.
    """
    if not why:
        return f"version {champion} stays: nothing calls for another"
    if too_old(labels, looked_at, day):
        return f"version {champion} stays: who has left since {looked_at} is not seen"
    return ""


def too_old(labels: Labels, looked_at: str, day: Day) -> bool:
    """Whether the month that was looked at, such as ``2024-11``, says too little about ``day``.

    With early outcomes the same month judges the candidate. One from before a gap in the deliveries may
    be of another world: the candidate that suits it best can be the worst now.
    """
    month = pd.Period(looked_at, "M").end_time.normalize()
    return labels.early and not early.is_fresh(labels.rule, month, day)


def age_in_months(stores: Stores, version: str, day: Day) -> int:
    """Months between the month a version was trained for and ``day``."""
    trained = pd.Timestamp(stores.tags_of(version)[train.DAY]).to_period("M")
    return int((pd.Timestamp(day).to_period("M") - trained).n)
