"""Spark starts on the Java that the course finds, and on the bundled one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from churn.spark import java

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
