"""The deployment paradigms side by side: how long one waits, how fresh a score is, what it costs.

python benchmarks/paradigms.py            # two to four minutes
python benchmarks/paradigms.py --write    # and the table of the lesson, datasets/measured/paradigms.csv

One model and the same kind of customers in one run, one paradigm after the other:

wait_p50_ms, wait_p95_ms  from the question to the answer. Where scores are made before anybody asks,
                          that is a look-up in the database that keeps them.
fresh_s                   from an event (for the batch: from the start of the job, with 200 thousand
                          customers) until its score can be looked up, in the middle; 0 where the
                          score is made from what the question says.
cpu_s_per_million         processor time for a million scores, that of a network's other end left out.
ships_kb                  what is sent to where the score is made.

Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import scoring
from machine import machine
from serving_clients import cpu_seconds, measure, request_bytes
from serving_servers import SERVERS, Prepared, prepare, running

from churn import schema
from churn.registry import packaging
from churn.registry.gates.evidence import Scorer
from churn.registry.supply_chain import signing
from churn.scoring import EventScores, ScoreStore, broker, engines
from churn.serving import handler
from churn.serving.champion import onnx_score
from coursekit import paths
from coursekit.environment import known, switches
from coursekit.environment.ports import free_port
from coursekit.exercises.redis_server import redis_server

TABLE = "datasets/measured/paradigms.csv"
COLUMNS = ("wait_p50_ms", "wait_p95_ms", "fresh_s", "cpu_s_per_million", "ships_kb")
BASE = 200_000
Row = dict[str, float]


def waits(seconds: Iterable[float]) -> Row:
    """Percentiles in milliseconds."""
    p50, p95 = (1000 * float(q) for q in np.percentile(list(seconds), [50, 95]))
    return {"wait_p50_ms": p50, "wait_p95_ms": p95}


def timed(ask: Callable[[Any], Any], questions: Iterable[Any]) -> list[float]:
    """Seconds of each call."""
    found = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        found.append(time.perf_counter() - start)
    return found


def batch(prepared: Prepared) -> Row:
    """The whole base by Polars and ONNX Runtime into SQLite, and look-ups of what is kept."""
    model, base = prepared.folder / "models" / "1", scoring.make_base(prepared.folder, BASE)
    store = ScoreStore(f"sqlite:///{prepared.folder / 'scores.db'}")
    start, cpu = time.perf_counter(), time.process_time()
    store.write("one", dt.date(2025, 4, 30), engines.score("polars", model, base))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    asked = [f"{number % 2:04d}-{17 * number:06d}" for number in range(2000)]
    found = timed(store.look_up, asked)
    store.close()
    return {**waits(found), "fresh_s": seconds, "cpu_s_per_million": 1e6 * cpu / BASE}


def events_of(prepared: Prepared, count: int) -> list[dict[str, Any]]:
    """Events about customers who have had a bill, each with an id and a time of its own."""
    who = itertools.cycle(row for row in prepared.customers if row["tenure"])
    times = [dt.datetime(2025, 9, 1) + dt.timedelta(minutes=number) for number in range(count)]
    return [
        {**row, "event_id": f"e{number}", "event_time": at.isoformat()}
        for number, (at, row) in enumerate(zip(times, who, strict=False))
    ]


def look_ups(store: EventScores, prepared: Prepared) -> Row:
    asked = [row[schema.ID] for row in prepared.customers]
    return waits(timed(store.latest, itertools.islice(itertools.cycle(asked), 2000)))


def streaming(prepared: Prepared) -> Row:
    """Spark Structured Streaming, 500 events a micro-batch; the first, slower one does not count."""
    from churn.scoring.micro_batches import score_arriving
    from churn.spark.session import session

    inbox, size, files = prepared.folder / "inbox", 500, 9
    inbox.mkdir()
    events = events_of(prepared, size * files)
    for number in range(files):
        part = events[number * size : (number + 1) * size]
        (inbox / f"{number}.json").write_text("\n".join(map(json.dumps, part)))
        os.utime(inbox / f"{number}.json", (number, number))  # Spark takes the oldest first
    store = EventScores(f"sqlite:///{prepared.folder / 'stream.db'}")
    ask, me = packaging.scorer(prepared.folder / "models" / "1", "onnx"), psutil.Process()
    with session(prepared.folder / "spark", "local[1]") as spark:
        before = cpu_seconds(me)
        query = score_arriving(spark, inbox, prepared.folder / "checkpoint", ask, 0.24, store, late="1 day")  # fmt: skip
        query.awaitTermination()
        cpu = cpu_seconds(me) - before
        took = [p.durationMs["triggerExecution"] / 1000 for p in query.recentProgress if p.numInputRows]  # fmt: skip
    kept = look_ups(store, prepared)
    store.close()
    return {**kept, "fresh_s": float(np.median(took[1:])), "cpu_s_per_million": 1e6 * cpu / len(events)}  # fmt: skip


class Stamped(EventScores):
    """Knows when each event's score was kept."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept: dict[str, float] = {}

    def record(self, rows: pd.DataFrame, micro_batch: tuple[str, int] | None = None) -> int:
        new = super().record(rows, micro_batch)
        self.kept.update(dict.fromkeys(rows["event_id"], time.perf_counter()))
        return new


