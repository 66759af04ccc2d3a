"""Each job of the pipeline killed at several places and run again, as a script of its own.

    python killed_pipeline.py FOLDER

prints one JSON object: for each job the writing calls of an undisturbed run and the state that it left;
for those that are killed also, for each kill, the call before which the process ended and the state
after one more run. The key ``fault`` has the same for a training that registers before it has logged.

This process only forks: it opens no connection and starts no thread, so that each run is a copy of a
process in which everything is imported. What counts the calls, and kills, is put in from here.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import logging
import os
import shutil
import signal
import sqlite3
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

import pandas as pd
import sqlalchemy as sa
from mlflow import MlflowClient
from mlflow.store.db import utils as db_utils

from churn.data.landing import deliver_each
from churn.pipeline import feature_repo, tables
from churn.pipeline.config import load_config
from churn.pipeline.graph import JOBS, run_job
from churn.pipeline.jobs import batch_inference, deploy, feature_tables, monitor, retrain, train
from churn.pipeline.stores import REGISTRY, Stores
from churn.registry import folders, packaging
from churn.registry.promotion import APPROVAL, AUDIT, DECISION, SIGNED
from churn.scoring import engines
from churn.scoring.store import ScoreStore
from churn.simulator import simulate_history
from churn.simulator.scenario import Scenario
from drawing import drawn
from few_customers import BOUNDS

#: Places of each job. `make long` kills at all of them, any other run at one, drawn for the commit.
PLACES = 5
LONG = bool(os.environ.get("COURSE_LONG"))
KILLS = PLACES if LONG else 1
#: Jobs that are killed: all in `make long`, else three, drawn for the commit.
KILLED = JOBS if LONG else drawn("killed jobs", list(itertools.combinations(JOBS, 3)))
SCENARIO = Scenario(name="killed", customers=1500, monthly_joins=40, months=8, seed=3)
FIRST, SECOND = pd.Timestamp("2024-06-30"), pd.Timestamp("2024-07-31")
#: Bounds that so few customers can keep, and a candidate in the second month.
CHANGES: dict[str, Any] = {
    "share": 1.0,
    "engine": "pandas",
    "campaign": {"contact_cost": 1, "offer_cost": 5},
    "trigger": {"kind": "schedule", "months": 1},
    "approval": {"second_person": True, "approver": "owner of the campaign"},
    "gate": BOUNDS,
}  # fmt: skip
#: The registry's writing calls, MLflow's own names.
REGISTRY_WRITES = (
    "create_experiment", "create_registered_model", "create_run", "log_param", "log_metric",
    "log_artifacts", "create_model_version", "update_run", "delete_run",
    "set_model_version_tag", "set_registered_model_alias", "delete_registered_model_alias",
)  # fmt: skip
#: Tags that say when or where, not what.
VOLATILE = ("run_id", "digest", SIGNED)
#: Of a record of the audit, for the same reason; ``number`` counts abandoned moves, too.
UNLIKE = ("when", "number", "decision", "signature")


class Counter:
    """Notes each writing call, and ends the process before one of them."""

    def __init__(self, kill_before: int | None) -> None:
        self.names: list[str] = []
        self._at = kill_before

    def __call__(self, name: str) -> None:
        if len(self.names) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)


def watch(count: Counter) -> None:
    """Have everything counted that writes: files, folders, Delta tables, databases, the registry."""
    for owner, names in (
        (Path, ("write_text", "write_bytes", "replace", "rename", "mkdir", "unlink")),
        (MlflowClient, REGISTRY_WRITES),
        (shutil, ("rmtree",)),
        (tables, ("write_deltalake",)),
        (pd.DataFrame, ("to_parquet",)),
    ):
        for name in names:
            setattr(owner, name, _counted(getattr(owner, name), name, count))
    # Before a commit and nothing else: a transaction that only reads ends without one here.
    pending: set[int] = set()

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def statement(connection: Any, _: Any, text: str, *__: Any) -> None:
        if text.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE"):
            pending.add(id(connection.connection.dbapi_connection))

    @sa.event.listens_for(sa.Engine, "commit")
    def commit(connection: Any) -> None:
        mine = id(connection.connection.dbapi_connection)
        if mine in pending:
            pending.discard(mine)
            count("commit")


def _counted(call: Callable[..., Any], name: str, count: Counter) -> Callable[..., Any]:
    @functools.wraps(call)
    def counted(*args: Any, **named: Any) -> Any:
        count(name)
        return call(*args, **named)

    return counted


def forked(function: Callable[..., Any], *args: Any) -> Any:
    """What ``function`` gives in a process of its own; None if that was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reader)
            answer = json.dumps(function(*args))
            with os.fdopen(writer, "w") as out:
                out.write(answer)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as answered:
        text = answered.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if status:
        raise SystemExit("a run ended with an error: see above")
    return json.loads(text)


