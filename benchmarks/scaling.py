"""What jobs cost by size: rows scored, rows trained on, models trained; wall time, processor, memory.

python benchmarks/scaling.py                    # sizes up to a million rows and 16,000 models
python benchmarks/scaling.py --rows 10000000    # and ten million, scored piece by piece
python benchmarks/scaling.py --rows 10000000 --write    # and the table of the lesson

Each point runs in a process of its own. What is measured begins where the data lie in a file or in
memory and ends with the result in this process; Python's own start and the making of data are left out.
Spark's session and the workers of joblib and Dask are part of it, because a job that is started at night
pays for them each time.

seconds      wall time; says as much about what else the machine did
cpu_s        processor time of the process and all that it started
peak_mb      the largest memory of this process (that of its children is not in it)

Then curves through the processor seconds, each checked at its largest size by a fit to the others.
Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from machine import machine

from churn import cost_curves, data, features, training
from churn.training import many
from coursekit import paths

TABLE = "datasets/measured/scaling.csv"
#: Customers of a region, on average.
CUSTOMERS = 100
MODELS = (1, 10, 100, 1000)
#: The lecture's example; measured with the two engines that start soonest, to check their curves.
LECTURE = 16_000
LECTURE_ENGINES = ("serial", "joblib")
#: More rows than this only by the engine that reads them piece by piece: the others would need 14 GB and
#: more, or many minutes.
IN_MEMORY = 1_000_000
#: Up to so many rows a point is measured three times (with Spark, which takes long, once).
SMALL = 100_000

Work = Callable[[], int]


def used() -> dict[int, float]:
    """Processor seconds of this process and its children by process id, with those they waited for."""
    me, found = psutil.Process(), {}
    for one in (me, *me.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[one.pid] = times.user + times.system + times.children_user + times.children_system
    # The system counts in hundredths of a second, this process's own clock in much finer steps.
    mine = me.cpu_times()
    found[me.pid] = time.process_time() + mine.children_user + mine.children_system
    return found


def score(engine: str, size: int, folder: Path) -> Work:
    """Scores of a base in a file, read, scored, counted."""

    import scoring

    from churn.scoring import engines

    def work() -> int:
        with scoring.opened(engine, folder) as spark:
            pieces = engines.score(engine, folder / "model", folder / f"base-{size}", spark=spark)  # type: ignore[arg-type]
            rows = sum(len(piece) for piece in pieces)
            ended.update(used())
            return rows

    return work


def train(kind: str, size: int, folder: Path) -> Work:
    """One model on all rows of a table in memory, from the customer table to the fitted model."""
    table = data.load("synthetic", n=size, seed=3)

    def work() -> int:
        training.make_model(kind).fit(*features.xy(table))  # type: ignore[arg-type]
        ended.update(used())
        return len(table)

    return work


def models(engine: str, size: int, folder: Path) -> Work:
    """A model for each of many regions; the encoding of the table is part of the job."""
    rng = np.random.default_rng(0)
    table = data.load("synthetic", n=size * CUSTOMERS, seed=3)
    # Every region has somebody; the rest are spread unevenly.
    share = rng.lognormal(0.0, 0.7, size)
    place = rng.choice(size, len(table) - size, p=share / share.sum())
    table["region"] = np.char.mod("r%05d", np.concatenate([np.arange(size), place]))
    table["held_out"] = rng.random(len(table)) < 0.25

    def work() -> int:
        encoded = many.encode(table)
        with workers(engine, folder) as given:
            made = len(many.fit_regions(engine, encoded, **given))  # type: ignore[arg-type]
            ended.update(used())
        return made

    return work


@contextmanager
def workers(engine: str, folder: Path) -> Iterator[dict[str, object]]:
    """What an engine needs beside the table."""
    cores = os.cpu_count() or 1
    if engine == "dask":
        from distributed import Client, LocalCluster

        local = LocalCluster(
            n_workers=cores, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        )
        with local, Client(local) as client:
            yield {"client": client}
    elif engine == "spark":
        from churn.spark.session import session

        with session(folder / "spark") as spark:
            yield {"spark": spark}
    else:
        yield {"processes": cores} if engine == "joblib" else {}


JOBS: dict[str, Callable[[str, int, Path], Work]] = {
    "score": score,
    "train": train,
    "models": models,
}
#: Filled by a job while its helpers still live.
ended: dict[int, float] = {}


def measure(job: str, engine: str, size: int, folder: Path) -> dict[str, float]:
    """One point, in this process."""
    work = JOBS[job](engine, size, folder)
    before, start = used(), time.perf_counter()
    done = work()
    seconds = time.perf_counter() - start
    assert done == size, f"{done} of {size}"
    ended.update({os.getpid(): used()[os.getpid()]})
    cpu = sum(after - before.get(pid, 0.0) for pid, after in ended.items())
    # What a helper used that has been waited for is in this process's own figure too.
    own = psutil.Process().cpu_times()
    alive = used()
    gone = [pid for pid in ended if pid not in alive]
    cpu -= min(sum(ended[pid] for pid in gone), own.children_user + own.children_system)
    return {"seconds": seconds, "cpu_s": cpu, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """The largest memory of this process; getrusage's figure begins with that of the parent process."""
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(status.split()[0]) / 1024


