"""Scores of a whole base, by one of four engines behind one function.

    for chunk in score("polars", model, base):
        ...

``pandas`` reads everything and asks the scikit-learn model; ``onnx`` asks its ONNX twin instead;
``polars`` reads the file piece by piece, so that memory stays small whatever the base's size;
``spark`` cuts the base up among workers, here or on a cluster.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd
import pyarrow.dataset as ds

from churn import schema
from churn.registry import packaging
from churn.scoring.scoring import scored
from churn.scoring.store import COLUMNS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Engine = Literal["pandas", "onnx", "polars", "spark"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
#: Customers in a piece.
PIECE = 50_000
_READ = [schema.ID, *schema.FEATURES]


class MissingScoresError(RuntimeError):
    """Not every customer has a score; with one sentence."""


def score(
    engine: Engine,
    model: Path,
    base: Path,
    *,
    threshold: float | None = None,
    piece: int = PIECE,
    spark: SparkSession | None = None,
    shared: Path | None = None,
) -> Iterator[pd.DataFrame]:
    """Score the customers of a Parquet file or folder.

    Args:
        engine: one of ``ENGINES``.
        model: a folder made by :func:`churn.registry.packaging.package`.
        base: the id and the 19 features, one row per customer.
        threshold: from it on a customer is contacted; None takes the model's own.
        piece: rows of a frame (``polars`` and ``spark``); the last may be shorter.
        spark: the session for ``spark``.
        shared: a folder in which ``spark`` writes its scores and this process reads them. Workers on
            other machines must see it, and the base, by the same path; None is a temporary folder, for
            workers on this machine.

    Yields:
        Frames with ``customerID``, ``probability`` and ``contact``.

    Raises:
        ValueError: for another engine, or ``spark`` without a session.
        FileNotFoundError: if there is no base.
        MissingScoresError: if ``spark`` has written other than a score for each customer where this process reads.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}: choose {', '.join(ENGINES)}")
    if not base.exists():
        raise FileNotFoundError(f"there is no base {base.name} to score")
    if threshold is None:
        threshold = packaging.default_threshold(model)
    if engine == "spark":
        if spark is None:
            raise ValueError("the engine spark needs a session: churn.spark.session.session()")
        with tempfile.TemporaryDirectory(dir=shared) as scratch:
            yield from _by_spark(spark, model, base, threshold, piece, Path(scratch) / "scores")
        return
    ask = packaging.scorer(model, "sklearn" if engine == "pandas" else "onnx")
    frames = _pieces(base, piece) if engine == "polars" else [_whole(base)]
    for frame in frames:
        yield scored(frame, ask, threshold)


def _whole(base: Path) -> pd.DataFrame:
    return pd.read_parquet(base, columns=_READ)


def _pieces(base: Path, size: int) -> Iterator[pd.DataFrame]:
    import polars as pl

    lazy = pl.scan_parquet(base / "*.parquet" if base.is_dir() else base).select(_READ)
    for frame in lazy.collect_batches(chunk_size=size, maintain_order=True):
        yield frame.to_pandas()


def _by_spark(
    spark: SparkSession, model: Path, base: Path, threshold: float, size: int, made: Path
) -> Iterator[pd.DataFrame]:
    from mlflow import pyfunc
    from pyspark.sql.functions import struct

    kind = "probability double, contact boolean"
    ask = pyfunc.spark_udf(spark, str(model), kind, params={"threshold": threshold})
    answer = ask(struct(*schema.FEATURES))
    rows = spark.read.parquet(str(base)).select(schema.ID, answer.alias("answer"))
    # The workers write; collecting the rows would bring all of them into this process.
    rows.select(schema.ID, "answer.*").write.parquet(str(made))
    yield from _read_back(made, ds.dataset(base, format="parquet").count_rows(), size)


def _read_back(made: Path, customers: int, size: int) -> Iterator[pd.DataFrame]:
    """What the workers wrote, once it is known that all of it is here."""
    scores = ds.dataset(made, format="parquet")
    # A worker on another machine writes to its own disk, and nobody there notices.
    if (found := scores.count_rows()) != customers:
        raise MissingScoresError(
            f"Spark wrote {found:,} scores for {customers:,} customers to where this program reads: do "
            "all its workers see the same folder?"
        )
    for batch in scores.to_batches(batch_size=size):
        if batch.num_rows:
            yield batch.to_pandas()[list(COLUMNS)]
