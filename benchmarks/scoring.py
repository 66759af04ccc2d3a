"""Scoring a base by each engine, side by side: rows per second, memory, and where Spark pays.

python benchmarks/scoring.py                            # 10 thousand to 10 million customers: half an hour
python benchmarks/scoring.py --rows 10000 --engines onnx polars spark   # whether it works

Each figure is that of a program of its own, which starts, scores a few customers and then the base.
Memory is the largest of that program with all that it started, Spark's Java and Python among them;
pages that processes share count once. pandas and onnx read the whole base at once, so beyond
``--whole`` customers they are left out. At the end: at which size Spark would overtake, and with how
many processors it would, from its rates on one processor and on all. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from memory import largest_memory

from churn import data, features, schema, training
from churn.registry import packaging
from churn.scoring import ScoreStore, engines
from churn.spark.session import MASTER

PART = 100_000
#: Engines whose memory grows with the base.
READS_WHOLE = ("pandas", "onnx")


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


@dataclass(frozen=True)
class Measured:
    """One engine on one base.

    Attributes:
        start: seconds for all that is paid once: Spark's session, loading the model, first scores.
        seconds: for the base.
        rows: of the base.
        peak_mb: memory of the program with all that it started.
    """

    start: float
    seconds: float
    rows: int
    peak_mb: float = 0.0

    @property
    def rate(self) -> float:
        """Rows per second, the start left out."""
        return self.rows / self.seconds


@contextmanager
def opened(engine: str, folder: Path) -> Iterator[object]:
    """A Spark session for the engine that needs one."""
    if engine != "spark":
        yield None
        return
    from churn.spark.session import session

    with session(folder / "spark") as spark:
        yield spark


def measure(engine: engines.Engine, model: Path, base: Path, folder: Path) -> Measured:
    """One engine in this process, which does nothing else."""
    few = folder / "few"
    start = time.perf_counter()
    with opened(engine, folder) as spark:
        list(engines.score(engine, model, few, spark=spark))  # type: ignore[arg-type]
        ready = time.perf_counter()
        pieces = engines.score(engine, model, base, spark=spark)  # type: ignore[arg-type]
        rows = sum(len(piece) for piece in pieces)
        done = time.perf_counter()
    return Measured(ready - start, done - ready, rows)


def apart(
    engine: str, model: Path, base: Path, folder: Path, master: str | None = None
) -> Measured:
    """Measure in a process of its own; ``master`` is Spark's, where it is not all processors here."""
    command = [sys.executable, __file__, "--one", engine, str(model), str(base), str(folder)]
    env = os.environ | ({MASTER: master} if master else {})
    with largest_memory(every=0.1) as memory:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return replace(Measured(**json.loads(done.stdout.splitlines()[-1])), peak_mb=memory[0] / 2**20)


def print_engines(folder: Path, sizes: list[int], chosen: list[str], whole: int) -> None:
    """The table, and what follows from it for Spark."""
    model, found = folder / "model", dict[str, Measured]()
    print(f"{'customers':>10} {'engine':<7} {'start s':>8} {'score s':>8} {'rows/s':>9} {'x ' + chosen[0]:>9} {'peak MB':>8}")  # fmt: skip
    for rows in sizes:
        base, first = make_base(folder, rows), None
        for engine in chosen:
            if rows > whole and engine in READS_WHOLE:
                continue
            found[engine] = one = apart(engine, model, base, folder)
            first = first or (one.rate if engine == chosen[0] else None)
            ratio = f"{one.rate / first:>9.2f}" if first else f"{'':>9}"
            print(f"{rows:>10,} {engine:<7} {one.start:>8.2f} {one.seconds:>8.2f} {one.rate:>9,.0f} {ratio} {one.peak_mb:>8,.0f}", flush=True)  # fmt: skip
    if "spark" in chosen and len(chosen) > 1:
        print_crossover(found, apart("spark", model, base, folder, "local[1]"))


def print_crossover(found: dict[str, Measured], alone: Measured) -> None:
    """Where Spark overtakes the fastest other engine: by customers, and by processors.

    Args:
        found: each engine on the largest base that it was asked for.
        alone: Spark on one processor, on the largest base.
    """
    spark, cores = found["spark"], os.cpu_count() or 1
    name, best = max(
        ((n, one) for n, one in found.items() if n != "spark"), key=lambda item: item[1].rate
    )
    print(f"\nspark on 1 processor {alone.rate:,.0f} rows/s, on {cores} {spark.rate:,.0f}: {spark.rate / alone.rate:.2f} x")  # fmt: skip
    if spark.rate > best.rate:
        saved = 1 / best.rate - 1 / spark.rate
        print(f"it overtakes {name} from {max(0.0, spark.start - best.start) / saved:,.0f} customers on")  # fmt: skip
    else:
        more = best.rate / spark.rate * cores
        print(f"on this machine it never overtakes {name} ({best.rate:,.0f} rows/s); with {more:,.0f} processors it would, if each added as much as these do")  # fmt: skip


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
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000]
    )
    parser.add_argument("--engines", nargs="+", choices=engines.ENGINES, default=engines.ENGINES)
    parser.add_argument(
        "--whole", type=int, default=1_000_000, help="largest base for engines that read it at once"
    )
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        engine, *paths = arguments.one
        print(json.dumps(asdict(measure(engine, *map(Path, paths)))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        customers = data.load("synthetic", n=5_000, seed=1)
        model = training.make_model("logistic").fit(*features.xy(customers))
        packaging.package(model, customers, folder / "model", threshold=0.24)
        make_base(folder, 10).rename(folder / "few")
        print_engines(folder, arguments.rows, list(arguments.engines), arguments.whole)
        print_store(folder, folder / "model")


if __name__ == "__main__":
    main()
