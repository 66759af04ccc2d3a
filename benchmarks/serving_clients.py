"""Clients that wait for their answer before they ask again, and what they and the server measured."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
from serving_servers import KEY

from churn import schema
from churn.serving import access


@dataclass(frozen=True)
class Measured:
    """Milliseconds of percentiles, requests a second, the server's CPU milliseconds a request."""

    p50: float
    p95: float
    p99: float
    rate: float
    cpu: float
    failed: int


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
