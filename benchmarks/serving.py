"""One customer at a time: our service, FastAPI with scikit-learn, and `mlflow models serve`.

python benchmarks/serving.py                # ten seconds for each of 18 figures: five minutes
python benchmarks/serving.py --seconds 1    # whether it works

The same model and the same customers in one run, each server a process of its own, started and
stopped in turn, with 1, 8 and 64 clients that wait for their answer before they ask again. With
look-up, a request names the customer only, and each server asks the same Feast online store.
Latencies are those of the clients, which share the machine with the server; CPU is the server's.
Before that what the service's request is made of, in process, what tracing and a thread for the model
would cost it, and what a row costs that must outlive its process. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path

from serving_clients import Measured, measure, request_bytes
from serving_parts import choices, journal, limit
from serving_servers import SERVERS, Place, prepare, running, serve_plain

from coursekit.environment.ports import free_port

CLIENTS = (1, 8, 64)


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
        choices(place, given.seconds)
        journal(place.folder, given.seconds)
        if not given.in_process:
            for lookup in (False, True):
                compare(place, given.seconds, lookup)


if __name__ == "__main__":
    main()
