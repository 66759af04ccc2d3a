"""A standalone Spark cluster on this machine: a master and workers, as processes of their own.

    with cluster(Path("workspace/cluster"), workers=2) as found:
        os.environ["SPARK_CONF_DIR"] = str(found.conf)  # before this process's first session
        with session(Path("workspace/spark"), found.master) as spark:
            ...

It is the same software as on many machines, so what runs here runs there: ``spark://HOST:PORT`` is all
that a program says. Only programs with the cluster's secret are let in, because whoever may send a
job may run anything as this user. The secret stands in Spark's own file of settings, which nobody else
may read: in a program's settings PySpark would write it on Java's command line, which everybody can.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

from churn.spark import java

#: The setting that lets a program in.
SECRET = "spark.authenticate.secret"
#: Seconds within which a process of the cluster must be ready.
PATIENCE = 120.0
_CLASSES = "org.apache.spark.deploy"
#: Java's best compiler pays in minutes; a cluster on one machine mostly lives for less.
_SHORT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


class ClusterError(RuntimeError):
    """A process of the cluster did not start; the message names its log."""


@dataclass(frozen=True)
class Cluster:
    """Where a cluster is, and what a session needs to be let in.

    Attributes:
        master: ``spark://127.0.0.1:PORT``.
        conf: the folder with ``spark-defaults.conf``, for ``SPARK_CONF_DIR`` of programs that may use it.
        workers: the process ids of the workers.
    """

    master: str
    conf: Path
    workers: tuple[int, ...]


@contextmanager
def cluster(
    folder: Path,
    workers: int = 2,
    cores: int = 1,
    memory: str = "1g",
    env: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """Start a cluster, and stop it at the end.

    Args:
        folder: for logs, the secret, the workers' files, and a Java that is made if there is none.
        workers: processes that offer processors.
        cores: processors of each worker.
        memory: that each worker may hand out to programs, in Spark's words.
        env: of the processes; None is this process's.

    Raises:
        ClusterError: if a process ends or is not ready in time.
        churn.spark.JavaError: if there is no Java.
    """
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.authenticate": "true",
        SECRET: secrets.token_hex(16),
        "spark.master.rest.enabled": "false",
        "spark.executor.memory": memory,
        # A program begins when all workers have given it an executor. Without the first setting Spark does
        # not know how many these are, and begins with one.
        "spark.cores.max": str(workers * cores),
        "spark.scheduler.minRegisteredResourcesRatio": "1",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "300s",
        "spark.executor.extraJavaOptions": _SHORT,
        "spark.driver.extraJavaOptions": _SHORT,
    }
    file = conf / "spark-defaults.conf"
    file.touch(mode=0o600)
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    known = {
        **(os.environ if env is None else env),
        "JAVA_HOME": str(java.java_home(folder)),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": _SHORT,
    }
    place = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    with ExitStack() as running:
        log = folder / "master.log"
        master = running.enter_context(_process("master.Master", place, known, log))
        url = _wait(master, log, r"Starting Spark master at (spark://\S+)")
        offer = ["--cores", str(cores), "--memory", memory, "--work-dir", str(folder / "work")]
        logs = [folder / f"worker-{number}.log" for number in range(workers)]
        started = [
            running.enter_context(_process("worker.Worker", [*place, *offer, url], known, one))
            for one in logs
        ]
        for process, one in zip(started, logs, strict=True):
            _wait(process, one, r"Successfully registered with (master)")
        yield Cluster(url, conf, tuple(process.pid for process in started))


def _start() -> list[str]:
    """The beginning of a command that starts a class of Spark."""
    script = "spark-class.cmd" if os.name == "nt" else "spark-class"
    return [str(Path(pyspark.__file__).parent / "bin" / script)]


@contextmanager
def _process(
    name: str, arguments: list[str], env: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*_start(), f"{_CLASSES}.{name}", *arguments],
            env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    """The first group of the pattern, once the log has it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = re.search(pattern, log.read_text(errors="replace"))
        if found:
            return found.group(1)
        if process.poll() is not None:
            raise ClusterError(f"a process of the cluster ended at its start: see {log.name}")
        time.sleep(0.05)
    raise ClusterError(f"a process of the cluster is not ready after {PATIENCE:.0f} s: see {log}")
