"""A Spark session, on this machine or on a cluster by one setting.

    with session(cache=Path("workspace/spark")) as spark:
        spark.range(10).count()

``CHURN_SPARK`` names the master: ``local[*]`` (the default), ``spark://HOST:PORT``, or
``sc://HOST:PORT`` for Spark Connect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from churn.spark import java

MASTER = "CHURN_SPARK"
#: In the cache: what Spark and its Java would say on stderr.
LOG = "spark.log"
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
#: Masters whose workers are on this machine and find the program there.
_ON_THIS_MACHINE = ("local", "spark://127.0.0.1:", "spark://localhost:")


@contextmanager
def session(
    cache: Path, master: str | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Open a session and stop it at the end.

    Args:
        cache: a folder for Spark's own files and its log, and for a Java that is made if there is none.
        master: in place of ``CHURN_SPARK``.
        settings: of Spark, in place of or beside the course's: no web page, quiet, times in UTC,
            two partitions after a shuffle.

    Raises:
        churn.spark.JavaError: if there is no Java for a session on this machine.
    """
    master = master or os.environ.get(MASTER, "local[*]")
    options = {**_QUIET, "spark.sql.shuffle.partitions": "2", **(settings or {})}
    builder = SparkSession.builder
    if master.startswith("sc://"):
        builder = builder.remote(master)
    else:
        java.use(cache)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if master.startswith(_ON_THIS_MACHINE):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            options = {**_HERE, **options}
        local = {"spark.local.dir": str(cache), "spark.sql.warehouse.dir": str(cache / "tables")}
        options = {**local, **options}
        builder = builder.master(master)
    for name, value in options.items():
        builder = builder.config(name, value)
    cache.mkdir(parents=True, exist_ok=True)
    with _stderr_to(cache / LOG):
        spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _stderr_to(file: Path) -> Iterator[None]:
    """What a child that starts meanwhile says, Java among them, goes to a file."""
    sys.stderr.flush()
    before = os.dup(2)
    with file.open("ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
