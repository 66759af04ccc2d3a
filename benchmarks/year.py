"""A year in which nobody looks after the pipeline, beside three others, in dollars.

    python benchmarks/year.py                 # ten seeds
    python benchmarks/year.py --seeds 1       # make year SEEDS=1

Each seed is another telco that lives through datasets/pipeline_year.yaml, its incidents in months
that are drawn anew. The same year four times, with prod's settings:

unattended   the pipeline as it is
first model  without monitoring and retraining: the first model for ever
by hand      a person who retrains every month
oracle       the best of all models that could have been trained by then, by what came true
             afterwards, on records that nothing has spoiled

Printed: month by month of the first seed (drift, decision, champion, dollars), then the share of the
oracle's money by seed, and the champions that should not have been promoted. The chart of the first
seed goes to workspace/year/year.png. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from churn import schema
from churn.data.landing import deliver
from churn.pipeline import year
from churn.pipeline.config import Config, load_config
from churn.pipeline.graph import MONTHLY
from churn.pipeline.place import REGISTRY, Place
from churn.simulator import History, load_scenario, simulate_history
from churn.simulator.scenario import datasets_dir
from churn.training import tracking
from churn.training.continuous import Timeline
from coursekit import paths
from coursekit.environment import mlflow_store

FIRST, LAST = pd.Timestamp("2024-09-30"), pd.Timestamp("2025-08-31")
#: Deliveries that the source systems correct by the next month; others stay as they are.
REPAIRED = ("unit_change_to_cents", "duplicated_batch")
#: Months of a window of the oracle.
LENGTHS = range(1, 7)
WAYS: dict[str, tuple[tuple[str, ...], Mapping[str, Any]]] = {
    "unattended": (MONTHLY, {}),
    "first model": (("feature_tables", "batch_inference"), {}),
    "by hand": (MONTHLY, {"trigger": {"kind": "schedule", "months": 1}}),
}


class Year(NamedTuple):
    """A year of one telco: dollars by month and way, what the pipeline did, and bad champions."""

    money: pd.DataFrame
    books: dict[str, list[year.Month]]
    bad: dict[str, dict[str, str]]
    promoted: dict[str, int]
    incidents: str


def lived(seed: int, home: Path, changes: Mapping[str, Any]) -> Year:
    """All ways through the year of a seed."""
    scenario = year.drawn(load_scenario(datasets_dir() / "pipeline_year.yaml"), seed, FIRST, LAST)
    history, true = simulate_history(scenario), simulate_history(year.truly(scenario))
    broken = year.spoiled(scenario)
    config = load_config("prod", changes=changes)
    kind, training = config.training.kind, config.training

    def fit(X: pd.DataFrame, y: Any) -> Any:
        return tracking.configured(kind, training.seed, training.settings).fit(X, y)

    truth = Timeline(true.snapshots, true.labels, fit)
    days = [day for day in truth.months if FIRST <= day <= LAST]
    money = pd.DataFrame(index=pd.Index(days, name="month"))
    books, bad, promoted = {}, {}, {}
    for way, (jobs, settings) in WAYS.items():
        mine = load_config("prod", changes={**changes, **settings})
        place = started(mine, home / way.replace(" ", "_"), history, days[0])
        books[way], money[way] = run_year(place, jobs, days, history, true, broken, truth)
        most = mine.gate.max_value_loss
        bad[way] = year.bad_versions(place, books[way], truth, mine.campaign, most)
        promoted[way] = len({month.champion for month in books[way]}) - 1
        shutil.rmtree(place.home)
    money["oracle"] = [year.best_possible(truth, day, LENGTHS, config.campaign) for day in days]
    told = ", ".join(f"{one.kind} {one.date:%Y-%m}" for one in scenario.incidents)
    return Year(money, books, bad, promoted, told)


def started(config: Config, home: Path, history: History, first: pd.Timestamp) -> Place:
    """An environment with its first champion, on the month before ``first``."""
    place = Place(config, home)
    place.root.mkdir(parents=True)
    # MLflow's empty tables from a template: making them takes seconds.
    shutil.copyfile(mlflow_store.empty(), place.root / REGISTRY)
    place.claim()
    months = [day for day in history.months if day < first]
    for day in months:
        deliver(place.landing, day, history.snapshots, history.departures)
    year.begin(place, months)
    return place


def run_year(
    place: Place, jobs: tuple[str, ...], days: list[pd.Timestamp], history: History, true: History,
    broken: Mapping[pd.Timestamp, Any], truth: Timeline,
) -> tuple[list[year.Month], list[float]]:  # fmt: skip
    """Month by month: what comes in, the jobs, and the dollars of whom they contact."""
    books, earned = [], []
    for number, day in enumerate(days):
        deliver(place.landing, day, history.snapshots, history.departures)
        late = []
        for before in days[max(0, number - 1) : number]:
            if before in broken and broken[before].kind in REPAIRED:
                deliver(place.landing, before, true.snapshots, true.departures)
                late.append(before)
        books.append(year.live_month(place, day, late, jobs))
        ids = true.snapshots.loc[true.snapshots["as_of"] == day, schema.ID]
        leaves = pd.Series(truth.outcome(day), index=ids)
        earned.append(year.dollars(year.contacted(place), leaves, place.config.campaign))
    return books, earned


def draw(found: Year, file: Path) -> None:
    """The money of each way, month by month and added up."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    labels = [f"{day:%Y-%m}" for day in found.money.index]
    for way in found.money:
        style = {"color": "0.6", "linestyle": "--"} if way == "oracle" else {}
        left.plot(labels, found.money[way] / 1000, label=way, marker="o", **style)
        right.plot(labels, found.money[way].cumsum() / 1000, label=way, **style)
    versions = [month.champion for month in found.books["unattended"]]
    for number, version in enumerate(versions):
        if number and version != versions[number - 1]:
            left.axvline(number, color="0.85", zorder=0)
    left.set_title("dollars a month (lines: a new champion, unattended)")
    right.set_title("added up")
    for axes in (left, right):
        axes.set_ylabel("thousand dollars")
        axes.tick_params(axis="x", rotation=60)
    left.legend()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)


