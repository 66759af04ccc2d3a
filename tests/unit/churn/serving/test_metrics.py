"""What Prometheus reads of a service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from churn import schema
from coursekit.environment import known
from running_service import Serve, knows, model

Records = list[dict[str, Any]]


def figures(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_prometheus_reads_what_happened(serve: Serve, records: Records) -> None:
    running = serve(model(0.35), knows(records))
    metrics: Any = ("GET", "/metrics", {"headers": {}})

    running.post(records[0])
    running.post({schema.ID: "0000-AAAAA"})
    running.post({})
    running.ask(("GET", "/nowhere/1"), ("GET", "/nowhere/2"))
    running.rows()
    (answer,) = running.ask(metrics)
    assert answer.headers["content-type"].startswith("text/plain")
    found = figures(answer.text)
    decided = {
        ("model", ""): 1.0,
        ("rule", "unknown_customer"): 1.0,
    }
    for (source, reason), count in decided.items():
        labels = f'reason="{reason}",source="{source}",version="7"'
        assert found[f"churn_predictions_total{{{labels}}}"] == count
    assert found['churn_probability_bucket{le="0.3",version="7"}'] == 0
    assert found['churn_probability_bucket{le="0.4",version="7"}'] == 1
    assert found['churn_request_seconds_count{route="/v1/predict",status="200"}'] == 2
    assert found['churn_request_seconds_count{route="/v1/predict",status="422"}'] == 1
    # Paths that callers make up are one row, or they would fill the memory.
    assert found['churn_request_seconds_count{route="other",status="404"}'] == 2
    assert found["churn_evaluation_rows_total"] == 2
    assert found[f'churn_champion{{digest="{"d" * 64}",version="7"}}'] == 1
    assert found["churn_evaluation_stuck"] == 0


def test_counters_belong_to_one_service_where_feast_was_imported_before(tmp_path: Path) -> None:
    """Feast's variable has Prometheus' client keep all counters of one name in one file."""
    program = """
import feast
from prometheus_client import CollectorRegistry, Counter, generate_latest
import churn.serving.metrics
for _ in range(2):
    registry = CollectorRegistry()
    counter = Counter("asked", "how often", ["by"], registry=registry)
    counter.labels("one").inc()
    print(generate_latest(registry).decode().count('asked_total{by="one"} 1.0'))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True,
        cwd=tmp_path, check=True,
        env=known.environment() | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.split() == ["1", "1"]
