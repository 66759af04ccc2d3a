"""What a request of our service is made of, in process, and what it costs to keep a row."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from feast import FeatureStore
from serving_servers import KEY, Prepared, ours

from churn import schema
from churn.serving import __main__ as program
from churn.serving import access, answers, gate
from churn.serving.app import create_app
from churn.serving.feast_lookup import FeastLookup
from churn.serving.predictor import Outcome
from churn.serving.schemas import PredictionRequest
from churn.serving.spans import Spans, exporter
from churn.serving.tracing import JsonFormatter


def limit(prepared: Prepared, seconds: float, lookup: bool) -> float:
    """What a request of our service is made of, each part alone, in CPU microseconds.

    Returns:
        All that it costs but for the server and its sockets.
    """
    port = 1 + lookup
    service = program.build(program.arguments().parse_args(ours(prepared, port, lookup)[3:]))
    app = create_app(service)
    service.champions.refresh()
    champion = service.champions.current
    assert champion is not None
    whole_records = [json.dumps(row).encode() for row in prepared.customers]
    names = [json.dumps({schema.ID: row[schema.ID]}).encode() for row in prepared.customers]
    bodies = names if lookup else whole_records
    requests = [PredictionRequest.model_validate_json(body) for body in whole_records]
    records = [request.given() for request in requests]
    outcomes = [
        Outcome(request.customerID, record, champion, probability=0.5)
        for request, record in zip(requests, records, strict=True)
    ]
    predictions = [answers.prediction(outcome, "t") for outcome in outcomes]
    rows = [
        answers.row(answer, outcome, "2025-01-01", KEY, 1.0)
        for answer, outcome in zip(predictions, outcomes, strict=True)
    ]
    parts: dict[str, Callable[[int], Any]] = {
        "the model's score (the limit)": lambda i: champion.score(records[i : i + 1]),
        "reading and checking the request": lambda i: PredictionRequest.model_validate_json(bodies[i]),
        "writing the row": lambda i: service.recorder.record(rows[i : i + 1]),
        "the answer": lambda i: answers.prediction(outcomes[i], "t").model_dump_json(),
        "the line in the log": lambda i: gate.log.info("%s %s", "POST", "/v1/predict", extra=_LOGGED),
    }  # fmt: skip
    if lookup:
        store = FeastLookup(FeatureStore(repo_path=str(prepared.folder / "features")))
        asked_for = [row[schema.ID] for row in prepared.customers]
        parts["the look-up in Feast"] = lambda i: store(asked_for[i : i + 1])
    with _logging_to(prepared.folder / f"log-{port}"):
        per_request(app, bodies, seconds / 10)
        service.recorder.move()
        whole, asked = per_request(app, bodies, seconds / 2)
        before = time.process_time()
        service.recorder.move()
        moving = 1e6 * (time.process_time() - before) / asked
        cost = {name: per_call(part, len(bodies), seconds / 4) for name, part in parts.items()}
    service.close()
    score = next(iter(cost.values()))
    rest = "the rest: access, trace, figures" + (", threads" if lookup else "")
    cost[rest] = whole - sum(cost.values())
    cost["together, without a network"] = whole
    cost["afterwards: its row into the database"] = moving
    print(f"\nin process, {'with' if lookup else 'without'} look-up, CPU microseconds a request")
    for name, microseconds in cost.items():
        print(f"{name:44}{microseconds:8.1f}")
    print(
        f"share of the limit: {score / whole:.1%}, with the row's way {score / (whole + moving):.1%}"
    )
    return whole + moving


#: What the gate writes of a request.
_LOGGED = {"status": 200, "route": "/v1/predict", "milliseconds": 0.345}


@contextlib.contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """The service's log as its program writes it; elsewhere this benchmark has none."""
    logger, handler = logging.getLogger("churn"), logging.StreamHandler(file.open("w"))
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.WARNING)
        handler.stream.close()


