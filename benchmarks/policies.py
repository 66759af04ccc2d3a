"""Policies of retraining side by side, in dollars, over 36 months and many seeds.

python benchmarks/policies.py             # about five minutes
python benchmarks/policies.py --write     # and the table of the lesson, datasets/measured/policies.csv

Each seed is another telco that lives through datasets/three_years.yaml. All policies of a seed see
the same customers; what is printed are the dollars that a policy saves against never retraining,
with the interval of the mean over the seeds (Student's t). Nothing is asserted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.pipeline import Pipeline

from churn import training
from churn.monitoring.drift import compare_columns
from churn.simulator import load_scenario, simulate_history
from churn.simulator.scenario import datasets_dir
from churn.training.continuous import Policy, Timeline, replay, triggers
from churn.training.continuous.replay import Labels

TABLE = "measured/policies.csv"
FIRST, LAST = "2025-01-31", "2027-12-31"


def drifted(trained_on: pd.DataFrame, today: pd.DataFrame) -> bool:
    """Whether a column differs beyond chance (Holm over all columns) and by an effect of 0.1."""
    return bool(compare_columns(trained_on, today, min_effect=0.1)["drift"].any())


POLICIES = {
    "never": Policy(triggers.never),
    "every year": Policy(triggers.every(12)),
    "every quarter": Policy(triggers.every(3)),
    "every month": Policy(triggers.every(1)),
    "performance": Policy(triggers.surprised(4), watches_labels=True),
    "data": Policy(triggers.data_changed(drifted)),
    # Two people know of the rival and of the price rise, and ask when three months of labels do too.
    "on demand": Policy(triggers.on_demand(["2026-08-31", "2027-08-31"])),
}


def fit(X: pd.DataFrame, y: Labels) -> Pipeline:
    return training.make_model("logistic").fit(X, y)


def measure(seeds: int) -> pd.DataFrame:
    """A row for each seed and policy."""
    scenario = load_scenario(datasets_dir() / "three_years.yaml")
    rows = []
    for seed in range(seeds):
        history = simulate_history(scenario.model_copy(update={"seed": seed}))
        timeline = Timeline(history.snapshots, history.labels, fit)
        for name, policy in POLICIES.items():
            books = replay(timeline, policy, FIRST, LAST)
            dollars = books[["contacts", "lost", "training", "labels"]].sum().round().astype(int)
            rows.append(
                {"seed": seed, "policy": name, "models": books["retrained"].sum(), **dollars}
            )
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Models and dollars saved against never retraining, by policy, means over the seeds."""
    cost = table.assign(cost=table[["contacts", "lost", "training", "labels"]].sum(axis=1))
    costs = cost.pivot(index="seed", columns="policy", values="cost")[list(POLICIES)]
    saved = costs.rsub(costs["never"], axis=0)
    half = stats.t.ppf(0.975, len(saved) - 1) * saved.std(ddof=1) / np.sqrt(len(saved))
    found = pd.DataFrame(
        {
            "models": table.groupby("policy")["models"].mean(),
            "cost": costs.mean(),
            "saved": saved.mean(),
            "low": saved.mean() - half,
            "high": saved.mean() + half,
            "best_in_seeds": costs.idxmin(axis=1).value_counts(),
        }
    )
    found["best_in_seeds"] = found["best_in_seeds"].fillna(0).astype(int)
    return found.loc[list(POLICIES)].round(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--write", action="store_true", help=f"into datasets/{TABLE}")
    given = parser.parse_args()
    table = measure(given.seeds)
    print(summary(table).to_string())
    if given.write:
        file: Path = datasets_dir() / TABLE
        about = f"# Measured by benchmarks/policies.py on {given.seeds} simulated telcos.\n"
        file.write_text(about + table.to_csv(index=False))


if __name__ == "__main__":
    main()
