"""Tests of an experiment side by side: how often each is wrong, and how often it finds something.

python benchmarks/experiments.py                 # 4,000 experiments without a difference, 2,000 with one
python benchmarks/experiments.py --scale 0.1     # a tenth of them

All tests judge the same experiments: customers of the simulator, called by the old rule or by the
model, in dollars that each brought; 24,000 customers in twelve looks. *wrong* is the share of
experiments with the same policy in both arms that claim a difference, *found* that of experiments
with the two policies, both with 95 % Monte-Carlo intervals (Wilson); *customers* is how many were
needed on average. Below: the ratio check with and without lost customers, CUPED's variance against
theory, regrets of bandits, interleaving against A/B tests, and a thousand experiments at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from churn import data, features, training
from churn.experiments import bandits, cuped, group_sequential, many_tests, sample_ratio, sequential
from churn.experiments.ab_test import compare_shares, earned
from churn.experiments.interleaving import preference, team_draft
from churn.experiments.power import Plan
from churn.metrics import Campaign

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CUSTOMERS, BATCH = 24_000, 50
ENDS = np.arange(1, 13) * CUSTOMERS // 12
HALVES = {"rule": 0.5, "model": 0.5}


class Region:
    """Customers, what each brings under either policy, and their scores beforehand."""

    def __init__(self, seed: int) -> None:
        campaign = Campaign()
        X_train, y_train = features.xy(data.load("synthetic", seed=seed))
        table = data.load("synthetic", n=CUSTOMERS, seed=seed + 1)
        self.X, self.would_leave = features.xy(table)
        self.scores = {
            kind: training.make_model(kind).fit(X_train, y_train).predict_proba(self.X)[:, 1]
            for kind in ("logistic", "boosting")
        }
        kept = np.random.default_rng(seed).random(CUSTOMERS) < campaign.success_rate
        self.left, self.value = {}, {}
        for name, called in {
            "rule": training.baseline_rule(self.X) == 1,
            "model": self.scores["logistic"] >= campaign.break_even,
        }.items():
            self.left[name] = (self.would_leave == 1) & ~(called & kept)
            self.value[name] = earned(self.left[name], called, campaign)
        self.difference = float(self.value["model"].mean() - self.value["rule"].mean())


def draw(rng: np.random.Generator) -> tuple[NDArray[np.int64], Bools]:
    """Customers of some experiments, drawn anew from the region, and who of them is treated."""
    shape = BATCH, CUSTOMERS
    return rng.integers(0, CUSTOMERS, shape), rng.random(shape) < 0.5


def claims(region: Region, treated: str, runs: int, seed: int) -> dict[str, Bools]:
    """Of each test: at which looks it claims a difference, shape (runs, looks)."""
    rng, scale = np.random.default_rng(seed), region.difference
    adjusted = {}  # by the slope of the rule: known before, and the same in all experiments
    control, score = region.value["rule"], region.scores["logistic"]
    slope = np.cov(control, score)[0, 1] / score.var(ddof=1)
    for name, value in region.value.items():
        adjusted[name] = value - slope * (score - score.mean())
    fractions = (ENDS / CUSTOMERS).tolist()
    bounds = {
        spending.__name__: group_sequential.boundaries(fractions, spending=spending)
        for spending in (group_sequential.obrien_fleming, group_sequential.pocock)
    }
    last = np.arange(len(ENDS)) == len(ENDS) - 1
    found: dict[str, list[Bools]] = {}
    for _ in range(max(1, runs // BATCH)):
        who, inside = draw(rng)
        seen = {}
        for name, values in {"": region.value, ", CUPED": adjusted}.items():
            metric = np.where(inside, values[treated][who], values["rule"][who])
            seen[name] = sequential.at_looks(metric, inside, ENDS.tolist())
        gone = np.where(inside, region.left[treated][who], region.left["rule"][who])
        shares = [
            compare_shares(one[~arm], one[arm]).p_value
            for one, arm in zip(gone, inside, strict=True)
        ]
        verdicts = {"share that left, once": (np.array(shares) < 0.05)[:, None] & last}
        for name, looks in seen.items():
            usual = sequential.naive_p_values(looks.difference, looks.variance)
            valid = sequential.always_valid_p_values(looks.difference, looks.variance, scale)
            z = np.abs(looks.difference) / np.sqrt(looks.variance)
            verdicts |= {
                f"dollars, once{name}": (usual < 0.05) & last,
                f"12 looks, as if once{name}": usual < 0.05,
                f"12 looks, Bonferroni{name}": usual < 0.05 / len(ENDS),
                f"12 looks, O'Brien-Fleming{name}": z > bounds["obrien_fleming"],
                f"12 looks, Pocock{name}": z > bounds["pocock"],
                f"any look, confidence sequence{name}": valid < 0.05,
            }
        for name, verdict in verdicts.items():
            found.setdefault(name, []).append(verdict)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def share(hits: Bools) -> str:
    """A share with its 95 % interval."""
    low, high = proportion_confint(int(hits.sum()), hits.size, method="wilson")
    return f"{hits.mean():.1%} ({low:.1%} to {high:.1%})"


def tests(region: Region, scale: float) -> pd.DataFrame:
    nothing = claims(region, "rule", int(4000 * scale), seed=1)
    something = claims(region, "model", int(2000 * scale), seed=2)
    rows = {}
    for name, verdict in something.items():
        stops = verdict.any(axis=1)
        needed = np.where(stops, ENDS[verdict.argmax(axis=1)], CUSTOMERS).mean()
        rows[name] = {
            "wrong": share(nothing[name].any(axis=1)),
            "found": share(stops),
            "customers": f"{needed:,.0f}",
            "against once": f"{needed / CUSTOMERS:.2f}",
        }
    return pd.DataFrame(rows).T


def ratio_check(scale: float) -> pd.DataFrame:
    """Alarms of the check when nobody is lost, and when some of one arm are."""
    rng, rows = np.random.default_rng(3), {}
    for lost in (0.0, 0.01, 0.02, 0.05):
        counts = rng.binomial(CUSTOMERS, 0.5, max(100, int(1000 * scale)))
        kept = rng.binomial(counts, 1 - lost)
        alarms = [
            not sample_ratio.check(np.repeat(["model", "rule"], [one, CUSTOMERS - all_]), HALVES).ok
            for one, all_ in zip(kept, counts, strict=True)
        ]
        rows[f"{lost:.0%} of one arm lost"] = {"alarm": share(np.array(alarms))}
    return pd.DataFrame(rows).T


def variance(region: Region, scale: float) -> pd.DataFrame:
    """What CUPED removes from the variance of the difference, against R²."""
    rng, size = np.random.default_rng(4), 6000
    rows = {}
    known = np.column_stack([*region.scores.values(), region.X["tenure"]])
    for name, before in {"score": known[:, 0], "two scores and tenure": known}.items():
        some = rng.permutation(CUSTOMERS)[:size]
        plain = region.value["rule"][some]
        sharper = cuped.adjust(plain, before[some])
        differences = []
        for _ in range(int(160 * scale) or 1):
            inside = (rng.random((BATCH, size)) < 0.5).astype(float)
            treated = inside.sum(axis=1, keepdims=True)
            both = np.column_stack([plain, sharper]) - plain.mean()
            total = inside @ both
            differences.append(total / treated + total / (size - treated))
        scatter = np.concatenate(differences).var(axis=0)
        rows[name] = {
            "removed": 1 - scatter[1] / scatter[0],
            "theory": cuped.expected_reduction(plain, before[some]),
        }
    return pd.DataFrame(rows).T.round(3)


def regrets(scale: float) -> pd.DataFrame:
    """Listeners lost in 3,000 calls, by how late the answers are."""
    policies = {
        "split": bandits.split_evenly,
        "1,000 split, then best": bandits.split_then_best(1000),
        "UCB1": bandits.ucb1,
        "Thompson": bandits.thompson,
    }
    rows: dict[str, dict[str, str]] = {}
    for name, policy in policies.items():
        rows[name] = {}
        for delay in (0, 300, 1000):
            runs = max(20, int(1000 * scale))
            rates = [0.18, 0.20, 0.22, 0.27]
            last = bandits.play(policy, rates, 3000, runs, seed=5, delay=delay).regret()[:, -1]
            error = 1.96 * last.std() / np.sqrt(runs)
            rows[name][f"delay {delay}"] = f"{last.mean():.0f} ± {error:.0f}"
    return pd.DataFrame(rows).T


def rankings(region: Region, scale: float) -> pd.DataFrame:
    """Days of 20 calls for 80 % power, interleaving against A/B tests; and its type I error."""
    rng = np.random.default_rng(6)

    def top(score: Floats, pool: NDArray[np.int64]) -> NDArray[np.int64]:
        return pool[np.argsort(-score[pool], kind="stable")]

    def play(rank: Callable[[], tuple[Floats, Floats]], number: int) -> Floats:
        rows = []
        for _ in range(number):
            pool = rng.choice(CUSTOMERS, 200, replace=False)
            first, second = rank()
            one, other = top(first, pool), top(second, pool)
            items, team = team_draft(one.tolist(), other.tolist(), 20, rng)
            left = region.would_leave
            halves = left[top(first, pool[:100])[:10]], left[top(second, pool[100:])[:10]]
            own = left[other[:20]].sum(), left[one[:20]].sum()
            rows.append((*own, halves[1].sum() - halves[0].sum(), preference(team, left[items])))
        return np.array(rows, dtype=float).T

    def noisy() -> tuple[Floats, Floats]:
        """Two rankings that differ every day and are equally good."""
        first, second = (
            region.scores["logistic"] + rng.normal(0, 0.1, CUSTOMERS) for _ in range(2)
        )
        return first, second

    pair = region.scores["logistic"], region.scores["boosting"]
    factor = (norm.isf(0.025) + norm.isf(0.2)) ** 2
    own_b, own_a, by_customers, interleaved = play(lambda: pair, max(500, int(8000 * scale)))
    gap = own_b.mean() - own_a.mean()
    days = {
        "A/B by days": 2 * factor * (own_a.var() + own_b.var()) / gap**2,
        # Its expected difference is half that of the whole lists, and less noisy from these.
        "A/B by customers": factor * by_customers.var() / (gap / 2) ** 2,
        "interleaving": factor * interleaved.var() / interleaved.mean() ** 2,
    }
    equal = play(noisy, max(500, int(4000 * scale)))[3]
    drawn = equal[: len(equal) // 20 * 20].reshape(-1, 20)
    z = drawn.mean(axis=1) / (drawn.std(axis=1, ddof=1) / np.sqrt(20))
    print(f"equally good rankings, 20 days: preferred one in {share(np.abs(z) > 2.093)}")
    return pd.DataFrame(
        {
            name: {"days": f"{one:,.0f}", "against A/B by days": f"{one / days['A/B by days']:.2f}"}
            for name, one in days.items()
        }
    ).T


def many(region: Region, scale: float) -> pd.DataFrame:
    """A thousand experiments, 50 with an effect, several times: what is claimed."""
    rng, rows = np.random.default_rng(7), []
    for _ in range(max(2, int(20 * scale))):
        arms = rng.random((CUSTOMERS, 1000)) < 0.5
        effect = np.zeros(1000)
        effect[:50] = rng.uniform(4, 16, 50) * rng.choice([1, -1], 50)
        p_values = many_tests.effects(region.value["rule"] + arms @ effect, arms)["p_value"]
        for name, who in {
            "p < 0.05": (p_values < 0.05).to_numpy(),
            "Bonferroni": (p_values < 0.05 / 1000).to_numpy(),
            "Benjamini-Hochberg": multipletests(p_values, alpha=0.05, method="fdr_bh")[0],
        }.items():
            false = int((who & (effect == 0)).sum())
            real = int(who.sum()) - false
            rows.append((name, real, false, false / max(1, who.sum())))
    table = pd.DataFrame(rows, columns=["test", "real", "false", "false share"])
    return table.groupby("test", sort=False).mean().round(3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=11, help="of the customers")
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of experiments")
    given = parser.parse_args()
    region = Region(given.seed)
    sd = float(region.value["rule"].std())
    plan = Plan(region.difference, sd)
    print(f"truth: {region.difference:.2f} dollars per customer, standard deviation {sd:.0f};")
    print(f"by the formula {CUSTOMERS:,} customers find it in {plan.power_with(CUSTOMERS):.1%}")
    for title, table in {
        "tests of one experiment": tests(region, given.scale),
        "sample ratio": ratio_check(given.scale),
        "variance that CUPED removes": variance(region, given.scale),
        "regret in listeners": regrets(given.scale),
        "two rankings, 80 % power": rankings(region, given.scale),
        "a thousand experiments, 50 with an effect": many(region, given.scale),
    }.items():
        print(f"\n== {title}\n{table.to_string()}")


if __name__ == "__main__":
    main()