def stores_in(home: Path) -> Stores:
    """The environment that is killed."""
    return Stores(load_config("dev", changes=CHANGES), home)


def run(home: Path, job: str, day: pd.Timestamp, kill_before: int | None) -> dict[str, Any]:
    """One run of a job, watched: the names of its writing calls, and what it left."""
    count = Counter(kill_before)
    watch(count)
    stores = stores_in(home)
    run_job(stores, job, day)
    names = list(count.names)
    return {"calls": names, "state": state(stores)}


def faulty(home: Path, job: str, day: pd.Timestamp, kill_before: int | None) -> dict[str, Any]:
    """:func:`run` with a training that registers its model before it logs the files."""

    def register(client: Any, name: str, folder: Path, run_id: str, lineage: Any) -> str:
        source = f"{client.get_run(run_id).info.artifact_uri}/package"
        tags = {**lineage, "run_id": run_id, "digest": folders.digest(folder)}
        version = str(client.create_model_version(name, source, run_id, tags=tags).version)
        client.log_artifacts(run_id, str(folder), "package")
        return version

    packaging.register = register
    return run(home, job, day, kill_before)


def state(stores: Stores) -> dict[str, Any]:
    """What an environment holds, without what differs from run to run: times, ids, digests of them."""
    found: dict[str, Any] = {
        name: _rows(tables.read(stores.tables, name))
        if tables.exists(stores.tables, name)
        else None
        for name in (tables.FEATURES, tables.LABELS, tables.MONITORING)
    }
    found["feature files"] = {
        file.name: _rows(pd.read_parquet(file))
        for file in sorted((stores.features / "customer_month").glob("*.parquet"))
    }
    feast = stores.features / "registry.db"
    found["feature service"] = (
        feast.is_file() and feature_repo.SERVICE.encode() in feast.read_bytes()
    )
    found["keys"] = sorted(str(one.relative_to(stores.keys)) for one in stores.keys.rglob("*"))
    found["records"] = {
        str(file.relative_to(stores.records)): json.loads(file.read_text())
        for file in sorted(stores.records.rglob("*.json"))
    }
    found["left over"] = sorted(
        [one.name for one in stores.packages.iterdir()]
        + [one.name for one in stores.root.rglob("*.draft") if "tables" not in one.parts]
    )
    with closing(ScoreStore(stores.scores_url)) as store:
        found["batches"] = store.batches().astype(str).to_dict("records")
        found["served"] = _rows(store.served())
    return {**found, **_registry(stores)}


def _registry(stores: Stores) -> dict[str, Any]:
    """The registry's rows, read from its file: MLflow takes a second to open it."""
    versions: dict[str, dict[str, Any]] = {}
    with closing(sqlite3.connect(stores.root / REGISTRY)) as store:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return sorted(store.execute(query), key=str)

        for version, source in rows("SELECT version, source FROM model_versions"):
            files = Path(url2pathname(urlparse(source).path))
            names = sorted(str(one.relative_to(files)) for one in files.rglob("*"))
            versions[str(version)] = {"tags": {}, "files": names}
        audit = []
        for version, key, text in rows("SELECT version, key, value FROM model_version_tags"):
            if key.startswith(AUDIT):
                entry = json.loads(text)
                # A move that was killed before it was made stays on record, as abandoned.
                if entry["state"] != "abandoned":
                    audit.append({k: v for k, v in entry.items() if k not in UNLIKE})
            elif key not in VOLATILE:
                versions[str(version)]["tags"][key] = _lasting(key, text)
        experiments = "SELECT name, artifact_location, lifecycle_stage FROM experiments"
        runs = rows("SELECT run_uuid, status FROM runs WHERE lifecycle_stage = 'active'")
        values = {
            table: rows(f"SELECT run_uuid, key, value FROM {table}")
            for table in ("params", "latest_metrics")
        }
        return {
            "versions": versions,
            "audit": audit,
            "aliases": rows("SELECT name, alias, version FROM registered_model_aliases"),
            "models": rows("SELECT name FROM registered_models"),
            "experiments": rows(experiments),
            "runs": sorted(
                [
                    [status]
                    + [
                        list(value[1:])
                        for part in values.values()
                        for value in part
                        if value[0] == run
                    ]
                    for run, status in runs
                ],
                key=str,
            ),
        }


