"""One customer at a time: our service, FastAPI with scikit-learn, and `mlflow models serve`.

python benchmarks/serving.py                # ten seconds for each of 18 figures: five minutes
python benchmarks/serving.py --seconds 1    # whether it works

The same model and the same customers in one run, each server a process of its own, started and
stopped in turn, with 1, 8 and 64 clients that wait for their answer before they ask again. With
look-up, a request names the customer only, and each server asks the same Feast online store.
Latencies are those of the clients, which share the machine with the server; CPU is the server's.
Then what the service's request is made of, in process, and what a row costs that must outlive its
process. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from churn import data, features, schema, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.serving import access
from coursekit.environment import known, switches

KEY = "benchmark"
CLIENTS = (1, 8, 64)
#: An MLflow model that looks the customer up before it asks the packaged one.
WITH_LOOKUP = """
import mlflow.pyfunc
import pandas as pd
from feast import FeatureStore
from mlflow.models import set_model

from churn.serving.feast_lookup import FeastLookup


class WithLookup(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.model = mlflow.pyfunc.load_model(context.artifacts["package"])
        self.lookup = FeastLookup(FeatureStore(repo_path=context.artifacts["store"]))

    def predict(self, context, model_input, params=None):
        rows = self.lookup(model_input["customerID"].tolist())
        table = pd.DataFrame(list(rows.values())).astype({"TotalCharges": "float64"})
        return self.model.predict(table)


set_model(WithLookup())
"""


@dataclass(frozen=True)
class Place:
    """What all servers share: files in a folder, and the customers who are asked for."""

    folder: Path
    customers: list[dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """Milliseconds of percentiles, requests a second, the server's CPU milliseconds a request."""

    p50: float
    p95: float
    p99: float
    rate: float
    cpu: float
    failed: int


def prepare(folder: Path, customers: int) -> Place:
    """Fit, package and sign the model, fill the feature store, make the settings."""
    from churn.serving.feast_lookup import open_record_store

    table = data.load("synthetic", n=7043)
    model = training.make_model("logistic").fit(*features.xy(table))
    packaging.package(model, table, folder / "models" / "1", threshold=0.24)
    private, _ = signing.make_keys(folder)
    signing.sign(folder / "models" / "1", private)
    (folder / "models" / "champion").write_text("1")
    asked = table.head(customers)
    open_record_store(folder / "features", asked, pd.Timestamp.now(tz="UTC"))
    (folder / "keys.json").write_text(json.dumps({KEY: access.fingerprint(KEY)}))
    (folder / "settings.json").write_text(json.dumps({"rate": 1e9, "burst": 1e9}))
    rows: Any = asked[[schema.ID, *schema.FEATURES]].to_dict("records")
    new = [{**row, "TotalCharges": None} if row["tenure"] == 0 else row for row in rows]
    return Place(folder, new)


# The servers.


def ours(place: Place, port: int, lookup: bool) -> list[str]:
    """The command that starts our service."""
    at = place.folder
    database = f"sqlite:///{at}/evaluation-{port}.db"
    command = [
        *(sys.executable, "-m", "churn.serving", "--port", str(port), "--models", f"{at}/models"),
        *("--public-key", f"{at}/{signing.PUBLIC_KEY}", "--keys", f"{at}/keys.json"),
        *("--evaluation-store", database, "--journal", f"{at}/journal-{port}"),
        *("--settings", f"{at}/settings.json"),
    ]
    return [*command, "--features", f"{at}/features"] if lookup else command


def plain(place: Place, port: int, lookup: bool) -> list[str]:
    """The command that starts FastAPI with scikit-learn: this file."""
    place_of = [str(place.folder), str(port), str(int(lookup))]
    return [sys.executable, __file__, "--serve-plain", *place_of]


def mlflow_serve(place: Place, port: int, lookup: bool) -> list[str]:
    """The command that starts `mlflow models serve`."""
    package = place.folder / "models" / "1"
    if lookup:
        package = place.folder / "with_lookup"
        if not package.exists():
            _package_with_lookup(place, package)
    return [
        *(sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(package)),
        *("--env-manager", "local", "--port", str(port)),
    ]


def _package_with_lookup(place: Place, package: Path) -> None:
    import mlflow.pyfunc

    code = place.folder / "with_lookup.py"
    code.write_text(WITH_LOOKUP)
    artifacts = {"package": str(place.folder / "models" / "1"), "store": str(place.folder / "features")}  # fmt: skip
    mlflow.pyfunc.save_model(
        str(package), python_model=str(code), artifacts=artifacts, pip_requirements=["mlflow"]
    )


def serve_plain(folder: Path, port: int, lookup: bool) -> None:
    """What one writes first: Pydantic, a data frame, ``predict_proba``."""
    import skops.io
    import uvicorn
    from fastapi import FastAPI

    from churn.serving.schemas import PredictionRequest

    path = folder / "models" / "1" / "artifacts" / "model.skops"
    model, app = skops.io.load(path, trusted=list(packaging.TRUSTED)), FastAPI()
    find: Any = None
    if lookup:
        from feast import FeatureStore

        from churn.serving.feast_lookup import FeastLookup

        find = FeastLookup(FeatureStore(repo_path=str(folder / "features")))

    def predict(request: Any) -> dict[str, float]:
        row = find([request.customerID])[request.customerID] if find else request.given()
        table = features.features(pd.DataFrame([row]).astype({"TotalCharges": "float64"}))
        return {"probability": float(model.predict_proba(table)[0, 1])}

    def ready() -> dict[str, str]:
        return {}

    predict.__annotations__["request"] = PredictionRequest
    app.post("/v1/predict")(predict)
    app.get("/ready")(ready)
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


SERVERS: dict[str, tuple[Callable[[Place, int, bool], list[str]], str, str]] = {
    "our service": (ours, "/v1/predict", "/ready"),
    "FastAPI + scikit-learn": (plain, "/v1/predict", "/ready"),
    "mlflow models serve": (mlflow_serve, "/invocations", "/ping"),
}


@contextlib.contextmanager
def running(command: list[str], port: int, ready: str, log: Path) -> Iterator[psutil.Process]:
    """The server, once it is ready; it is stopped with SIGTERM."""
    # `mlflow models serve` looks for uvicorn on the path.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    env = known.environment(switches.REPEATABLE, {"PATH": path})
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
        try:
            for _ in range(3000):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}"):  # fmt: skip
                    break
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
                time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def request_bytes(path: str, row: dict[str, Any], lookup: bool, port: int) -> bytes:
    """A whole HTTP request."""
    fields: dict[str, Any] = {schema.ID: row[schema.ID]} if lookup else row
    if path == "/invocations":
        if not lookup:
            fields = {name: fields[name] for name in schema.FEATURES}
            fields["TotalCharges"] = fields["TotalCharges"] or 0.0
        fields = {"dataframe_records": [fields]}
    body = json.dumps(fields).encode()
    lines = [
        f"POST {path} HTTP/1.1", f"host: 127.0.0.1:{port}", f"{access.HEADER}: {KEY}",
        "content-type: application/json", f"content-length: {len(body)}", "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + body


# The clients.


async def client(port: int, requests: list[bytes], end: float, times: list[float]) -> int:
    """Ask, wait for the answer, ask again until ``end``. Returns how many were not 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    failed = number = 0
    while time.perf_counter() < end:
        start = time.perf_counter()
        writer.write(requests[number % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - start)
        failed += not head.startswith(b"HTTP/1.1 200")
        number += 1
    writer.close()
    return failed


async def load(port: int, requests: list[bytes], clients: int, seconds: float) -> tuple[list[float], int]:  # fmt: skip
    """Latencies of all answers, and how many were not 200."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    share = [requests[number::clients] or requests for number in range(clients)]
    failed = await asyncio.gather(*(client(port, one, end, times) for one in share))
    return times, sum(failed)


def cpu_seconds(server: psutil.Process) -> float:
    """Of the server and its children so far."""
    times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def measure(server: psutil.Process, port: int, requests: list[bytes], clients: int, seconds: float) -> Measured:  # fmt: skip
    """One figure, after a warm-up of a fifth of the time."""
    import uvloop

    uvloop.run(load(port, requests, clients, seconds / 5))
    before = cpu_seconds(server)
    times, failed = uvloop.run(load(port, requests, clients, seconds))
    cpu = (cpu_seconds(server) - before) / len(times)
    p50, p95, p99 = (1000 * float(q) for q in np.percentile(times, [50, 95, 99]))
    return Measured(p50, p95, p99, len(times) / seconds, 1000 * cpu, failed)


def compare(place: Place, seconds: float, lookup: bool) -> None:
    """All servers with all numbers of clients, and their ratios to the last one."""
    print(f"\n{'with' if lookup else 'without'} feature look-up")
    print(f"{'':24}clients  p50 ms  p95 ms  p99 ms     req/s  CPU ms  failed")
    found: dict[tuple[str, int], Measured] = {}
    for name, (command, path, ready) in SERVERS.items():
        port = free_port()
        requests = [request_bytes(path, row, lookup, port) for row in place.customers]
        log = place.folder / f"{port}.log"
        with running(command(place, port, lookup), port, ready, log) as server:
            for clients in CLIENTS:
                one = found[name, clients] = measure(server, port, requests, clients, seconds)
                print(
                    f"{name:24}{clients:7}{one.p50:8.2f}{one.p95:8.2f}{one.p99:8.2f}"
                    f"{one.rate:10.0f}{one.cpu:8.3f}{one.failed:8}",
                    flush=True,
                )
    first, *_, last = SERVERS
    for clients in CLIENTS:
        mine, theirs = found[first, clients], found[last, clients]
        print(
            f"{first} against {last}, {clients} client(s): {mine.rate / theirs.rate:.1f} x the "
            f"requests, {theirs.cpu / mine.cpu:.1f} x less CPU"
        )


# In process.


def limit(place: Place, seconds: float) -> None:
    """What a request of our service is made of, each part alone, in CPU microseconds."""
    from churn.serving import __main__ as program
    from churn.serving.answers import prediction, row
    from churn.serving.app import create_app
    from churn.serving.predictor import Outcome
    from churn.serving.schemas import PredictionRequest

    logging.getLogger("churn").setLevel(logging.WARNING)
    service = program.build(program.arguments().parse_args(ours(place, 1, lookup=False)[3:]))
    app = create_app(service)
    service.champions.refresh()
    champion = service.champions.current
    assert champion is not None
    bodies = [json.dumps(row).encode() for row in place.customers]
    requests = [PredictionRequest.model_validate_json(body) for body in bodies]
    records = [request.given() for request in requests]
    outcomes = [
        Outcome(request.customerID, record, champion, probability=0.5)
        for request, record in zip(requests, records, strict=True)
    ]
    predictions = [prediction(outcome, "t") for outcome in outcomes]
    rows = [
        row(answer, outcome, "2025-01-01", KEY, 1.0)
        for answer, outcome in zip(predictions, outcomes, strict=True)
    ]
    parts: dict[str, Callable[[int], Any]] = {
        "the model's score (the limit)": lambda i: champion.score(records[i : i + 1]),
        "reading and checking the request": lambda i: PredictionRequest.model_validate_json(bodies[i]),
        "writing the row": lambda i: service.recorder.record(rows[i : i + 1]),
        "the answer": lambda i: prediction(outcomes[i], "t").model_dump_json(),
    }  # fmt: skip
    whole, asked = per_request(app, bodies, seconds / 2)
    before = time.process_time()
    service.recorder.move()
    moving = 1e6 * (time.process_time() - before) / asked
    cost = {name: per_call(part, len(bodies), seconds / 4) for name, part in parts.items()}
    service.close()
    score = next(iter(cost.values()))
    cost["the rest: FastAPI, access, trace, figures"] = whole - sum(cost.values())
    cost["together, without a network"] = whole
    cost["afterwards: its row into the database"] = moving
    print("\nin process, CPU microseconds a request")
    for name, microseconds in cost.items():
        print(f"{name:44}{microseconds:8.1f}")
    print(
        f"share of the limit: {score / whole:.1%}, with the row's way {score / (whole + moving):.1%}"
    )


def per_call(part: Callable[[int], Any], count: int, seconds: float) -> float:
    """CPU microseconds of ``part(i)``."""
    end, calls, before = time.perf_counter() + seconds, 0, time.process_time()
    while time.perf_counter() < end:
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
        while time.perf_counter() < end:
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


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each figure")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--in-process", action="store_true", help="leave the servers out")
    parser.add_argument("--serve-plain", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve_plain:
        folder, port, lookup = given.serve_plain
        serve_plain(Path(folder), int(port), bool(int(lookup)))
        return
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        place = prepare(Path(folder), given.customers)
        limit(place, given.seconds)
        journal(place.folder, given.seconds)
        if not given.in_process:
            for lookup in (False, True):
                compare(place, given.seconds, lookup)


if __name__ == "__main__":
    main()
