"""Which master a session asks for, and with which settings; a stand-in takes Spark's place."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from churn.spark import session as module


class Builder:
    """Notes what a session is asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def master(self, address: str) -> "Builder":
        self.asked["master"] = address
        return self

    def remote(self, address: str) -> "Builder":
        self.asked["remote"] = address
        return self

    def config(self, name: str, value: str) -> "Builder":
        self.asked[name] = value
        return self

    def getOrCreate(self) -> "Builder":  # noqa: N802, Spark's own name
        os.write(2, b"a word of Java\n")
        return self

    def stop(self) -> None:
        self.asked["stopped"] = True


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    found = Builder()
    monkeypatch.setattr(module, "SparkSession", type("Spark", (), {"builder": found}))
    monkeypatch.setattr(module.java, "use", lambda cache: cache)
    with pytest.MonkeyPatch.context() as variables:
        for name in (module.MASTER, "SPARK_LOCAL_IP", "PYSPARK_PYTHON"):
            variables.setenv(name, "")  # so that it is put back, whatever the session sets
            del os.environ[name]
        yield found


def test_a_variable_names_the_master_and_an_argument_goes_before_it(
    builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with module.session(tmp_path / "spark"):
        assert builder.asked["master"] == "local[*]"
    monkeypatch.setenv(module.MASTER, "local[3]")
    with module.session(tmp_path / "spark"):
        assert builder.asked["master"] == "local[3]"
    with module.session(tmp_path / "spark", "local[1]"):
        assert builder.asked["master"] == "local[1]"
    assert builder.asked["stopped"]
    assert (tmp_path / "spark" / module.LOG).read_bytes() == 3 * b"a word of Java\n"


@pytest.mark.parametrize("master", ["local[1]", "spark://127.0.0.1:7077"])
def test_on_this_machine_nobody_else_can_reach_the_program(
    builder: Builder, tmp_path: Path, master: str
) -> None:
    with module.session(tmp_path, master):
        assert builder.asked["spark.driver.host"] == "127.0.0.1"
        assert os.environ["SPARK_LOCAL_IP"] == "127.0.0.1"


def test_workers_on_other_machines_are_told_no_address_that_is_their_own(
    builder: Builder, tmp_path: Path
) -> None:
    with module.session(tmp_path, "spark://10.0.0.7:7077", {"spark.driver.host": "10.0.0.2"}):
        assert builder.asked["spark.driver.host"] == "10.0.0.2"
        assert "spark.driver.bindAddress" not in builder.asked
        assert "SPARK_LOCAL_IP" not in os.environ


def test_spark_connect_is_asked_by_its_own_way(builder: Builder, tmp_path: Path) -> None:
    with module.session(tmp_path, "sc://10.0.0.7:15002"):
        assert builder.asked["remote"] == "sc://10.0.0.7:15002"
        assert "spark.local.dir" not in builder.asked