def _lasting(key: str, text: str) -> Any:
    """A tag without what differs from run to run."""
    if key == DECISION:
        # How long a call took is told in one of the reasons.
        return [v for v in json.loads(text)["verdicts"] if v["name"] != "latency"]
    return json.loads(text)["who"] if key == APPROVAL else text


def _rows(table: pd.DataFrame) -> list[Any]:
    text = table.to_csv(index=False)
    return [len(table), hashlib.sha256(text.encode()).hexdigest()[:16]]


def build(home: Path) -> int:
    """Deliver the months."""
    history = simulate_history(SCENARIO)
    months = [month for month in history.months if month <= SECOND]
    deliver_each(home / "landing", months, history.snapshots, history.departures)
    return 0


def plain(home: Path, jobs: list[tuple[str, pd.Timestamp]]) -> int:
    """Jobs that nobody watches, in one process: the way to the next one that is killed."""
    for job, day in jobs:
        run_job(stores_in(home), job, day)
    return 0


def killed(
    home: Path, before: Path, job: str, day: pd.Timestamp, calls: list[str], at: list[int],
    runner: Callable[..., Any],
) -> list[dict[str, Any]]:  # fmt: skip
    """Kill a job before each of the calls ``at``, and run it again each time."""
    found = []
    for number in at:
        restore(home, before)
        first = forked(runner, home, job, day, number)
        again = forked(runner, home, job, day, None)
        found.append(
            {
                "before": f"{number} {calls[number]}",
                "killed": first is None,
                "state": again["state"],
            }
        )
    return found


def restore(home: Path, copy: Path) -> None:
    """Put a copy back in the place at which it was made: what is in it names this path."""
    shutil.rmtree(home)
    shutil.copytree(copy, home)


def main(folder: Path) -> None:
    """Do all of it, and print it."""
    home = folder / "telco"
    before = folder / "before"
    home.mkdir(parents=True)
    forked(build, home)
    months = pd.date_range("2024-01-31", FIRST, freq="ME")
    # What runs unwatched before each job, and the day of the watched run.
    way: dict[str, tuple[list[tuple[str, pd.Timestamp]], pd.Timestamp]] = {
        "setup": ([], FIRST),
        "feature_tables": ([("feature_tables", m) for m in months[:-1]], FIRST),
        "train": ([], FIRST),
        "deploy": ([], FIRST),
        "batch_inference": ([], FIRST),
        "monitor": ([("feature_tables", SECOND), ("batch_inference", SECOND)], SECOND),
        "retrain": ([], SECOND),
    }
    report: dict[str, Any] = {}
    for job in JOBS:
        jobs, day = way[job]
        forked(plain, home, jobs)
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(home, before)
        whole = forked(run, home, job, day, None)
        calls = whole["calls"]
        at = [int((k + 0.5) * len(calls) / PLACES) for k in range(PLACES)]
        if job == "setup":
            at[0] = calls.index("replace")  # its first step: nobody owns the folder yet
        if KILLS < PLACES:
            at = [drawn(f"kill {job}", at)]
        after = folder / "after"
        shutil.copytree(home, after)
        report[job] = whole
        if job in KILLED:
            report[job]["kills"] = killed(home, before, job, day, calls, at, run)
        if job == "train":
            restore(home, before)
            wrong = forked(faulty, home, job, day, None)
            at = [wrong["calls"].index("log_artifacts")]
            kills = killed(home, before, job, day, wrong["calls"], at, faulty)
            report["fault"] = {**wrong, "kills": kills}
        restore(home, after)
        shutil.rmtree(after)
    print(json.dumps(report))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    # Imported above so that each fork has them, as the jobs import them when they run.
    # Whether the tables are of this version of MLflow: half a second of each process, and no write.
    db_utils._verify_schema = lambda engine: None
    assert all((batch_inference, deploy, feature_tables, monitor, retrain, train, engines))
    main(Path(sys.argv[1]))
