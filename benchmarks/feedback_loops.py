"""What a campaign that is trained on its own contacts loses, and what remedies bring back.

python benchmarks/feedback_loops.py             # about four CPU minutes
python benchmarks/feedback_loops.py --write     # and the table of the lesson, datasets/measured/feedback_loops.csv

Each seed is another telco, lived through by every way of training again. In "types" a contact does to
customers what their hidden type says (Scenario.treatment_effects), in "alike" it keeps a part of
everybody. Dollars are expected ones, from the simulator's truth: what the contacts of a month add. What
is printed are the dollars more than training on all labels, with the interval of the mean over the
seeds (Student's t, paired). Nothing is asserted.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from churn.experiments.policy_value import true_gain
from churn.metrics import Campaign
from churn.simulator import History, Scenario, simulate_history
from churn.simulator.responses import CONTACT_EFFECT
from churn.simulator.scenario import datasets_dir
from churn.training.continuous import RetrainedCampaign

TABLE = "measured/feedback_loops.csv"
MONTHS, CUSTOMERS = 30, 5000
CAMPAIGN = Campaign(contact_cost=1, offer_cost=2, saved_value=400)
WAYS: Mapping[str, dict[str, Any]] = {
    "never again": {"every": None},
    "all labels": {},
    "untouched": {"labels": "untouched"},
    "weighted, 2%": {"labels": "weighted", "hold_out": 0.02},
    "weighted, 5%": {"labels": "weighted", "hold_out": 0.05},
    "weighted, 20%": {"labels": "weighted", "hold_out": 0.2},
}


def telco(seed: int, treatment_effects: bool = True) -> Scenario:
    return Scenario(
        name="telco",
        seed=seed,
        customers=CUSTOMERS,
        monthly_joins=CUSTOMERS // 30,
        months=MONTHS,
        treatment_effects=treatment_effects,
    )


def dollars(history: History) -> pd.Series:
    """What the contacts of each month add in expectation, by ``as_of``."""
    truth = history.truth
    if history.scenario.treatment_effects:
        alone = truth["probability_without_contact"].to_numpy()
        touched = truth["probability_with_contact"].to_numpy()
    else:
        touched = truth["churn_probability"].to_numpy()  # of those who were contacted
        alone = 1 / (1 + (1 - touched) / touched * np.exp(CONTACT_EFFECT))
    contacted = history.snapshots["contacted"] == 1
    gain = np.where(contacted, true_gain(alone, touched, CAMPAIGN), 0)
    return pd.Series(gain).groupby(truth["as_of"].to_numpy()).sum()


def measure(seeds: int) -> pd.DataFrame:
    """A row for each world, seed, way and month of the campaign."""
    found = []
    for world in ("types", "alike"):
        for seed in range(seeds):
            for way, settings in WAYS.items():
                policy = RetrainedCampaign(**settings)
                history = simulate_history(telco(seed, world == "types"), policy=policy)
                gain = dollars(history).iloc[policy.start :]
                found += [
                    {"world": world, "seed": seed, "way": way, "month": month, "dollars": one}
                    for month, one in enumerate(gain.round().astype(int), start=1)
                ]
    return pd.DataFrame(found)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Dollars by way and world, and how many more than by training on all labels."""
    total = table.groupby(["world", "seed", "way"])["dollars"].sum().unstack("way")[list(WAYS)]
    more = total.sub(total["all labels"], axis=0)
    seeds = len(total) // total.index.get_level_values("world").nunique()
    half = stats.t.ppf(0.975, seeds - 1) * more.groupby("world").std() / np.sqrt(seeds)
    mean = more.groupby("world").mean()
    parts = {"dollars": total.groupby("world").mean(), "more": mean}
    parts |= {"low": mean - half, "high": mean + half}
    return pd.concat({name: part.stack() for name, part in parts.items()}, axis=1).round()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--write", action="store_true", help=f"into datasets/{TABLE}")
    given = parser.parse_args()
    table = measure(given.seeds)
    print(summary(table).to_string())
    if given.write:
        about = f"# Measured by benchmarks/feedback_loops.py on {given.seeds} simulated telcos.\n"
        (datasets_dir() / TABLE).write_text(about + table.to_csv(index=False))


if __name__ == "__main__":
    main()
