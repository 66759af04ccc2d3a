"""The life of a cluster's processes, with scripts in Spark's place; the lesson Scaling out has the real one."""

import sys
from pathlib import Path

import psutil
import pytest

from churn.spark import cluster as module

#: Says where the master is or that a worker was let in, as Spark does, and waits.
WELL = """
import sys, time
if sys.argv[1].endswith("Master"):
    print("INFO Starting Spark master at spark://127.0.0.1:7", flush=True)
else:
    assert sys.argv[-1] == "spark://127.0.0.1:7"
    print("INFO Successfully registered with master spark://127.0.0.1:7", flush=True)
time.sleep(60)
"""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "spark_class.py"
    file.write_text(WELL)
    monkeypatch.setattr(module, "_start", lambda: [sys.executable, str(file)])
    monkeypatch.setattr(module.java, "java_home", lambda cache: cache)
    return file


@pytest.mark.usefixtures("script")
def test_workers_live_as_long_as_the_cluster(tmp_path: Path) -> None:
    with module.cluster(tmp_path / "cluster", workers=2) as found:
        assert found.master == "spark://127.0.0.1:7"
        assert len(found.workers) == 2
        assert all(psutil.pid_exists(pid) for pid in found.workers)
    assert not any(psutil.pid_exists(pid) for pid in found.workers)


@pytest.mark.usefixtures("script")
def test_the_secret_is_new_and_in_no_command_line(tmp_path: Path) -> None:
    seen = []
    for name in ("one", "two"):
        with module.cluster(tmp_path / name, workers=1, cores=3) as found:
            worker = psutil.Process(found.workers[0])
            assert worker.environ()["SPARK_CONF_DIR"] == str(found.conf)
            file = found.conf / "spark-defaults.conf"
            settings = dict(line.split(" ", 1) for line in file.read_text().splitlines())
            assert settings["spark.authenticate"] == "true"
            # A program waits for all processors of all workers.
            assert settings["spark.cores.max"] == "3"
            seen.append(settings[module.SECRET])
            assert not any(seen[-1] in part for part in worker.cmdline())
            if sys.platform != "win32":
                assert file.stat().st_mode & 0o077 == 0
    assert len(seen[0]) >= 32
    assert seen[0] != seen[1]


def test_a_process_that_ends_at_its_start_names_its_log(script: Path, tmp_path: Path) -> None:
    script.write_text(WELL.replace("    assert", "    sys.exit(1)\n    assert"))
    with (
        pytest.raises(module.ClusterError, match=r"worker-0\.log"),
        module.cluster(tmp_path / "cluster"),
    ):
        pass
    left = [p for p in psutil.Process().children() if str(script) in p.cmdline()]
    assert left == []


def test_a_process_that_never_is_ready(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    script.write_text("import time; time.sleep(60)")
    with (
        pytest.raises(module.ClusterError, match="not ready"),
        module.cluster(tmp_path / "cluster"),
    ):
        pass