def apart(job: str, engine: str, size: int, folder: Path) -> dict[str, float]:
    """One point, in a process of its own."""
    command = [sys.executable, __file__, "--one", job, engine, str(size), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        said = done.stderr.strip()[-500:] or f"ended by signal {-done.returncode}"
        raise RuntimeError(f"{job} {engine} {size}: {said}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def points(jobs: list[str], largest: int) -> list[tuple[str, str, int]]:
    """Job, engine, size; rows by steps of ten, Spark's slow starts and the largest at the end."""
    rows = [n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n <= largest]
    found: list[tuple[str, str, int]] = []
    found += [("models", engine, size) for size in MODELS for engine in many.ENGINES]
    found += [("models", engine, LECTURE) for engine in LECTURE_ENGINES]
    for size in rows:
        found += [("score", "polars", size)]
        if size <= IN_MEMORY:
            found += [
                ("score", "pandas", size),
                ("score", "spark", size),
                ("train", "logistic", size),
            ]
    chosen = [point for point in found if point[0] in jobs]
    return sorted(chosen, key=lambda point: (point[2] > IN_MEMORY, point[1] == "spark"))


def prepare(sizes: set[int], folder: Path) -> None:
    """The model that scores, and the bases."""
    import scoring

    from churn.registry import packaging

    customers = data.load("synthetic", n=5_000, seed=1)
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, folder / "model", threshold=0.24)
    for size in sizes:
        scoring.make_base(folder, size)


def measure_all(chosen: list[tuple[str, str, int]], repeats: int, folder: Path) -> pd.DataFrame:
    """A row for each point and repetition; one that needs more than the machine has is left out."""
    if bases := {size for job, _, size in chosen if job == "score"}:
        prepare(bases, folder)
    rows = []
    for job, engine, size in chosen:
        cost = size * CUSTOMERS if job == "models" else size
        for run in range(repeats if cost <= SMALL and engine != "spark" else 1):
            try:
                found = apart(job, engine, size, folder)
            except RuntimeError as error:
                print("left out:", error, flush=True)
                break
            rows.append({"job": job, "engine": engine, "size": size, "run": run, **found})
            print(*rows[-1].values(), flush=True)
    return pd.DataFrame(rows)


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Affine curves of processor seconds, and how far off they were at the largest size, unseen."""
    found = {}
    for (job, engine), points in table.groupby(["job", "engine"]):
        costs = points.groupby("size")["cpu_s"].median()
        sizes = costs.index.to_numpy()
        if len(sizes) < 3:
            continue
        curve = cost_curves.fit_affine(sizes, costs)
        affine, power = (
            cost_curves.check(fit, sizes, costs)
            for fit in (cost_curves.fit_affine, cost_curves.fit_power)
        )
        found[job, engine] = {
            "start_s": curve.start, "each_ms": 1000 * curve.each, "largest": affine.size,
            "measured_s": affine.measured, "predicted_s": affine.predicted,
            "error": affine.error, "power_law_error": power.error,
            "lecture_s": curve.at(LECTURE) if job == "models" else float("nan"),
        }  # fmt: skip
    return pd.DataFrame(found).T.round(3)


def requests(rate: float = 5e6) -> pd.Series:
    """Processors, always busy, for the lecture's five million requests a second.

    Assumes that a million requests cost at any rate what they cost in datasets/measured/paradigms.csv: no
    queue, no network card, no balancer before the servers.
    """
    ways = pd.read_csv(paths.course_root() / "datasets/measured/paradigms.csv", comment="#")
    return (rate / 1e6 * ways.set_index("way")["cpu_s_per_million"]).round()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000, help="the largest size of rows")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    parser.add_argument("--repeats", type=int, default=3, help="of the smaller points")
    parser.add_argument("--write", action="store_true", help=f"into {TABLE}")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        job, engine, size, folder = given.one
        print(json.dumps(measure(job, engine, int(size), Path(folder))))
        return
    about = (
        f"# Measured by benchmarks/scaling.py on {machine()}; compare cpu_s, processor seconds.\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        table = measure_all(points(given.jobs, given.rows), given.repeats, Path(folder))
    table = table.round({"seconds": 3, "cpu_s": 3, "peak_mb": 0})
    groups = table.groupby(["job", "engine", "size"])[["seconds", "cpu_s", "peak_mb"]]
    print(about + groups.median().to_string())
    print(curves(table).to_string())
    print("\nprocessors for 5 million requests a second", requests().to_string(), sep="\n")
    if given.write:
        (paths.course_root() / TABLE).write_text(about + table.to_csv(index=False))


if __name__ == "__main__":
    main()