def choices(prepared: Prepared, seconds: float) -> None:
    """What it would cost a request to be traced, and to have the model asked in a thread."""
    bodies = [json.dumps(row).encode() for row in prepared.customers]
    found: dict[str, float] = {}
    for name, share, own_thread in (
        ("as it is: no traces, model in the loop", None, False),
        ("one trace in a hundred, to a file", 0.01, False),
        ("every trace, to a file", 1.0, False),
        ("no traces, model in a thread", None, True),
    ):
        service = program.build(program.arguments().parse_args(ours(prepared, 3, lookup=False)[3:]))
        service.champions.refresh()
        champion = service.champions.current
        assert champion is not None
        service.champions.current = replace(champion, seconds=1.0 if own_thread else 0.0)
        sink = None if share is None else Spans(exporter(str(prepared.folder / "traces")), share)
        service.recorder.sink = sink
        app = create_app(replace(service, sink=sink))
        per_request(app, bodies, seconds / 10)
        before = time.process_time()
        _, asked = per_request(app, bodies, seconds / 2)
        service.recorder.move()
        if sink is not None:
            sink.close()  # exports the rest
        found[name] = 1e6 * (time.process_time() - before) / asked
        service.close()
    print("\nchoices, CPU microseconds a request with all that follows")
    first = next(iter(found.values()))
    for name, microseconds in found.items():
        print(f"{name:44}{microseconds:8.1f}{microseconds / first:8.2f} x")


def per_call(part: Callable[[int], Any], count: int, seconds: float) -> float:
    """CPU microseconds of ``part(i)``."""
    end, calls, before = time.perf_counter() + seconds, 0, time.process_time()
    while not calls or time.perf_counter() < end:
        part(calls % count)
        calls += 1
    return 1e6 * (time.process_time() - before) / calls


def per_request(app: Any, bodies: list[bytes], seconds: float) -> tuple[float, int]:
    """CPU microseconds of the ASGI application, called as a server calls it, and how often it was."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/v1/predict", "raw_path": b"/v1/predict", "query_string": b"",
        "root_path": "", "headers": [(access.HEADER.encode(), KEY.encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
    }  # fmt: skip

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200

    async def ask() -> tuple[float, int]:
        end, calls, before = time.perf_counter() + seconds, 0, time.process_time()
        while not calls or time.perf_counter() < end:
            message = {"type": "http.request", "body": bodies[calls % len(bodies)]}

            async def receive(message: dict[str, Any] = message) -> dict[str, Any]:
                return message

            await app({**scope, "state": {}}, receive, send)
            calls += 1
        return 1e6 * (time.process_time() - before) / calls, calls

    return asyncio.run(ask())


def journal(folder: Path, seconds: float) -> None:
    """What it costs to keep a row in four ways, by what the row outlives."""
    row = json.dumps({"prediction_id": "0" * 32, "known": "x" * 700}).encode() + b"\n"
    kept: list[bytes] = []
    file = os.open(folder / "rows", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    database = sqlite3.connect(folder / "rows.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, row BLOB)")

    def write_through(_: int) -> None:
        os.write(file, row)
        os.fsync(file)

    ways: dict[str, Callable[[int], Any]] = {
        "a list, moved later: outlives nothing": lambda _: kept.append(row),
        "appended to a file: outlives its process": lambda _: os.write(file, row),
        "a commit in SQLite (WAL): its process": lambda _: database.execute("INSERT INTO rows (row) VALUES (?)", (row,)),
        "appended and fsync: a power cut": write_through,
    }  # fmt: skip
    print("\na row before its answer, microseconds (wall clock, median and p99)")
    for name, way in ways.items():
        times, end = [], time.perf_counter() + seconds / 4
        while time.perf_counter() < end:
            start = time.perf_counter()
            way(0)
            times.append(time.perf_counter() - start)
        p50, p99 = 1e6 * np.percentile(times, [50, 99])
        print(f"{name:44}{p50:9.1f}{p99:10.1f}")
    os.close(file)
    database.close()
