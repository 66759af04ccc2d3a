"""Scoring a base by each engine, side by side: rows per second, memory, and where Spark pays.

python benchmarks/scoring.py                                # 10 thousand to a million customers
python benchmarks/scoring.py --rows 10000 10000000 --engines onnx polars spark
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from churn import data, features, schema, training
from churn.registry import packaging
from churn.scoring import ScoreStore, engines

PART = 100_000


def make_base(folder: Path, rows: int) -> Path:
    """Simulated customers in parts of a hundred thousand, each with its own ids."""
    base = folder / f"base-{rows}"
    base.mkdir()
    drawn = data.load("synthetic", n=min(rows, PART), seed=3).drop(columns=schema.TARGET)
    for part in range(-(-rows // PART)):
        size = min(PART, rows - part * PART)
        ids = [f"{part:04d}-{number:06d}" for number in range(size)]
        frame = drawn.head(size).assign(**{schema.ID: ids})
        pq.write_table(pa.Table.from_pandas(frame), base / f"{part:04d}.parquet")
    return base


@contextmanager
def opened(engine: str, folder: Path) -> Iterator[object]:
    """A Spark session for the engine that needs one."""
    if engine != "spark":
        yield None
        return
    from churn.spark.session import session

    with session(folder / "spark") as spark:
        yield spark


def measure(engine: engines.Engine, model: Path, base: Path, folder: Path) -> dict[str, float]:
    """One engine in this process, which does nothing else: its peak memory is the process's.

    The start is all that is paid once: Spark's session, loading the model, the first scores.
    """
    few = folder / "few"
    start = time.perf_counter()
    with opened(engine, folder) as spark:
        list(engines.score(engine, model, few, spark=spark))  # type: ignore[arg-type]
        ready = time.perf_counter()
        pieces = engines.score(engine, model, base, spark=spark)  # type: ignore[arg-type]
        rows = sum(len(piece) for piece in pieces)
        done = time.perf_counter()
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"start": ready - start, "seconds": done - ready, "rows": rows, "peak_mb": peak / 1024}


def apart(engine: str, model: Path, base: Path, folder: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", engine, str(model), str(base), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def print_engines(folder: Path, sizes: list[int], chosen: list[str], model: Path) -> None:
    print(
        f"{'customers':>10} {'engine':<7} {'start s':>8} {'score s':>8} {'rows/s':>9} {'x pandas':>8} {'peak MB':>8}"
    )
    for rows in sizes:
        base, first = make_base(folder, rows), None
        for engine in chosen:
            found = apart(engine, model, base, folder)
            speed = found["rows"] / found["seconds"]
            first = first or speed
            print(
                f"{rows:>10,} {engine:<7} {found['start']:>8.2f} {found['seconds']:>8.2f}"
                f" {speed:>9,.0f} {speed / first:>8.2f} {found['peak_mb']:>8,.0f}"
            )


def print_store(folder: Path, model: Path, rows: int = PART) -> None:
    """Writing a batch, and looking customers up while another one is written."""
    base = make_base(folder, rows - 1)
    chunks = list(engines.score("onnx", model, base))
    store = ScoreStore(f"sqlite:///{folder / 'scores.db'}")
    start = time.perf_counter()
    store.write("one", dt.date(2025, 4, 30), chunks)
    print(f"\nscores written: {(rows - 1) / (time.perf_counter() - start):,.0f} rows/s (SQLite)")
    asked, seen, whole = 0, set[str](), pd.concat(chunks)["customerID"].head(200).tolist()

    def slowly() -> Iterator[pd.DataFrame]:
        nonlocal asked
        for at in range(0, rows - 1, 10_000):
            yield chunks[0].iloc[at : at + 10_000]
            for customer in whole:
                found = store.look_up(customer)
                seen.add(found.batch if found else "nothing")
                asked += 1

    store.write("two", dt.date(2025, 5, 31), slowly())
    print(f"look-ups during a write: {asked:,}, all from the batch before: {seen == {'one'}}")
    start = time.perf_counter()
    for customer in whole:
        store.look_up(customer)
    print(f"a look-up: {(time.perf_counter() - start) / len(whole) * 1e6:,.0f} µs")
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", choices=engines.ENGINES, default=engines.ENGINES)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        engine, *paths = arguments.one
        print(json.dumps(measure(engine, *map(Path, paths))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        customers = data.load("synthetic", n=5_000, seed=1)
        model = training.make_model("logistic").fit(*features.xy(customers))
        packaging.package(model, customers, folder / "model", threshold=0.24)
        make_base(folder, 10).rename(folder / "few")
        print_engines(folder, arguments.rows, list(arguments.engines), folder / "model")
        print_store(folder, folder / "model")


if __name__ == "__main__":
    main()
