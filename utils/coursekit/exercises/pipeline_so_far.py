"""The pipeline as far as a lesson needs it: the jobs before the one that the lesson is about."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from churn.data.landing import deliver_scenario, delivered
from churn.labels import Day
from churn.pipeline.config import load_config
from churn.pipeline.graph import JOBS, backfill, run_job
from churn.pipeline.place import REGISTRY, Place
from churn.pipeline.runs import recorded
from coursekit.environment import mlflow_store


def ready(
    home: Path, env: str, day: Day, before: str | None = None, scenario: str | Path = "baseline"
) -> Place:
    """Deliver the months up to ``day`` and run the jobs that come before ``before``.

    What has run already, in an earlier lesson or as part of the whole pipeline, is not run again.

    Args:
        home: folder of the landing zone and of the environments.
        env: the environment.
        day: month end.
        before: the job that is not run any more; None runs nothing but delivers.
        scenario: of the simulated telco, or a YAML file.

    Returns:
        The place of the environment.
    """
    place, day = Place(load_config(env), home), pd.Timestamp(day)
    if not place.landing.is_dir():
        deliver_scenario(place.landing, scenario, day)
    _empty_registry(place)
    # Each month has its features, and before the lesson on them those of the months past.
    months = [month for month in delivered(place.landing) if month <= day]
    for job in JOBS[: JOBS.index(before) if before else 0]:
        if job == "feature_tables":
            list(backfill(place, months))
        elif recorded(place, job, day) is None:
            run_job(place, job, day)
    if before == "feature_tables":
        list(backfill(place, [month for month in months if month < day]))
    return place


def _empty_registry(place: Place) -> None:
    """MLflow's tables from a template: making them takes seconds."""
    mlflow_store.open_quietly()
    if place.config.registry or place.root.exists():
        return
    place.root.mkdir(parents=True)
    shutil.copyfile(mlflow_store.empty(), place.root / REGISTRY)
    place.claim()