def show(found: Year, file: Path) -> None:
    """The first seed, month by month."""
    print("incidents:", found.incidents)
    table = year.decisions(found.books["unattended"]).set_index("month")
    for way in found.money:
        table[way] = found.money[way].round().astype(int).to_numpy()
    with pd.option_context("display.width", 250, "display.max_colwidth", 80):
        print(table.drop(columns="decision").round(1).to_string())
        print(table["decision"].to_string())
    draw(found, file)
    print(f"chart: {file.name} in {file.parent.name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    mlflow_store.open_quietly()
    rows: list[dict[str, Any]] = []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        with tempfile.TemporaryDirectory() as scratch:
            found = lived(seed, Path(scratch), {"share": 1.0})
        if not rows:
            show(found, paths.workspaces() / "year" / "year.png")
        total = found.money.sum()
        shares = (total / total["oracle"]).drop("oracle").round(3)
        row = {"seed": seed, "oracle": round(total["oracle"]), **shares}
        rows.append({
            **row, "promoted": found.promoted["unattended"], "bad": len(found.bad["unattended"]),
            "by hand bad": len(found.bad["by hand"]),
        })  # fmt: skip
        print(rows[-1], *found.bad["unattended"].items(), flush=True)
    table = pd.DataFrame(rows).set_index("seed")
    print(table.to_string())
    print("share of the oracle's money, all seeds together:")
    money = table[list(WAYS)].mul(table["oracle"], axis=0).sum() / table["oracle"].sum()
    print(money.round(3).to_string())
    print(f"bad champions, unattended: {table['bad'].sum()} of {table['promoted'].sum()} promoted")


if __name__ == "__main__":
    main()
