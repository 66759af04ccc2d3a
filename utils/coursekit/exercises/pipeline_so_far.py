"""The pipeline as far as a lesson needs it: the jobs before the one that the lesson is about."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from churn.data.landing import deliver_scenario, delivered
from churn.labels import Day
from churn.pipeline.config import load_config
from churn.pipeline.graph import JOBS, backfill, run_job
from churn.pipeline.runs import recorded
from churn.pipeline.stores import REGISTRY, Stores
from coursekit.environment import mlflow_store


def ready(
    home: Path, env: str, day: Day, before: str | None = None, scenario: str | Path = "baseline"
) -> Stores:
    """Deliver the months up to ``day`` and run the jobs that come before ``before``.

    What has run already, in an earlier lesson or as part of the whole pipeline, is not run again.

    Args:
        home: folder of the landing zone and of the environments.
        env: the environment.
        day: month end.
        before: the job that is not run any more; None runs nothing but delivers.
        scenario: of the simulated telco, or a YAML file.

    Returns:
        The stores of the environment.
    """
    stores, day = Stores(load_config(env), home), pd.Timestamp(day)
    if not stores.landing.is_dir():
        deliver_scenario(stores.landing, scenario, day)
    _empty_registry(stores)
    # Each month has its features, and before the lesson on them those of the months past.
    months = [month for month in delivered(stores.landing) if month <= day]
    for job in JOBS[: JOBS.index(before) if before else 0]:
        if job == "feature_tables":
            list(backfill(stores, months))
        elif recorded(stores, job, day) is None:
            run_job(stores, job, day)
    if before == "feature_tables":
        list(backfill(stores, [month for month in months if month < day]))
    return stores


def _empty_registry(stores: Stores) -> None:
    """MLflow's tables from a template: making them takes seconds."""
    mlflow_store.open_quietly()
    if stores.config.registry or stores.root.exists():
        return
    stores.root.mkdir(parents=True)
    shutil.copyfile(mlflow_store.empty(), stores.root / REGISTRY)
    stores.claim()
