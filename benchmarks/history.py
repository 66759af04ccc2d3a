"""How fast histories and events are simulated, and what each incident changes.

python benchmarks/history.py              # rows per second
python benchmarks/history.py --effects    # every scenario of datasets/scenarios, measured
"""

from __future__ import annotations

import argparse
import time

import pandas as pd

from churn.schema import ID
from churn.simulator.events import simulate_events
from churn.simulator.history import History, simulate_history
from churn.simulator.scenario import Scenario, load_scenario, scenario_names

KEYS = [ID, "as_of"]


def print_speed(repeats: int) -> None:
    """Rows per second of histories of three sizes, and of their first month's events."""
    simulate_history(Scenario(name="warm_up", customers=100, months=2))
    print(
        f"{'customers':>9} {'months':>6} {'rows':>9} {'seconds':>8} {'rows/s':>10} {'events/s':>10}"
    )
    for customers in (2_000, 20_000, 100_000):
        scenario = Scenario(name="speed", customers=customers, monthly_joins=customers // 30)
        best = events_per_second = 0.0
        for _ in range(repeats):
            start = time.perf_counter()
            history = simulate_history(scenario)
            rows = len(history.snapshots)
            best = max(best, rows / (time.perf_counter() - start))
            start = time.perf_counter()
            events = len(simulate_events(history, scenario.start))
            events_per_second = max(events_per_second, events / (time.perf_counter() - start))
        print(
            f"{customers:>9,} {scenario.months:>6} {rows:>9,} {rows / best:>8.2f}"
            f" {best:>10,.0f} {events_per_second:>10,.0f}"
        )


def print_effects() -> None:
    """Every incident against the baseline, from its date on."""
    clean = simulate_history(load_scenario("baseline"))
    monthly = clean.labels.groupby("as_of")["churned"].mean()
    size = clean.snapshots.groupby("as_of").size()
    print(
        f"baseline: {len(clean.snapshots):,} rows, {size.iloc[0]:,} to {size.iloc[-1]:,} customers,"
        f" monthly churn {monthly.mean():.4f} ({monthly.min():.4f} to {monthly.max():.4f})\n"
    )
    print(f"{'scenario':<26} {'columns that differ (share of rows from the date on)':<58} churn")
    for name in scenario_names():
        scenario = load_scenario(name)
        for incident in scenario.incidents:
            start = pd.Timestamp(incident.date)
            history = simulate_history(scenario)
            old, new = (_churn(h, start) for h in (clean, history))
            print(f"{name:<26} {_changes(clean, history, start):<58} {old:.4f} -> {new:.4f}")


def _churn(history: History, start: pd.Timestamp) -> float:
    return float(history.labels.loc[history.labels["as_of"] >= start, "churned"].mean())


def _changes(clean: History, history: History, start: pd.Timestamp) -> str:
    old, new = (h.snapshots[h.snapshots["as_of"] >= start] for h in (clean, history))
    both = old.merge(new.drop_duplicates(KEYS), on=KEYS, suffixes=("", "_new"))
    parts = []
    for column in old.columns.drop(KEYS):
        before, after = both[column], both[f"{column}_new"]
        share = (~((before == after) | (before.isna() & after.isna()))).mean()
        if share > 0:
            parts.append((share, f"{column} {share:.3f}"))
    text = ", ".join(label for _, label in sorted(parts, reverse=True)[:2])
    text += f" and {len(parts) - 2} more" if len(parts) > 2 else ""
    added = len(new) - len(new.merge(old[KEYS], on=KEYS).drop_duplicates(KEYS))
    gone = len(old) - len(both)
    text += f" {added:+,} -{gone:,} rows" if added or gone else ""
    text += f" {len(history.corrections):,} past values" if len(history.corrections) else ""
    return text.strip() or "none in snapshots"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--effects", action="store_true", help="measure every scenario")
    parser.add_argument("--repeats", type=int, default=2, help="take the fastest of so many runs")
    arguments = parser.parse_args()
    if arguments.effects:
        print_effects()
    else:
        print_speed(arguments.repeats)
