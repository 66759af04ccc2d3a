"""Score the customers of a month's end with the champion, and serve the scores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd

from churn import schema
from churn.labels import Day
from churn.pipeline import runs, tables
from churn.pipeline.graph import JobError
from churn.pipeline.jobs.deploy import signed_files
from churn.pipeline.stores import Stores
from churn.registry.promotion import CHAMPION
from churn.scoring import engines
from churn.scoring.store import ScoreStore


def run(stores: Stores, day: Day) -> runs.Run:
    """Write the month's batch; until it is whole, the last one is served.

    Raises:
        JobError: if there is no champion, or the month has no features.
        BatchError: if scores are none; the last batch stays.
        SignatureError: if the champion's files are not as they were signed.
    """
    stores.require()
    day = pd.Timestamp(day)
    champion = stores.promotion.version_of(CHAMPION)
    if champion is None:
        raise JobError("there is no champion: run the jobs train and deploy first")
    if day not in tables.months(stores.tables, tables.FEATURES):
        raise JobError(f"{runs.month_of(day)} has no features: the last scores stay")
    base = tables.read(stores.tables, tables.FEATURES, day, columns=[schema.ID, *schema.FEATURES])
    batch = batch_name(stores, day, champion)
    with (
        closing(ScoreStore(stores.scores_url)) as store,
        _scratch(stores, batch) as scratch,
        signed_files(stores, champion) as folder,
    ):
        file = scratch / "base.parquet"
        base.to_parquet(file)
        written = store.write(batch, day.date(), _chunks(stores, folder, file, scratch))
        # Scores that were replaced, by a release that was taken back since, are served again.
        is_served = written.served or store.serve(batch)
        contacted = store.contacts() if is_served else 0
    served = "served" if is_served else "kept, a later one is served"
    said = f"{len(base):,} customers by version {champion}, {contacted:,} to contact, {served}"
    return runs.record(
        stores, "batch_inference", day, said,
        batch=batch, version=champion, features=tables.version(stores.tables, tables.FEATURES),
    )  # fmt: skip


def batch_name(stores: Stores, day: Day, version: str) -> str:
    """The name of a month's batch: the same name is the same scores and the same contacts."""
    threshold = stores.config.campaign.break_even
    return f"{runs.month_of(day)}/{stores.config.model}-{version}@{threshold:.4g}"


@contextmanager
def _scratch(stores: Stores, batch: str) -> Iterator[Path]:
    """A folder of the batch, empty; what a run that was killed has left in it is gone."""
    folder = stores.packages / batch.replace("/", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _chunks(stores: Stores, model: Path, base: Path, scratch: Path) -> Iterator[pd.DataFrame]:
    config = stores.config
    threshold = config.campaign.break_even
    if not config.spark:
        yield from engines.score(config.engine, model, base, threshold=threshold)
        return
    # Here: Spark takes seconds to import, and the other engines do not need it.
    from churn.spark.session import session

    # Spark's log stays, and so does a Java that was made for it: this process goes on with it.
    with session(cache=stores.root / "spark", master=config.spark) as spark:
        yield from engines.score(
            "spark", model, base, threshold=threshold, spark=spark, shared=scratch
        )