def message_broker(prepared: Prepared, count: int = 300) -> Row:
    """Redis Streams with one consumer; an event every 20 milliseconds, one after the other."""
    store = Stamped(f"sqlite:///{prepared.folder / 'broker.db'}")
    ask = _frames(prepared.folder / "models" / "1")
    sent: dict[str, float] = {}
    done = threading.Event()
    with redis_server(prepared.folder) as client:
        consumer = threading.Thread(
            target=broker.consume,
            args=(client, "news", "scorers", "one", ask, 0.24, store),
            kwargs={"go_on": lambda: not done.is_set()},
        )
        consumer.start()
        cpu = time.process_time()
        for event in events_of(prepared, count):
            sent[event["event_id"]] = time.perf_counter()
            broker.publish(client, "news", [event])
            time.sleep(0.02)
        cpu = time.process_time() - cpu
        while len(store.kept) < count:
            time.sleep(0.05)
        done.set()
        consumer.join()
    fresh = [store.kept[name] - start for name, start in sent.items()]
    kept = look_ups(store, prepared)
    store.close()
    return {**kept, "fresh_s": float(np.median(fresh)), "cpu_s_per_million": 1e6 * cpu / count}


def _frames(model: Path) -> Scorer:
    """A champion's scores for a frame, without MLflow's checks of it."""
    score = onnx_score(model / "artifacts" / "model.onnx")
    return lambda X: score([dict(zip(X.columns, row, strict=True)) for row in X.to_numpy()])


def real_time(prepared: Prepared, lookup: bool, seconds: float) -> Row:
    """The telco's service as a process of its own, one client."""
    port = free_port()
    command, path, ready = SERVERS["our service"]
    requests = [request_bytes(path, row, lookup, port) for row in prepared.customers]
    log = prepared.folder / f"{port}.log"
    with running(command(prepared, port, lookup), port, ready, log) as server:
        found = measure(server, port, requests, 1, seconds)
    assert not found.failed
    return {
        "wait_p50_ms": found.p50, "wait_p95_ms": found.p95, "fresh_s": 0.0,
        "cpu_s_per_million": 1000 * found.cpu,
    }  # fmt: skip


def function(prepared: Prepared, starts: int = 7) -> dict[str, Row]:
    """The function handler in fresh processes: the first answer of each, and those after it."""
    public = prepared.folder / signing.PUBLIC_KEY
    env = known.environment(switches.REPEATABLE, handler.release(prepared.folder / "models" / "1", "1", public))  # fmt: skip
    events = [json.dumps({"body": json.dumps(row)}) + "\n" for row in prepared.customers]
    cold, warm, cpu = [], list[float](), [0.0, 0.0]
    for _ in range(starts):
        start = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "churn.serving.handler"], env=env, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            assert process.stdin
            assert process.stdout
            answers, ask = process.stdout, process.stdin.write

            def answer(event: str, ask: Any = ask, answers: Any = answers) -> None:
                ask(event)
                assert json.loads(answers.readline())["statusCode"] == 200

            answer(events[0])
            cold.append(time.perf_counter() - start)
            first = cpu_seconds(psutil.Process(process.pid))
            warm += timed(answer, events[1:200])
            later = cpu_seconds(psutil.Process(process.pid))
            cpu = [cpu[0] + first, cpu[1] + later - first]
            process.stdin.close()
    return {
        "function, cold": {**waits(cold), "fresh_s": 0.0, "cpu_s_per_million": 1e6 * cpu[0] / starts},
        "function, warm": {**waits(warm), "fresh_s": 0.0, "cpu_s_per_million": 1e6 * cpu[1] / len(warm)},
    }  # fmt: skip


def edge(prepared: Prepared) -> Row:
    """ONNX Runtime where the question is asked, here in this process."""
    file = prepared.folder / "models" / "1" / "artifacts" / "model.onnx"
    score, rows = onnx_score(file), [[row] for row in prepared.customers]
    timed(score, rows)
    cpu = time.process_time()
    found = timed(score, rows)
    cpu = time.process_time() - cpu
    return {
        **waits(found), "fresh_s": 0.0, "cpu_s_per_million": 1e6 * cpu / len(rows),
        "ships_kb": file.stat().st_size / 1000,
    }  # fmt: skip


def measure_all(prepared: Prepared, seconds: float) -> pd.DataFrame:
    """A row for each way to a prediction."""
    found: dict[str, Row] = {
        "batch": batch(prepared),
        "streaming": streaming(prepared),
        "message broker": message_broker(prepared),
        "real time": real_time(prepared, lookup=False, seconds=seconds),
        "real time, look-up": real_time(prepared, lookup=True, seconds=seconds),
        **function(prepared),
        "edge": edge(prepared),
    }
    table = pd.DataFrame(found, index=list(COLUMNS)).T.rename_axis("way")
    return table.map(lambda value: float(f"{value:.3g}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each server")
    parser.add_argument("--write", action="store_true", help=f"into {TABLE}")
    given = parser.parse_args()
    for name in ("mlflow", "churn"):
        logging.getLogger(name).setLevel(logging.ERROR)
    about = f"# Measured by benchmarks/paradigms.py on {machine()}.\n"
    with tempfile.TemporaryDirectory() as folder:
        table = measure_all(prepare(Path(folder), 500), given.seconds)
    print(about + table.to_string())
    if given.write:
        file = paths.course_root() / TABLE
        file.parent.mkdir(exist_ok=True)
        file.write_text(about + table.to_csv())


if __name__ == "__main__":
    main()
