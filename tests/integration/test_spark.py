"""Spark starts on the Java that the course finds, and on the bundled one; and it scores."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn import data, features, training
from churn.registry import packaging
from churn.scoring import engines
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


SCORE = """
import sys
from pathlib import Path
import pandas as pd
from churn.scoring import engines
from churn.spark.session import session
folder = Path(sys.argv[1])
with session(folder / "spark", "local[1]") as spark:
    pieces = engines.score("spark", folder / "model", folder / "base", threshold=0.5, spark=spark)
    pd.concat(pieces).to_parquet(folder / "scores.parquet")
"""


def test_spark_scores_as_pandas_does(tmp_path: Path) -> None:
    customers = data.load("synthetic", n=400, seed=5)
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, tmp_path / "model", threshold=0.24)
    (tmp_path / "base").mkdir()
    customers.to_parquet(tmp_path / "base" / "part.parquet")
    done = subprocess.run(
        [sys.executable, "-c", SCORE, str(tmp_path)],
        env=known.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (expected,) = engines.score("pandas", tmp_path / "model", tmp_path / "base", threshold=0.5)
    found = pd.read_parquet(tmp_path / "scores.parquet").set_index("customerID")
    found = found.loc[expected["customerID"]]
    np.testing.assert_allclose(found["probability"], expected["probability"], atol=1e-12)
    assert (found["contact"].to_numpy() == expected["contact"].to_numpy()).all()
