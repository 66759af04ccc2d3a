"""Six orchestrators, each with the telco's month in its own words, run on this machine and killed.

    tool = TOOLS["DVC"]
    prepare(tool, folder)
    run(tool, folder, kill="machine train")   # a power cut in the third job
    run(tool, folder, resume=True).started    # which jobs ran again

The definitions stand in ``deploy/orchestrators``. Each tool runs the way it does without a service:
DVC and Metaflow as always, Airflow by ``dag.test()``, Kubeflow Pipelines by its local runner, Dagster
in one process, MLRun function by function.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from coursekit import paths
from coursekit.environment import known, switches, tools
from coursekit.exercises.federation import end

_JOB = Path(__file__).with_name("orchestrated_job.py")
#: No examples, no reports to the makers, few words.
_OFF = {
    **switches.KERNEL,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "MLRUN_LOG_LEVEL": "ERROR",
}


class OrchestratorError(RuntimeError):
    """A tool could not be prepared, or a job did not come up; with the last of what it said."""


@dataclass(frozen=True)
class Tool:
    """An orchestrator.

    Attributes:
        definition: file in ``deploy/orchestrators``.
        start: arguments of its Python that run the graph once.
        resume: those that go on after a fall; empty where there is nothing but a new start.
        environment: of its own, by its name in ``make tools``; empty for the course's.
        before: arguments of its Python that make its store, once.
    """

    definition: str
    start: tuple[str, ...]
    resume: tuple[str, ...] = ()
    environment: str = ""
    before: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What stands in the definition."""
        file = paths.course_root() / "deploy" / "orchestrators" / self.definition
        return file.read_text(encoding="utf-8")

    @property
    def lines(self) -> int:
        """How many lines the definition has, without blank ones, comments and what it says first."""
        body = self.text.split('"""', 2)[-1]
        return sum(bool(line.strip()) and not line.startswith("#") for line in body.splitlines())

    @property
    def python(self) -> Path:
        """Its Python.

        Raises:
            tools.ToolError: its environment is not here.
        """
        return tools.require(self.environment) if self.environment else Path(sys.executable)


TOOLS = {
    "DVC": Tool("dvc.yaml", ("-m", "dvc", "repro", "--quiet"), ("-m", "dvc", "repro", "--quiet"),
                before=("-m", "dvc", "init", "--no-scm", "--quiet")),
    "Metaflow": Tool("flow.py", ("flow.py", "run"), ("flow.py", "resume")),
    "Kubeflow Pipelines": Tool("kubeflow_pipeline.py", ("kubeflow_pipeline.py",)),
    "Airflow": Tool("airflow_dag.py", ("dags/airflow_dag.py",), environment="airflow",
                    before=("-m", "airflow", "db", "migrate")),
    "Dagster": Tool("dagster_defs.py", ("dagster_defs.py",), ("dagster_defs.py", "resume"), "dagster"),
    "MLRun": Tool("mlrun_jobs.py", ("mlrun_jobs.py",), environment="mlrun"),
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One run of the graph.

    Attributes:
        code: exit code of the orchestrator; negative where a signal ended it.
        started: jobs, in the order in which they were started.
        done: jobs that came to their end.
        start_up: seconds from the command to the first job.
        between: mean seconds from the end of a job to the start of the next.
        cpu: processor seconds of the orchestrator and all that it waited for.
        said: what it printed.
    """

    code: int
    started: list[str]
    done: list[str]
    start_up: float
    between: float
    cpu: float
    said: str = field(repr=False)


def prepare(tool: Tool, folder: Path, records: str = "records") -> None:
    """An empty folder with the tool's definition in it, and its store where it needs one.

    Args:
        records: where DVC looks for the record of each job.

    Raises:
        OrchestratorError: the tool could not make its store.
        tools.ToolError: its environment is not here.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "records").mkdir(parents=True)
    (folder / "delivery").mkdir()
    (folder / "delivery" / "customers.csv").write_text("customerID\n1\n", encoding="utf-8")
    (folder / "params.yaml").write_text(f"records: {records}\ndelivery: delivery\n")
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    place = folder / "dags" if tool.environment == "airflow" else folder
    place.mkdir(exist_ok=True)
    (place / tool.definition).write_text(tool.text, encoding="utf-8")
    if tool.before:
        ask(tool, folder, *tool.before)


