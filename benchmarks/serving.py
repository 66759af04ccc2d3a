"""One customer at a time: our service, FastAPI with scikit-learn, and `mlflow models serve`.

python benchmarks/serving.py                # ten seconds for each of 18 figures: five minutes
python benchmarks/serving.py --seconds 1    # whether it works
python benchmarks/serving.py --write        # and the lesson's table, datasets/measured/serving.csv

The same model and the same customers in one run, each server a process of its own, started and
stopped in turn, with 1, 8 and 64 clients that wait for their answer before they ask again. With
look-up, a request names the customer only, and each server asks the same Feast online store.
Latencies are those of the clients, which share the machine with the server; CPU is the server's.
Before that what the service's request is made of, in process, what tracing and a thread for the model
would cost it, and what a row costs that must outlive its process. What the server's CPU has beyond that
is the HTTP server and its sockets. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import tempfile
from pathlib import Path

import pandas as pd
from machine import machine
from serving_clients import Measured, measure, request_bytes
from serving_parts import choices, journal, limit
from serving_servers import SERVERS, Prepared, prepare, running, serve_plain

from coursekit import paths
from coursekit.environment.ports import free_port

CLIENTS = (1, 8, 64)
COLUMNS = ["server", "look_up", "clients", "p50_ms", "p95_ms", "p99_ms", "requests_per_s", "cpu_ms", "failed"]  # fmt: skip
TABLE = paths.course_root() / "datasets/measured/serving.csv"


def compare(prepared: Prepared, seconds: float, lookup: bool, inside: float) -> pd.DataFrame:
    """All servers with all numbers of clients, and their ratios to the last one.

    Args:
        inside: CPU microseconds of a request of our service, all but server and sockets.

    Returns:
        A row for each server and number of clients.
    """
    print(f"\n{'with' if lookup else 'without'} feature look-up")
    print(f"{'':24}clients  p50 ms  p95 ms  p99 ms     req/s  CPU ms  failed")
    found: dict[tuple[str, int], Measured] = {}
    for name, (command, path, ready) in SERVERS.items():
        port = free_port()
        requests = [request_bytes(path, row, lookup, port) for row in prepared.customers]
        log = prepared.folder / f"{port}.log"
        with running(command(prepared, port, lookup), port, ready, log) as server:
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
    for clients in CLIENTS:
        whole = 1000 * found[first, clients].cpu
        print(
            f"{first}, {clients} client(s), CPU microseconds: {whole:.0f}, of them in process, with "
            f"the row's way {inside:.0f}, HTTP server and sockets {whole - inside:.0f}"
        )
    return pd.DataFrame(
        [
            (server, "yes" if lookup else "no", clients, *dataclasses.astuple(one))
            for (server, clients), one in found.items()
        ],
        columns=COLUMNS,
    )


def write(tables: list[pd.DataFrame], where: str) -> None:
    """The lesson's table; ``where`` is the machine, asked before it was busy with this."""
    figures = pd.concat(tables)
    about = f"# Measured by benchmarks/serving.py on {where}.\n"
    digits = dict.fromkeys(COLUMNS[3:6], 2) | {"requests_per_s": 0, "cpu_ms": 3}
    text = figures.round(digits).astype({"requests_per_s": int}).to_csv(index=False)
    TABLE.write_text(about + text)
    print(f"\nwritten: {TABLE.name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each figure")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--write", action="store_true", help=f"into datasets/measured/{TABLE.name}")
    parser.add_argument("--in-process", action="store_true", help="leave the servers out")
    parser.add_argument("--serve-plain", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve_plain:
        folder, port, lookup = given.serve_plain
        serve_plain(Path(folder), int(port), bool(int(lookup)))
        return
    where = machine()
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(Path(folder), given.customers)
        inside = {lookup: limit(prepared, given.seconds, lookup) for lookup in (False, True)}
        choices(prepared, given.seconds)
        journal(prepared.folder, given.seconds)
        if not given.in_process:
            tables = [
                compare(prepared, given.seconds, lookup, each) for lookup, each in inside.items()
            ]
            if given.write:
                write(tables, where)


if __name__ == "__main__":
    main()
