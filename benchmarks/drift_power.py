"""How often each detector sees an incident, by the incident's size and by the rows of a window.

python benchmarks/drift_power.py             # prints all; some seven minutes of one core
python benchmarks/drift_power.py --write     # and writes datasets/measured/drift_power.csv

``--incidents`` measures some of them only, in the place of their own rows of that file.

Each incident begins on 1 January 2025, in a telco of its own for each window (the same telcos for
all incidents and sizes). The first snapshot after that day is compared with the last before it, at
a level of 5 % for the whole table, by the fourteen detectors of benchmarks/drift.py, with the same churn model for
those that ask one. Size 0 is no incident: a month passes, and nothing else. ``share`` is the share of windows
with an alarm. Every size is tried with 1,000 rows on each side, the third of each incident, and size 0, also
with fewer and with more.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from drift import (
    FIRST_SEED,
    ROWS,
    between,
    fitted_model,
    labelled,
    share_of_alarms,
    telco,
)
from drift_detectors import detectors
from threadpoolctl import threadpool_limits

from churn.simulator import Incident, load_scenario
from churn.simulator.scenario import datasets_dir

START = pd.Timestamp("2025-01-01")
#: By kind: relative rise of every bill; share of rows without a payment method; points taken off a
#: score; share of new customers who choose one of the new entries.
SIZES = {
    "nothing": (0.0,),
    "price_rise": (0.01, 0.02, 0.05, 0.1),
    "missing_block": (0.005, 0.01, 0.02, 0.05),
    "upstream_model_corrected": (0.02, 0.04, 0.08, 0.12),
    "new_gender_categories": (0.1, 0.3, 0.6, 1.0),
}
OTHER_ROWS = (250, 3000)
NAMES = ["detector", "incident", "size", "rows", "windows", "share"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=20, help="windows of each point")
    parser.add_argument("--incidents", nargs="*", default=list(SIZES), choices=SIZES, help="all")
    parser.add_argument("--write", action="store_true", help="to drift_power.csv")
    given = parser.parse_args()
    rows: list[tuple[Any, ...]] = []
    baseline = load_scenario("baseline")
    with threadpool_limits(1):
        watch = detectors(fitted_model())
        for kind in given.incidents:
            sizes = SIZES[kind]
            for size in sizes:
                planted = () if size == 0 else (Incident(kind=kind, date=START.date(), size=size),)
                scenario = baseline.model_copy(update={"incidents": planted})
                before, after = START - pd.offsets.MonthEnd(1), START + pd.offsets.MonthEnd(1)
                days = []
                for path in range(given.windows):
                    history = telco(scenario, FIRST_SEED + path, scenario.month_index(after) + 1)
                    snapshots = labelled(history, (before, after))
                    days.append(tuple(snapshots[snapshots["as_of"] == d] for d in (before, after)))
                also = OTHER_ROWS if size in (0.0, *sizes[2:3]) else ()
                for count in (ROWS, *also):
                    rng = np.random.default_rng(count)
                    pairs = [between(old, new, count, rng) for old, new in days]
                    found = share_of_alarms(watch, pairs)
                    passed = f"after {time.process_time() / 60:.1f} min of CPU"
                    print(f"{kind} {size} {count} {passed}: {found}", flush=True)
                    rows += [(n, kind, size, count, given.windows, v) for n, v in found.items()]
    if given.write:
        write(pd.DataFrame(rows, columns=NAMES), datasets_dir() / "measured" / "drift_power.csv")


def write(table: pd.DataFrame, path: Path) -> None:
    """Put the rows in the place of those of the same incidents."""
    if path.is_file():
        before = pd.read_csv(path)
        table = pd.concat([before[~before["incident"].isin(table["incident"].unique())], table])
    place = table["incident"].map(list(SIZES).index)
    table = table.iloc[np.argsort(place, kind="stable")]
    table.to_csv(path, index=False, lineterminator="\n")
    print(f"{len(table)} measures written to {path.name}")


if __name__ == "__main__":
    main()
