"""Whom to contact, over many telcos: share of an oracle's dollars, by uplift and by churn score.

    python benchmarks/uplift.py [telcos] [customers]

For each seed one telco contacts by a coin for six months, and every rule learns from its log. Then
a telco of another seed is judged by the truth: dollars that a rule adds in its first month, divided
by those of an oracle that knows both chances of leaving. The interval is that of the mean over
seeds (Student's t). All rules learn from the same log and are judged on the same customers.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.stats import t
from sklearn.ensemble import HistGradientBoostingClassifier

from churn import features
from churn.experiments.ab_test import earned
from churn.experiments.policy_value import doubly_robust_scores, true_gain
from churn.experiments.uplift import DirectPolicy, SLearner, TLearner, XLearner
from churn.metrics import Campaign
from churn.schema import ID
from churn.simulator import History, MonthEnd, Scenario, simulate_history

CAMPAIGN = Campaign(contact_cost=1, offer_cost=2, saved_value=400)


def by_coin(now: MonthEnd) -> pd.Series:
    """Every second customer, by chance."""
    coin = np.random.default_rng(now.day.toordinal()).random(len(now.snapshot))
    return now.snapshot.loc[coin < 0.5, ID]


def telco(seed: int, customers: int, months: int) -> Scenario:
    """A telco with planted effects."""
    return Scenario(
        name="telco",
        seed=seed,
        customers=customers,
        monthly_joins=customers // 30,
        months=months,
        treatment_effects=True,
    )


def numbers(history: History) -> np.ndarray:
    """What the learners read, shape (rows, 19)."""
    return np.asarray(features.ordinal().fit_transform(features.features(history.snapshots)))


def shares(seed: int, customers: int) -> dict[str, float]:
    """Each rule's share of the oracle's dollars in a telco on which nothing was learned."""
    lived = simulate_history(telco(seed, customers, 6), policy=by_coin)
    X, left = numbers(lived), lived.labels["churned"].to_numpy()
    contacted = lived.snapshots["contacted"].to_numpy()
    log = X, contacted, earned(left, contacted, CAMPAIGN)
    fresh = simulate_history(telco(1000 + seed, customers, 1))
    X_new = numbers(fresh)
    gain = true_gain(
        fresh.truth["probability_without_contact"],
        fresh.truth["probability_with_contact"],
        CAMPAIGN,
    )
    scores = doubly_robust_scores(*log, 0.5, groups=lived.snapshots[ID])
    chosen = {"direct policy": DirectPolicy().fit(X, scores).contact(X_new)}
    for name, learner in (("X", XLearner()), ("T", TLearner()), ("S", SLearner())):
        chosen[f"uplift, {name}-learner"] = learner.fit(*log).effect(X_new) > 0
    alone = contacted == 0
    churn = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, random_state=0)
    score = churn.fit(X[alone], left[alone]).predict_proba(X_new)[:, 1]
    rank = pd.Series(score).rank(ascending=False, method="first").to_numpy()
    chosen["riskiest, as many as direct"] = rank <= chosen["direct policy"].sum()
    chosen["riskiest tenth"] = rank <= len(rank) // 10
    chosen["everybody"] = np.ones(len(rank), dtype=bool)
    most = gain[gain > 0].sum()
    return {name: float(gain[who].sum() / most) for name, who in chosen.items()}


def main(telcos: int = 20, customers: int = 20_000) -> None:
    """Print one line per rule."""
    table = pd.DataFrame([shares(seed, customers) for seed in range(1, telcos + 1)])
    reach = t.ppf(0.975, telcos - 1) * table.std() / np.sqrt(telcos)
    print(f"share of the oracle's dollars, {telcos} telcos of {customers:,} customers")
    print(f"{'rule':28} {'mean':>7} {'95 % interval':>18} {'lowest':>8}")
    for rule in table:
        mean, half = table[rule].mean(), reach[rule]
        interval = f"{mean - half:.3f} to {mean + half:.3f}"
        print(f"{rule:28} {mean:7.3f} {interval:>18} {table[rule].min():8.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
