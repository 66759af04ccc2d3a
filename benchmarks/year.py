"""A year in which nobody looks after the pipeline, beside four others, in dollars.

    python benchmarks/year.py                      # ten seeds, the first one with stores as well
    python benchmarks/year.py --seeds 1            # make year SEEDS=1
    python benchmarks/year.py --with-stores 10     # all ten with stores
    python benchmarks/year.py --without early      # one of the profile's three settings left as in prod
    python benchmarks/year.py --write              # and the table datasets/measured/year.csv

Each seed is another telco that lives through datasets/pipeline_year.yaml, its incidents in months
that are drawn anew. The pipeline has prod's settings with the profile unattended.

unattended   the pipeline; in memory (churn.pipeline.rehearsal), and on the first seed job by job with
             all its stores as well: how many months agree is printed
first model  without monitoring and retraining: its first model for ever
by hand      a person who trains every month on the newest three labelled months, without a gate
oracle       knows date and kind of every incident, begun or about to begin: it trains at once on every
             labelled month that is like today (churn.pipeline.year.right_months), and scores last
             month's customers where a delivery is spoiled. Labels come when the pipeline's do, and the
             model is the same; like the person it trains on spoiled months as if they had come whole
mended       the same oracle, to whom spoiled deliveries come whole: more than anybody could have

A champion is bad if in the months in which it served it would have earned less than doing nothing, or
by more than the gate's bound (gate.max_value_loss, $0.50 a customer and month) less than the champion it
replaced.

Printed: month by month of the first seed (drift, decision, champion, dollars), then the share of the
oracle's money by seed, the lowest among them, and the bad champions. The chart of the first seed goes to
workspace/year/year.png. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import dask
import pandas as pd
from matplotlib.figure import Figure
from tqdm import tqdm

from churn import schema
from churn.data.landing import deliver
from churn.pipeline import year
from churn.pipeline.config import Config, load_config
from churn.pipeline.graph import MONTHLY
from churn.pipeline.rehearsal import judged, rehearsed
from churn.pipeline.stores import REGISTRY, Stores
from churn.simulator import History, load_scenario, redrawn, simulate_history
from churn.simulator.scenario import datasets_dir
from churn.training import tracking
from churn.training.continuous import Timeline
from coursekit import paths
from coursekit.environment import mlflow_store

TABLE = "measured/year.csv"
FIRST, LAST = pd.Timestamp("2024-09-30"), pd.Timestamp("2025-08-31")
#: Deliveries that the source systems correct by the next month; others stay as they are.
REPAIRED = ("unit_change_to_cents", "duplicated_batch")
#: The settings of the profile, each by a short name.
SETTINGS = {
    "early": ("labels", "early"),
    "window": ("training", "window"),
    "calibration": ("gate", "max_calibration_loss"),
}
WAYS = ("unattended", "first model", "by hand", "oracle", "mended")
JUDGED = ("unattended", "first model", "by hand", "mended")


class Agreement(NamedTuple):
    """The same year with stores: dollars, bad champions, and months with the same champion."""

    dollars: float
    bad: dict[str, str]
    months: int


class Year(NamedTuple):
    """A year of one telco: dollars by month and way, what the pipeline did, and bad champions."""

    money: pd.DataFrame
    books: list[year.Month]
    bad: dict[str, str]
    promoted: int
    incidents: list[str]
    stores: Agreement | None


def settings(without: Sequence[str] = ()) -> Config:
    """Those of the pipeline that is left alone, some of the three as prod has them."""
    plain = load_config("prod")
    changes: dict[str, Any] = {
        part: {name: getattr(getattr(plain, part), name)}
        for part, name in (SETTINGS[one] for one in without)
    }
    return load_config("prod", changes=changes, profile="unattended")


def lived(seed: int, home: Path | None, config: Config) -> Year:
    """All ways through the year of a seed; with stores as well in ``home``, if there is one."""
    scenario = redrawn.drawn(
        load_scenario(datasets_dir() / "pipeline_year.yaml"), seed, FIRST, LAST
    )
    history, true = simulate_history(scenario), simulate_history(redrawn.truly(scenario))
    broken = redrawn.spoiled(scenario)
    training, campaign = config.training, config.campaign

    def fit(X: pd.DataFrame, y: Any) -> Any:
        return tracking.configured(training.kind, training.seed, training.settings).fit(X, y)

    truth = Timeline(true.snapshots, true.labels, fit)
    days = [day for day in truth.months if FIRST <= day <= LAST]
    repaired = [day for day, one in broken.items() if one.kind in REPAIRED]
    door = judged(history, true, config, days, repaired)
    done = rehearsed(truth, config, days, door.refused, door.again)
    agree = None
    if home is not None:
        stores = started(config, home, history, days[0])
        books, money = run_year(stores, days, history, true, repaired, truth)
        bad = year.bad_versions(
            lambda version, months: year.earned_by(stores, version, truth, months),
            "1", books, truth, config.gate.max_value_loss,
        )  # fmt: skip
        agree = Agreement(sum(money), bad, same_champions(done.books, books))
    choices = {
        "first model": lambda day: list(done.windows["1"]),
        "by hand": lambda day: truth.labelled_months(day)[-training.months :],
        "oracle": lambda day: year.right_months(
            truth, lambda month: redrawn.at_work(scenario, month), day
        ),
    }
    table = pd.DataFrame({"unattended": done.earned}, index=pd.Index(days, name="month"))
    for way, choose in choices.items():
        table[way] = year.earned_on(truth, days, door.refused, choose, campaign)
    table["mended"] = year.earned_on(truth, days, [], choices["oracle"], campaign)
    bad = year.bad_versions(
        lambda version, months: done.earned_by(truth, campaign, version, months),
        "1", done.books, truth, config.gate.max_value_loss,
    )  # fmt: skip
    promoted = len({month.champion for month in done.books} - {"1"})
    told = [
        ", ".join(one.kind for one in scenario.incidents if f"{one.date:%Y-%m}" == f"{day:%Y-%m}")
        for day in days
    ]
    return Year(table, done.books, bad, promoted, told, agree)


def same_champions(one: list[year.Month], other: list[year.Month]) -> int:
    """In how many months both made the same decision: a champion stays, or a new one comes."""
    changes = []
    for books in (one, other):
        served = ["1", *(month.champion for month in books)]
        changes.append([now != before for before, now in pairwise(served)])
    return sum(a == b for a, b in zip(*changes, strict=True))


def started(config: Config, home: Path, history: History, first: pd.Timestamp) -> Stores:
    """An environment with its first champion, on the month before ``first``."""
    stores = Stores(config, home)
    stores.root.mkdir(parents=True)
    # MLflow's empty tables from a template: making them takes seconds.
    shutil.copyfile(mlflow_store.empty(), stores.root / REGISTRY)
    stores.claim()
    months = [day for day in history.months if day < first]
    for day in months:
        deliver(stores.landing, day, history.snapshots, history.departures)
    year.begin(stores, months)
    return stores


def run_year(
    stores: Stores, days: list[pd.Timestamp], history: History, true: History,
    repaired: list[pd.Timestamp], truth: Timeline,
) -> tuple[list[year.Month], list[float]]:  # fmt: skip
    """Month by month: what comes in, the jobs, and the dollars of whom they contact."""
    books, earned = [], []
    for number, day in enumerate(days):
        deliver(stores.landing, day, history.snapshots, history.departures)
        late = [before for before in days[max(0, number - 1) : number] if before in repaired]
        for before in late:
            deliver(stores.landing, before, true.snapshots, true.departures)
        books.append(year.live_month(stores, day, late, MONTHLY))
        leaves = pd.Series(truth.outcome(day), index=truth.ids(day), name=schema.ID)
        earned.append(year.dollars(year.contacted(stores), leaves, stores.config.campaign))
    return books, earned


def rows_of(seed: int, found: Year) -> pd.DataFrame:
    """The year as rows of the table that is written: one for each month."""
    table = year.decisions(found.books).drop(columns="decision")
    table.insert(0, "seed", seed)
    table.insert(2, "incident", found.incidents)
    table["decision"] = [
        "refused at the door"
        if month.stopped
        else "promoted"
        if "is the champion" in month.decision
        else "candidate refused"
        if "refused" in month.decision
        else "stays"
        for month in found.books
    ]
    # Why a candidate was refused or promoted in full is for the screen.
    table["bad"] = [int(month.champion in found.bad) for month in found.books]
    for way in WAYS:
        table[way.replace(" ", "_")] = found.money[way].round().astype(int).to_numpy()
    return table.round({"surprise": 1})


def write(table: pd.DataFrame) -> None:
    """The table of the lesson."""
    about = f"# Measured by benchmarks/year.py on {table['seed'].nunique()} simulated telcos.\n"
    (datasets_dir() / TABLE).write_text(about + table.to_csv(index=False))


def draw(found: Year, file: Path) -> None:
    """The money of each way, month by month and added up."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    labels = [f"{day:%Y-%m}" for day in found.money.index]
    for way in found.money.drop(columns="mended"):
        style = {"color": "0.6", "linestyle": "--"} if way == "oracle" else {}
        left.plot(labels, found.money[way] / 1000, label=way, marker="o", **style)
        right.plot(labels, found.money[way].cumsum() / 1000, label=way, **style)
    versions = [month.champion for month in found.books]
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
    table = year.decisions(found.books).set_index("month")
    table.insert(0, "incident", found.incidents)
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
    parser.add_argument(
        "--with-stores", type=int, default=1, help="of the seeds, the first so many"
    )
    parser.add_argument("--without", choices=sorted(SETTINGS), nargs="*", default=[])
    parser.add_argument("--write", action="store_true", help=f"into datasets/{TABLE}")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    mlflow_store.open_quietly()
    dask.config.set(scheduler="synchronous")  # Feast's joins: threads cost more than they bring
    config = settings(given.without)
    rows: list[dict[str, Any]] = []
    written: list[pd.DataFrame] = []
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    with tqdm(total=len(seeds), unit="telco", mininterval=5, disable=False) as bar:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as scratch:
                home = Path(scratch) if len(rows) < given.with_stores else None
                found = lived(seed, home, config)
            if not rows:
                show(found, paths.workspaces() / "year" / "year.png")
            total = found.money.sum()
            shares = {way: round(float(total[way] / total["oracle"]), 3) for way in JUDGED}
            row = {"seed": seed, "oracle": round(total["oracle"]), **shares}
            rows.append({**row, "promoted": found.promoted, "bad": len(found.bad)})
            print(
                f"seed {seed}: {shares['unattended']:.1%} of the oracle's ${row['oracle']:,}, "
                f"{found.promoted} promoted, {len(found.bad)} bad",
                *(f"(version {version}: {why})" for version, why in found.bad.items()),
                flush=True,
            )
            if found.stores is not None:
                print(
                    f"with stores: ${found.stores.dollars:,.0f}, in memory ${total['unattended']:,.0f}; "
                    f"the same decision in {found.stores.months} of {len(found.books)} months; "
                    f"{len(found.stores.bad)} bad champions",
                    flush=True,
                )
            written.append(rows_of(seed, found))
            bar.update()
            if given.write:  # seed by seed: a run that is stopped leaves whole seeds
                write(pd.concat(written))
    table = pd.DataFrame(rows).set_index("seed")
    print(table.to_string())
    everything = pd.concat(written)[[way.replace(" ", "_") for way in WAYS]].sum()
    share = table["unattended"]
    print("share of the oracle's money, all seeds together:")
    print((everything / everything["oracle"]).round(3).to_string())
    print(
        f"unattended: mean share {share.mean():.1%}, where more than all counts as all "
        f"{share.clip(upper=1).mean():.1%}; at least 90 % in {(share >= 0.9).sum()} of {len(share)}; "
        f"lowest {share.min():.1%} (seed {share.idxmin()})"
    )
    print(f"bad champions, unattended: {table['bad'].sum()} of {table['promoted'].sum()} promoted")


if __name__ == "__main__":
    main()
