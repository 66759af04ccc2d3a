"""What the gate and the promotion cost, and how often luck gets through.

python benchmarks/registry.py                                        # small: a minute
python benchmarks/registry.py --rows 7043 1000000 --candidates 1000  # the figures of the course
python benchmarks/registry.py --moves 100

Gate: seconds to judge a packaged and signed candidate on tables of several sizes, by all criteria, the
loading of the model included. Luck: candidates whose true ROC-AUC lies below or above the
champion's, judged on so many customers by the lead alone, and by the lower end of its interval: of
1,000 worse ones how many are promoted, of 1,000 better ones how many are missed.
Promotion: milliseconds of a promotion and a rollback while a reader polls the champion, and how many
of its readings failed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow import MlflowClient
from numpy.typing import NDArray

from churn import data, features, training
from churn.registry import folders, packaging
from churn.registry.gates import CRITERIA, Decision, GateConfig, Verdict, decide
from churn.registry.packaging import register
from churn.registry.promotion import CHAMPION, Promotion
from churn.registry.supply_chain import signing
from coursekit.environment import mlflow_store

Floats = NDArray[np.float64]


def gate_seconds(rows: int, folder: Path) -> float:
    """Wall-clock time for one candidate on a table of so many customers.

    Raises:
        RuntimeError: if a criterion could not be asked, so that its time is not in the figure.
    """
    train = data.load("synthetic", n=7043)
    model = training.make_model("logistic").fit(*features.xy(train))
    package = folder / f"model-{rows}"
    packaging.package(model, train, package, threshold=0.245)
    keys = folder / f"keys-{rows}"
    keys.mkdir()
    private, public = signing.make_keys(keys)
    signing.sign(package, private)
    table = data.load("synthetic", n=rows, seed=1).assign(as_of=pd.Timestamp("2025-04-30"))
    lineage = dict.fromkeys(GateConfig().lineage, "1") | {"trained_until": "2025-01-31"}
    evidence = packaging.evidence_of(
        package, public, table=table, champion=training.baseline_rule, lineage=lineage
    )
    start = time.perf_counter()
    decision = decide(evidence, GateConfig())
    took = time.perf_counter() - start
    if unasked := [verdict for verdict in decision.verdicts if not verdict.evidence]:
        raise RuntimeError(str(unasked[0]))
    return took


def lucky(candidates: int, customers: int, noise: float, draws: int) -> tuple[float, float, float]:
    """The mean true lead, and which shares of candidates pass without and with the interval.

    Champion and candidate each see the log odds of leaving through noise of their own; the
    champion's has the standard deviation 0.6, the candidate's ``noise``.
    """
    rng = np.random.default_rng(0)
    leads, alone, beyond = [], 0, 0
    for number in range(candidates):
        logit = rng.normal(-1.2, 1.5, customers)
        y = (rng.random(customers) < 1 / (1 + np.exp(-logit))).astype(np.int64)
        champion, candidate = (logit + rng.normal(0, s, customers) for s in (0.6, noise))
        lead = training.auc_difference(y, candidate, champion, draws, seed=number)
        leads.append(lead.value)
        alone += lead.value > 0
        beyond += lead.low > 0
    return float(np.mean(leads)), alone / candidates, beyond / candidates


def moves(count: int, folder: Path) -> tuple[Floats, Floats, int, int]:
    """Milliseconds of promotions and of rollbacks, and a reader's readings and failures."""
    (folder / "mlflow.db").write_bytes(mlflow_store.empty().read_bytes())
    uri = mlflow_store.uri(folder / "mlflow.db")
    client, reader = MlflowClient(uri, uri), MlflowClient(uri, uri)
    place = client.create_experiment("benchmark", (folder / "artifacts").as_uri())
    desk, decisions = Promotion(client, "churn", folder), {}
    for number in ("1", "2"):
        model = folder / f"model-{number}"
        model.mkdir()
        (model / "weights.txt").write_text(number)
        register(client, "churn", model, client.create_run(place).info.run_id, {})
        passed = tuple(Verdict(name, True, "it is so", {"figure": 1.0}) for name in CRITERIA)
        champion = None if number == "1" else "1"
        decisions[number] = Decision(passed, tuple(CRITERIA), folders.digest(model), champion)
    desk.record("1", decisions["1"])
    desk.promote("1", "benchmark", "the first")
    done, readings, failures = threading.Event(), [0], [0]

    def poll() -> None:
        while not done.is_set():
            readings[0] += 1
            try:
                reader.get_model_version_by_alias("churn", CHAMPION)
            except Exception:
                failures[0] += 1

    thread = threading.Thread(target=poll)
    thread.start()
    taken: tuple[list[float], list[float]] = ([], [])
    try:
        for _ in range(count):
            desk.record("2", decisions["2"])
            times = [time.perf_counter()]
            desk.promote("2", "benchmark", "better")
            times.append(time.perf_counter())
            desk.rollback("benchmark", "again")
            times.append(time.perf_counter())
            for into, seconds in zip(taken, np.diff(times), strict=True):
                into.append(1000 * float(seconds))
    finally:
        done.set()
        thread.join()
    return np.array(taken[0]), np.array(taken[1]), readings[0], failures[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[7_043])
    parser.add_argument("--candidates", type=int, default=100)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--moves", type=int, default=5)
    given = parser.parse_args()
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # what it says of stores and packages
    warnings.filterwarnings("ignore", message=".*integer column")
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            print(
                f"gate, {rows:>9,} customers: {gate_seconds(rows, Path(folder)):.1f} s", flush=True
            )
    for kind, noise, what in (("worse", 0.65, "promoted"), ("better", 0.45, "missed")):
        lead, *passed = lucky(given.candidates, given.customers, noise, given.draws)
        alone, beyond = passed if what == "promoted" else (1 - share for share in passed)
        print(
            f"{kind} candidates (true lead about {lead:+.4f}, {given.customers:,} customers), "
            f"{what} of 1,000: {1000 * alone:.0f} by the lead alone, "
            f"{1000 * beyond:.0f} by its interval",
            flush=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        promoted, rolled_back, readings, failures = moves(given.moves, Path(folder))
    for name, times in (("promotion", promoted), ("rollback", rolled_back)):
        print(f"{name}: median {np.median(times):.0f} ms, largest {times.max():.0f} ms")
    print(f"readers of the champion meanwhile: {readings:,} readings, {failures} failed")


if __name__ == "__main__":
    main()
