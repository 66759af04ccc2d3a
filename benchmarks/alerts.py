"""Policies of alerts side by side, over many simulated histories of a service.

python benchmarks/alerts.py                  # 20 histories of 36 months
python benchmarks/alerts.py --first 1000

Columns: pages, false pages, late pages and missed troubles, on average a year; the history with most
false pages; dollars a year. The policy ``FEW_AT_NIGHT`` was chosen on the seeds 0 to 11.
"""

from __future__ import annotations

import argparse
import datetime as dt

import pandas as pd

from churn.monitoring.alerts import SAME_ALERT, Action, Costs, alerts, judge
from churn.monitoring.burn_rate import FEW_AT_NIGHT, WORKBOOK, Rule
from churn.monitoring.slo import Objective
from coursekit.exercises.service_years import service_years

OBJECTIVE = Objective("availability", "answered without a 5xx", 0.999)
ACTION = Action("Look at /ready.", "deploy/runbooks/availability.md", "on call")
MONTHS = 36
POLICIES: dict[str, tuple[tuple[Rule, ...], dt.timedelta]] = {
    "five minutes above the budget": ((Rule("page", 1, 1 / 12, 1 / 12),), SAME_ALERT),
    "an hour above the budget": ((Rule("page", 1, 1, 1),), SAME_ALERT),
    "workbook, fast rule only": ((WORKBOOK[0],), SAME_ALERT),
    "workbook, all rules, same after 2 h": (WORKBOOK, dt.timedelta(hours=2)),
    "workbook, all rules": (WORKBOOK, SAME_ALERT),
    "few at night": (FEW_AT_NIGHT, SAME_ALERT),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in POLICIES}
    for seed in range(given.first, given.first + given.seeds):
        years = service_years(seed, MONTHS)
        for name, (rules, same) in POLICIES.items():
            sent = alerts(years.counts, OBJECTIVE, rules, ACTION, same)
            got = judge(sent, years.troubles, years.counts, Costs())
            found[name].append((got.pages, got.false, got.late, got.missed, got.cost))
    columns = ["pages", "false", "late", "missed", "dollars"]
    rows = {}
    for name, verdicts in found.items():
        table = pd.DataFrame(verdicts, columns=columns) * 12 / MONTHS
        rows[name] = {**table.mean().round(2), "most false a year": table["false"].max().round(2)}
    print(f"{given.seeds} histories of {MONTHS} months, a year:")
    print(pd.DataFrame(rows).T.to_string())


if __name__ == "__main__":
    main()
