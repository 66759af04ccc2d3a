"""The seven jobs in an environment whose databases are given by URL, as a script of its own.

    python pipeline_by_url.py FOLDER

FOLDER has the landing zone and ``settings``, which name the addresses by environment variables.
Prints one JSON object of what is then in the stores. Another process than the test's: what the
libraries keep open ends with it, before the server does.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from feast import FeatureStore

from churn import schema
from churn.data.landing import delivered
from churn.features.feature_store import TIME
from churn.pipeline import feature_repo, tables
from churn.pipeline.config import load_config
from churn.pipeline.graph import JOBS, MONTHLY, due, run_job, run_jobs
from churn.pipeline.lineage import origin_of
from churn.pipeline.stores import Stores
from churn.registry.promotion import CHAMPION
from churn.scoring.store import ScoreStore


def main(home: Path) -> dict[str, Any]:
    stores = Stores(load_config("prod", home / "settings"), home)
    months = delivered(stores.landing)
    run_job(stores, "setup", months[0])
    # The labels of the first two are complete with the last; those between play no part.
    for month in months[:2]:
        run_job(stores, "feature_tables", month)
    said = {run.job: run for run in run_jobs(stores, due(stores, months[-1]), months[-1])}
    assert tuple(said) == JOBS
    again = {run.job: run for run in run_jobs(stores, JOBS, months[-1])}
    assert due(stores, months[-1]) == MONTHLY
    labels = tables.read(stores.tables, tables.LABELS, months[0])
    store = FeatureStore(repo_path=str(stores.features))
    today = tables.read(stores.tables, tables.FEATURES, months[-1])
    return {
        "said": {job: run.said for job, run in said.items()},
        "the same again": again == said,
        "champion": stores.promotion.version_of(CHAMPION),
        "origin": asdict(origin_of(stores, said["batch_inference"].made["batch"])),
        "joined": _same(
            feature_repo.training_rows(stores.features, labels),
            tables.read(stores.tables, tables.FEATURES, months[0]),
        ),
        "online": _same(_online(store, months[-1], list(today[schema.ID])), today),
        "stores": [type(one).__name__ for one in (store.config.online_store, store.config.offline_store)],
        "registry of features": type(store.registry).__name__,
        "served": len(ScoreStore(stores.scores_url).served()),
    }  # fmt: skip


def _online(store: FeatureStore, month: pd.Timestamp, customers: list[str]) -> pd.DataFrame:
    """The features of a month as a service would look them up."""
    until = (month + timedelta(days=2)).tz_localize("UTC").to_pydatetime()
    store.materialize(until - timedelta(days=20), until)
    asked = [{schema.ID: one} for one in customers]
    service = store.get_feature_service(feature_repo.SERVICE)
    return store.get_online_features(features=service, entity_rows=asked).to_df()


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two tables have the same customers with the same features."""
    columns = [schema.ID, *schema.FEATURES]
    kinds = {name: kind for name, kind in schema.dtypes().items() if name in columns}
    left, right = (
        table[columns].astype(kinds).sort_values(schema.ID, ignore_index=True)
        for table in (one.drop(columns=TIME, errors="ignore"), other)
    )
    return left.equals(right)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    found = main(Path(sys.argv[1]))
    print(json.dumps(found))
