"""How often each detector sees an incident, by the incident's size and by the rows of a window.

python benchmarks/drift_power.py             # prints all; some three minutes of one core
python benchmarks/drift_power.py --write     # and writes datasets/measured/drift_power.csv

Each incident begins on 1 January 2025, in a telco of its own for each window (the same telcos for
all incidents and sizes). The first snapshot after that day is compared with the last before it, at
a level of 5 % for the whole table, by four of the detectors of benchmarks/drift.py. Size 0 is no incident: a
month passes, and nothing else. ``share`` is the share of windows with an alarm. Every size is tried with 1,000
rows on each side, the third of each incident, and size 0, also with fewer and with more.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from drift import (
    FIRST_SEED,
    ROWS,
    between,
    labelled,
    share_of_alarms,
    telco,
)
from drift_detectors import CATEGORIES, NUMBERS, of_rows
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
#: One detector of each sort: of numbers, of categories, a distance with a bound, of whole rows.
WATCHED = ("Kolmogorov-Smirnov", "Chi-squared", "PSI", "MMD")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=20, help="windows of each point")
    parser.add_argument("--write", action="store_true", help="to drift_power.csv")
    given = parser.parse_args()
    watch = {name: alarm for name, alarm in of_rows(NUMBERS, CATEGORIES).items() if name in WATCHED}
    rows: list[tuple[Any, ...]] = []
    baseline = load_scenario("baseline")
    with threadpool_limits(1):
        for kind, sizes in SIZES.items():
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
                    print(f"{kind} {size} {count}: {found}", flush=True)
                    rows += [(n, kind, size, count, given.windows, v) for n, v in found.items()]
    if given.write:
        names = ["detector", "incident", "size", "rows", "windows", "share"]
        target = datasets_dir() / "measured" / "drift_power.csv"
        pd.DataFrame(rows, columns=names).to_csv(target, index=False, lineterminator="\n")
        print(f"{len(rows)} measures written to {target.name}")


if __name__ == "__main__":
    main()
