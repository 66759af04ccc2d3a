"""What an orchestrator's own store says of a run, asked by the tool's own Python in the run's folder.

    .course/tools/dagster/bin/python benchmarks/orchestrator_stores.py Dagster

prints one JSON object: ``upstream``, the runs of jobs that lie before the last run of the last job, gone
back to one by one by what the store has of them; ``schedule``, that of the month as the definition's own
tool reads it, empty where it has none. Only what the tool keeps by itself counts: the jobs' own records
do not.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

LAST = "retrain"


def before(job: str, needs: Mapping[str, list[str]]) -> list[str]:
    """All that ``job`` rests on, nearest first."""
    found: list[str] = []
    for one in needs.get(job, []):
        found += [one, *before(one, needs)]
    return list(dict.fromkeys(found))


def dvc() -> tuple[list[str], str]:
    """``dvc.lock``: who made the file that a stage read, by path and hash."""
    import yaml

    lock = yaml.safe_load(Path("dvc.lock").read_text("utf-8"))["stages"]
    made = {
        (out["path"], out["md5"]): job for job, one in lock.items() for out in one.get("outs", [])
    }
    needs = {
        job: [
            made[found]
            for dep in one.get("deps", [])
            if (found := (dep["path"], dep["md5"])) in made
        ]
        for job, one in lock.items()
    }
    return before(LAST, needs), ""


def metaflow() -> tuple[list[str], str]:
    """Each task names those before it; the run has its flow's decorators."""
    from metaflow import Flow, namespace

    namespace(None)
    run: Any = Flow("Churn").latest_run

    def parents(task: Any) -> Iterator[str]:
        for one in task.parent_tasks:
            yield one.path_components[2]
            yield from parents(one)

    decorators = run["_parameters"].task["_graph_info"].data["decorators"]
    crons = [one["attributes"]["cron"] for one in decorators if one["name"] == "schedule"]
    return list(dict.fromkeys(parents(run[LAST].task))), " ".join(crons)


def kubeflow() -> tuple[list[str], str]:
    """The local runner leaves a folder for each task; what lies before a task stands in none."""
    names = [json.loads(file.read_text("utf-8")) for file in Path("local_outputs").rglob("*.json")]
    return [job for one in names for job in one.get("dependentTasks", [])], ""


def airflow() -> tuple[list[str], str]:
    """The database: the tasks of the last run that have succeeded, by the edges of the stored DAG."""
    with sqlite3.connect("airflow/airflow.db") as store:
        (run,) = store.execute("select run_id from dag_run order by id desc limit 1").fetchone()
        tasks = store.execute("select task_id, state from task_instance where run_id = ?", [run])
        done = {job for job, state in tasks if state == "success"}
        ((text,),) = store.execute("select data from serialized_dag").fetchall()
        ((schedule,),) = store.execute("select timetable_summary from dag").fetchall()
    store.close()
    needs: dict[str, list[str]] = {}
    for task in json.loads(text)["dag"]["tasks"]:
        for after in task["__var"].get("downstream_task_ids", []):
            needs.setdefault(after, []).append(task["__var"]["task_id"])
    return [job for job in before(LAST, needs) if job in done], str(schedule)


def dagster() -> tuple[list[str], str]:
    """Each materialization points to those that it was made of."""
    import dagster as dg

    sys.path.insert(0, ".")
    from dagster_defs import defs

    pointer = "dagster/input_event_pointer/"
    found: list[str] = []
    with dg.DagsterInstance.get() as instance:

        def of(job: str) -> dict[str, Any]:
            records = instance.fetch_materializations(dg.AssetKey(job), limit=100).records
            return {str(one.storage_id): one for one in records}

        waiting = [max(of(LAST).values(), key=lambda one: one.storage_id)]
        while waiting:
            for name, number in (waiting.pop().asset_materialization.tags or {}).items():
                if name.startswith(pointer):
                    job = name.removeprefix(pointer)
                    if number in (made := of(job)):
                        found.append(job)
                        waiting.append(made[number])
    return list(dict.fromkeys(found)), " ".join(str(one.cron_schedule) for one in defs.schedules)


def mlrun() -> tuple[list[str], str]:
    """Without its service there is no store: runs are the answer of a call and then gone."""
    import mlrun as tool

    runs = tool.get_run_db().list_runs() or []
    return [str(one["metadata"]["name"]).replace("-", "_") for one in runs], ""


STORES: dict[str, Callable[[], tuple[list[str], str]]] = {
    "DVC": dvc,
    "Metaflow": metaflow,
    "Kubeflow Pipelines": kubeflow,
    "Airflow": airflow,
    "Dagster": dagster,
    "MLRun": mlrun,
}


def main() -> None:
    logging.disable()
    upstream, schedule = STORES[sys.argv[1]]()
    print(json.dumps({"upstream": upstream, "schedule": schedule}))


if __name__ == "__main__":
    main()
