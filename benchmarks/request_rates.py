"""What the service costs at several rates of requests, and whether the price of one stays the same.

    python benchmarks/request_rates.py [--write]

Requests come at a given rate, spread over eight connections, whether the ones before are answered or not
(as far as a connection waits for its own). Counted are the processor seconds of the service's process. A
line through the lower rates is asked for the highest. ``--write`` writes
``datasets/measured/request_rates.csv``.

rate        requests answered in a second
cpu_s       processor seconds of the service in a second
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

import pandas as pd
import psutil
from machine import machine
from serving_clients import cpu_seconds, request_bytes
from serving_servers import SERVERS, prepare, running

from churn import cost_curves
from coursekit import paths
from coursekit.environment.ports import free_port

TABLE = "datasets/measured/request_rates.csv"
RATES = (10, 25, 50, 100, 200)
CONNECTIONS = 8


async def client(port: int, requests: list[bytes], first: float, every: float, end: float) -> int:
    """Ask at ``first`` and then ``every`` so many seconds, or as soon as there is an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while (at := first + answered * every) < end:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        if time.perf_counter() > end:
            break
        writer.write(requests[answered % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), head
        answered += 1
    writer.close()
    return answered


async def load(port: int, requests: list[bytes], rate: float, seconds: float) -> int:
    """How many were answered."""
    begin, every = time.perf_counter(), CONNECTIONS / rate
    clients = (
        client(port, requests, begin + number / rate, every, begin + seconds)
        for number in range(CONNECTIONS)
    )
    return sum(await asyncio.gather(*clients))


def measure(server: psutil.Process, port: int, requests: list[bytes], rate: int, seconds: float) -> dict[str, float]:  # fmt: skip
    """One row."""
    asyncio.run(load(port, requests, rate, seconds / 5))
    before, start = cpu_seconds(server), time.perf_counter()
    answered = asyncio.run(load(port, requests, rate, seconds))
    passed = time.perf_counter() - start
    cpu = (cpu_seconds(server) - before) / passed
    return {"asked": rate, "rate": round(answered / passed, 2), "cpu_s": round(cpu, 5)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each figure")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"into {TABLE}")
    given, where = parser.parse_args(), machine()  # before it is busy with this
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place, port = prepare(Path(folder), 200), free_port()
        command, path, ready = SERVERS["our service"]
        requests = [request_bytes(path, row, False, port) for row in place.customers]
        with running(command(place, port, False), port, ready, Path(folder) / "log") as server:
            for run in range(given.repeats):
                for rate in RATES:
                    rows.append(
                        {"run": run, **measure(server, port, requests, rate, given.seconds)}
                    )
                    print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    middle = table.groupby("asked")[["rate", "cpu_s"]].median()
    print(middle.assign(ms_each=1000 * middle["cpu_s"] / middle["rate"]).to_string())
    checked = cost_curves.check(cost_curves.fit_affine, middle["rate"], middle["cpu_s"])
    print(
        f"at {checked.size:.0f} requests a second: {checked.measured:.3f} measured, error {checked.error:+.0%}"
    )
    if given.write:
        about = f"# Measured by benchmarks/request_rates.py on {where}; compare cpu_s, processor seconds.\n"
        (paths.course_root() / TABLE).write_text(about + table.to_csv(index=False))


if __name__ == "__main__":
    main()
