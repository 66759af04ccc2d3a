"""Spark starts on the Java that the course finds, and on the bundled one; and the pipeline scores by it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import few_customers
from churn.registry import packaging
from churn.spark import java
from coursekit.environment import known

PROGRAM = """
from pyspark.sql import SparkSession
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
         .config("spark.driver.host", "127.0.0.1").getOrCreate())
print("sum", spark.range(10).selectExpr("sum(id)").first()[0])
spark.stop()
"""


@pytest.mark.parametrize("find", [java.java_home, java.bundled_java_home])
def test_spark_counts(find: Callable[[Path], Path], tmp_path: Path) -> None:
    environment = dict(os.environ, JAVA_HOME=str(find(tmp_path)), SPARK_LOCAL_IP="127.0.0.1")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "sum 45" in done.stdout, done.stderr[-2000:]


PIPELINE = """
import sys
from pathlib import Path
from churn import data
from churn.data.landing import deliver_table
from churn.pipeline import JOBS, load_config
from churn.pipeline.graph import run_job, run_jobs
from churn.pipeline.stores import Stores
from churn.scoring.store import ScoreStore
from few_customers import BOUNDS

home = Path(sys.argv[1])
*early, last = deliver_table(home / "landing", data.load("synthetic", n=3600, seed=3), 6)
stores = Stores(load_config("prod", changes={"gate": BOUNDS}), home)
for month in early:
    run_jobs(stores, ["setup", "feature_tables"], month)
run_jobs(stores, JOBS[: JOBS.index("monitor")], last)
ScoreStore(stores.scores_url).served().to_parquet(home / "onnx.parquet")

changes = {"gate": BOUNDS, "spark": "local[1]", "scores": f"sqlite:///{home / 'spark.db'}"}
stores = Stores(load_config("prod", changes=changes), home)
for _ in range(2):
    print(run_job(stores, "batch_inference", last).said)
ScoreStore(stores.scores_url).served().to_parquet(home / "spark.parquet")
"""


def test_one_setting_has_spark_score_for_the_pipeline(tmp_path: Path) -> None:
    helpers = Path(few_customers.__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", PIPELINE, str(tmp_path)],
        env=known.environment({"PYTHONPATH": str(helpers), "MLFLOW_LOGGING_LEVEL": "ERROR"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    by_onnx, by_spark = (
        pd.read_parquet(tmp_path / f"{name}.parquet").set_index("customerID").sort_index()
        for name in ("onnx", "spark")
    )
    # A customer of the month each, once; the second run of the job has written nothing.
    assert len(by_spark) == 600
    assert by_spark.index.is_unique
    assert by_spark.index.equals(by_onnx.index)
    once, again = done.stdout.splitlines()
    assert once.startswith("600 customers by version 1")
    assert again == once
    with sqlite3.connect(tmp_path / "spark.db") as found:
        assert found.execute("select count(*) from scores").fetchone() == (600,)
    found.close()
    # Spark asks the scikit-learn model, in 64 bits, and onnx its twin in 32.
    apart = (by_spark["probability"] - by_onnx["probability"]).abs()
    assert 0 < apart.max() < packaging.PARITY
    assert by_spark["contact"].equals(by_onnx["contact"])
    assert by_spark["contact"].any()
    # What the workers wrote is gone, what Spark said is kept.
    assert list((tmp_path / "prod" / "packages").iterdir()) == []
    assert (tmp_path / "prod" / "spark" / "spark.log").is_file()
