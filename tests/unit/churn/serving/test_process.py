"""The service as a process of its own: the champion is swapped, it is killed, and it is ended."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from churn import schema
from running_service import Signed
from service_process import KEY, Clients, Deployed, wait

Records = list[dict[str, Any]]
#: A service whose feature store never answers.
HANGS = """
import sys, threading
from churn.serving import __main__ as program
from churn.serving.app import create_app
from churn.serving.context import Context
from churn.serving.predictor import Predictor
from dataclasses import replace
import uvicorn

given = program.arguments().parse_args(sys.argv[1:])
service = program.build(given)
context = Context(lambda customers: threading.Event().wait(), service.settings)
service = replace(service, predictor=Predictor(lambda: service.champions.current, context, service.settings))
uvicorn.run(create_app(service), port=given.port, log_config=None)
"""


def answered_by(version: str, answers: list[httpx.Response], seen: int) -> bool:
    return version in [one.json()["model_version"] for one in answers[seen:]]


def test_swapped_killed_and_ended_it_loses_nothing(
    tmp_path: Path, signed: Signed, records: Records
) -> None:
    deployed = Deployed(tmp_path, signed)
    with deployed.running() as (process, address):
        clients = Clients(address, records)
        clients.more()
        for version in ("two", "one", "two"):
            deployed.release(version)
            seen = len(clients.answers)
            clients.wait(partial(answered_by, version, clients.answers, seen))
        deployed.release("three")
        wait(lambda: b"version three is refused" in deployed.log.read_bytes())
        clients.more()
        assert clients.broken == 0  # not one request was dropped
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed = datetime.now(UTC).isoformat()
        answered = clients.end()
    thresholds = {(one["model_version"], one["threshold"]) for one in answered}
    assert thresholds == {("one", 0.24), ("two", 0.75)}
    for one in answered:
        assert one["source"] == "model"
        assert one["contact"] == (one["probability"] >= one["threshold"])

    # What the killed process had not moved, the next one moves.
    deployed.release("one")
    deployed.set(budget=0.5)
    with deployed.running("-c", HANGS) as (process, address):
        wait(lambda: {one["prediction_id"] for one in answered} <= set(deployed.kept()))
        clients = Clients(address, records)
        clients.more()
        # A look-up that never returns does not keep it alive.
        asked = {schema.ID: records[0][schema.ID]}
        slow = httpx.post(
            f"{address}/v1/predict", json=asked, headers={"x-api-key": KEY}, timeout=None
        ).json()
        assert slow["reason"] == "store_slow"
        process.send_signal(signal.SIGTERM)
        wait(lambda: process.poll() is not None)
        later = [slow, *clients.end()]
        assert process.returncode in (0, -signal.SIGTERM)
    kept = deployed.kept()
    for one in [*answered, *later]:
        row = kept[one["prediction_id"]]
        assert (row["probability"], row["trace_id"]) == (one["probability"], one["trace_id"])
    assert list(deployed.journal.iterdir()) == []
    # A row without an answer is one whose answer was on its way when the process was killed: three
    # asked. One that is told to end sends its answers first.
    before = sum(row["at"] < killed for row in kept.values())
    assert 0 <= before - len(answered) <= 3
    assert len(kept) - before == len(later)

    lines = [json.loads(line) for line in deployed.log.read_text().splitlines()]
    logged = {line["trace_id"] for line in lines if line["logger"] == "churn.serving.access"}
    # The line follows the answer: it is missing for those that were sent as the process was killed.
    assert len({one["trace_id"] for one in answered} - logged) <= 3
    assert not [line for line in lines if "exception" in line]
