"""What each job of the pipeline takes, and how much of that the pipeline itself adds.

python benchmarks/pipeline.py                       # 7, 30 and 100 thousand customers
python benchmarks/pipeline.py --sizes 1000000       # some 20 GB of memory
python benchmarks/pipeline.py --profile feature_tables --sizes 100000    # where a job's time goes

A telco is simulated for eight months. Seven of them are worked off, and a first champion is made; then the
jobs of the eighth run in their order. Each job runs from the same state by the pipeline
(``churn.pipeline``) and by bare calls of the same libraries (``pipeline_bare.py``), in turn, in one
process in which the libraries are loaded already: the telco's jobs have used them. Setup starts from
an empty folder. The trigger is set to never: a retraining that is called for costs train, deploy and
batch_inference once more.

pipeline s, bare s   processor time, middle of the runs: other work on the machine hardly changes it
wall s               of the pipeline, middle of the runs, whatever else the machine did
overhead             of the pipeline's processor time over the bare calls'; aim: 15 % for a month

With three sizes or more each job's processor seconds get a curve through all sizes but the largest, which
is asked for the largest: what it says there, what was measured, and the error.

Nothing is asserted.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import importlib
import itertools
import logging
import pstats
import resource
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pipeline_bare as bare

from churn import cost_curves
from churn.data.landing import deliver
from churn.pipeline import JOBS, load_config, runs
from churn.pipeline.graph import run_job
from churn.pipeline.stores import Stores
from churn.simulator import load_scenario, simulate_history

ENVIRONMENT, CHANGES = "prod", {"trigger": {"kind": "never"}}
MONTHS = 8
Work = Callable[[], object]


class Telco:
    """Deliveries, and the environment's folder as it was before each job of the last month."""

    def __init__(self, folder: Path, customers: int) -> None:
        self.home, self.saved, self.count = folder / "home", folder / "saved", itertools.count()
        joins = max(1, round(customers * 0.033))
        size = {"customers": customers, "monthly_joins": joins, "months": MONTHS}
        history = simulate_history(load_scenario("baseline").model_copy(update=size))
        for month in history.months:
            deliver(self.home / "landing", month, history.snapshots, history.departures)
        *before, self.day = history.months
        del history
        self.keep("setup")
        for month in before:
            for job in JOBS[:2]:
                run_job(self.stores, job, month)
        for job in JOBS[2:5]:
            run_job(self.stores, job, before[-1])
        #: What the pipeline's jobs said of the last month.
        self.said: dict[str, str] = {}
        for job in JOBS[1:]:
            self.keep(job)
            self.said[job] = run_job(self.stores, job, self.day).said

    @property
    def stores(self) -> Stores:
        """The environment that the telco works with."""
        return Stores(load_config(ENVIRONMENT, changes=CHANGES), self.home)

    def keep(self, job: str) -> None:
        """Keep the folder as it is before a job."""
        if self.stores.root.is_dir():
            shutil.copytree(self.stores.root, self.saved / job)

    def before(self, job: str) -> Stores:
        """A copy of the environment as it was before a job.

        In a folder of its own each time: MLflow keeps a database open. The files of models, and what
        Feast reads, are at the places that are written in the copy, which are the original's.
        """
        home = self.saved.with_name(f"run-{next(self.count)}")
        home.mkdir()
        (home / "landing").symlink_to(self.home / "landing")
        stores = Stores(load_config(ENVIRONMENT, changes=CHANGES), home)
        if (self.saved / job).is_dir():
            shutil.copytree(self.saved / job, stores.root)
        return stores

    @contextmanager
    def ways(self, job: str) -> Iterator[dict[str, Work]]:
        """A job by the pipeline, and the same work by bare calls, each on a copy of its own."""
        one, other = self.before(job), self.before(job)
        plain = getattr(bare, job)
        at = bare.Folders(other.landing, other.root, other.config.bounds)
        yield {
            "pipeline": lambda: run_job(one, job, self.day),
            "bare": lambda: plain(at, self.day),
        }
        for stores in (one, other):
            shutil.rmtree(stores.home)


def timed(work: Work) -> tuple[float, float]:
    """Processor seconds of this process, and wall time."""
    # A job in a process of its own computes the digest of the code; here it would be kept.
    runs.code_version.cache_clear()
    gc.collect()
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - start


def measured(telco: Telco, repeats: int) -> pd.DataFrame:
    """A row for each job."""
    rows = {}
    for job in JOBS:
        found: dict[str, list[tuple[float, float]]] = {"pipeline": [], "bare": []}
        for _ in range(repeats):
            with telco.ways(job) as ways:
                for way, work in ways.items():
                    found[way].append(timed(work))
        own, plain = (
            statistics.median(cpu for cpu, _ in found[way]) for way in ("pipeline", "bare")
        )
        wall = statistics.median(seconds for _, seconds in found["pipeline"])
        rows[job] = {"pipeline s": own, "bare s": plain, "wall s": wall}
        print(f"{job}: {own / plain:.2f} times the bare calls", flush=True)
    rows["all jobs"] = dict(pd.DataFrame(rows).sum(axis=1))
    table = pd.DataFrame(rows).T
    added = table["pipeline s"] - table["bare s"]
    return table.assign(**{"added s": added, "overhead": table["pipeline s"] / table["bare s"] - 1})


def curves(found: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """What an affine curve through the smaller sizes says of the largest, a row for each job.

    Args:
        found: tables of :func:`measured` by number of customers, three or more.
    """
    rows = {}
    for job in (*JOBS, "all jobs"):
        costs = [float(table["pipeline s"][job]) for table in found.values()]
        checked = cost_curves.check(cost_curves.fit_affine, list(found), costs)
        rows[job] = {"measured s": checked.measured, "predicted s": checked.predicted,
                     "error": f"{checked.error:+.0%}"}  # fmt: skip
    return pd.DataFrame(rows).T


def profile(telco: Telco, job: str, lines: int = 45) -> None:
    """Where a job's time goes, by both ways."""
    with telco.ways(job) as ways:
        for way, work in ways.items():
            profiler = cProfile.Profile()
            runs.code_version.cache_clear()
            profiler.runcall(work)
            print(f"== {job}: {way}")
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(lines)


def quiet() -> None:
    """No hints and notes of the libraries between the figures."""
    warnings.filterwarnings("ignore")
    for name in ("mlflow", "alembic", "great_expectations"):
        logging.getLogger(name).setLevel(logging.ERROR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[7_000, 30_000, 100_000], help="customers"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--profile", choices=JOBS, help="instead of the table")
    given = parser.parse_args()
    for job in JOBS:
        importlib.import_module(f"churn.pipeline.jobs.{job}")
    quiet()
    found: dict[int, pd.DataFrame] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for customers in given.sizes:
            telco = Telco(Path(scratch) / str(customers), customers)
            if given.profile:
                profile(telco, given.profile)
                continue
            found[customers] = table = measured(telco, given.repeats)
            shown = table.assign(overhead=[f"{x:+.1%}" for x in table["overhead"]])
            print(f"\n{customers:,} customers, {given.repeats} runs of each")
            print("\n".join(f"{job}: {said}" for job, said in telco.said.items()))
            print(shown.to_string(float_format="{:.3f}".format))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(f"largest memory so far: {peak:.1f} GB", flush=True)
            shutil.rmtree(Path(scratch) / str(customers))
    if len(found) > 2:
        print(f"\n{max(found):,} customers, by a curve through the smaller sizes")
        print(curves(found).to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