def ask(tool: Tool, folder: Path, *arguments: str) -> str:
    """What the tool's own Python prints, with the settings that the tool has in ``folder``.

    Args:
        arguments: of its Python.

    Raises:
        OrchestratorError: if it fails; with the last of what it said.
        tools.ToolError: its environment is not here.
    """
    done = subprocess.run(
        [str(tool.python), *arguments],
        cwd=folder,
        env=known.environment(_OFF, _own(tool, folder, ())),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OrchestratorError(f"{tool.definition}: {(done.stdout + done.stderr)[-1000:]}")
    return done.stdout


def run(
    tool: Tool,
    folder: Path,
    *,
    command: Sequence[str] = (),
    kill: str = "",
    resume: bool = False,
    settings: dict[str, str] | None = None,
    arguments: Sequence[str] = (),
) -> Result:
    """Run the graph once, or go on with it.

    Args:
        folder: as :func:`prepare` left it, or an earlier run.
        command: what runs a job, before the job's name; without it jobs are empty.
        kill: ``job NAME``: the process of that job kills itself, once; ``machine NAME``: all
            processes are killed while that job runs, as by a power cut.
        resume: go on after a fall, where the tool can; else start anew.
        settings: more variables of the environment.
        arguments: more for the tool's command.

    Raises:
        OrchestratorError: the job that was to be killed did not start within five minutes.
    """
    log, plan = folder / "log", folder / "kill"
    log.unlink(missing_ok=True)
    plan.unlink(missing_ok=True)
    if kill:
        plan.write_text(kill, encoding="utf-8")
    how, _, victim = kill.partition(" ")
    begun = time.time()
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [
                str(tool.python),
                *(tool.resume if resume and tool.resume else tool.start),
                *arguments,
            ],
            cwd=folder,
            env=known.environment(_OFF, _own(tool, folder, command), settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        before = os.times()
        try:
            if how == "machine":
                _wait_for(log, victim, process)
            else:
                process.wait()
        finally:
            _end_all(process)
        after = os.times()
        said.seek(0)
        text = said.read()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    events = [(job, what, float(at)) for job, what, at in map(str.split, lines)]
    gaps = [
        later[2] - earlier[2]
        for earlier, later in itertools.pairwise(events)
        if (earlier[1], later[1]) == ("end", "start")
    ]
    return Result(
        code=process.returncode,
        started=[job for job, what, _ in events if what == "start"],
        done=[job for job, what, _ in events if what == "end"],
        start_up=events[0][2] - begun if events else float("nan"),
        between=sum(gaps) / len(gaps) if gaps else float("nan"),
        cpu=cpu,
        said=text,
    )


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End a tool and whatever it started, also what has a session of its own, as Airflow's tasks."""
    try:
        started = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    process.kill()
    for one in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    end(process.pid)
    process.wait()


def _wait_for(log: Path, job: str, process: subprocess.Popen[bytes]) -> None:
    """Until a job has started."""
    for _ in range(3000):
        if log.exists() and f"{job} start" in log.read_text(encoding="utf-8"):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise OrchestratorError(f"the job {job} did not start")


def _own(tool: Tool, folder: Path, command: Sequence[str]) -> dict[str, str]:
    """What a tool's process has besides: its own programs first, and all that it stores in ``folder``."""
    job = [sys.executable, "-S", "-E", str(_JOB), str(folder), *command]
    return {
        "PATH": f"{tool.python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "CHURN_PIPELINE": shlex.join(job),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "DAGSTER_HOME": str(folder),
        "METAFLOW_HOME": str(folder / "metaflow"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
    }
