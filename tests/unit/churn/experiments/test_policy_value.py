"""Off-policy values: right on average, narrower when doubly robust, refused without overlap."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from churn.experiments.policy_value import (
    doubly_robust_scores,
    estimate,
    ipw_scores,
    true_gain,
)
from churn.metrics import Campaign


def log(n: int, seed: int) -> dict[str, np.ndarray]:
    """A log with unequal chances that depend on what drives the outcome."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    chance = np.where(x > 0, 0.7, 0.2)
    who = (rng.random(n) < chance).astype(int)
    effect = np.where(x > 0.5, 3.0, -1.0)
    return {
        "X": x[:, None],
        "who": who,
        "y": 20 + 4 * x + effect * who + rng.normal(size=n),
        "chance": chance,
        "policy": x > 0.5,
        "truth": np.where(x > 0.5, effect, 0.0),
    }


def test_both_are_right_on_average_and_their_intervals_hold() -> None:
    # P(x > 0.5) = 0.3085, and 3 dollars for each of them.
    truth = 3 * 0.308538
    found: dict[str, list] = {"ipw": [], "dr": []}
    for seed in range(60):
        d = log(1500, seed)
        found["ipw"].append(estimate(ipw_scores(d["who"], d["y"], d["chance"]), d["policy"]))
        scores = doubly_robust_scores(
            d["X"], d["who"], d["y"], d["chance"], model=LinearRegression()
        )
        found["dr"].append(estimate(scores, d["policy"]))
    for name, values in found.items():
        means = np.array([v.mean for v in values])
        assert abs(means.mean() - truth) < 3 * means.std() / np.sqrt(len(means)), name
        covered = np.mean([v.low <= truth <= v.high for v in values])
        assert covered >= 0.87, name
    width = {name: np.mean([v.high - v.low for v in values]) for name, values in found.items()}
    assert width["dr"] < 0.4 * width["ipw"]


def test_the_plain_difference_of_the_arms_is_wrong_where_the_right_scores_are_not() -> None:
    d = log(20_000, 1)
    everybody = np.ones(len(d["y"]))
    truth = 3 * 0.308538 - 0.691462
    naive = d["y"][d["who"] == 1].mean() - d["y"][d["who"] == 0].mean()
    assert abs(naive - truth) > 1
    # Robust to a useless model, thanks to the propensity.
    scores = doubly_robust_scores(d["X"], d["who"], d["y"], d["chance"], model=DummyRegressor())
    value = estimate(scores, everybody)
    assert value.low < truth < value.high


def test_groups_stay_together_and_count_once() -> None:
    d = log(400, 2)
    scores = ipw_scores(d["who"], d["y"], d["chance"])
    alone = estimate(scores, d["policy"])
    often, policy = np.tile(scores, 4), np.tile(d["policy"], 4)
    naive = estimate(often, policy)
    grouped = estimate(often, policy, groups=np.tile(np.arange(400), 4))
    assert naive.high - naive.low == pytest.approx((alone.high - alone.low) / 2, rel=0.01)
    assert grouped.high - grouped.low == pytest.approx(alone.high - alone.low)
    assert grouped.mean == pytest.approx(alone.mean)
    # A model that remembers rows would give itself away if a customer's months were torn apart.
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(300, 1)), 4, axis=0)
    y = np.repeat(rng.normal(size=300), 4)
    who = np.tile([0, 1, 0, 1], 300)
    one = KNeighborsRegressor(n_neighbors=1)
    torn = doubly_robust_scores(X, who, y, 0.5, model=one, folds=2)
    whole = doubly_robust_scores(X, who, y, 0.5, model=one, folds=2, groups=np.arange(1200) // 4)
    assert (np.abs(torn) < 1e-9).mean() > 0.2 > (np.abs(whole) < 1e-9).mean()


def test_a_difference_of_policies_is_paired() -> None:
    d = log(3000, 3)
    scores = ipw_scores(d["who"], d["y"], d["chance"])
    nearly = d["policy"].copy()
    nearly[:20] = ~nearly[:20]
    one, other = estimate(scores, d["policy"]), estimate(scores, nearly)
    paired = estimate(scores, d["policy"].astype(int) - nearly)
    assert paired.mean == pytest.approx(one.mean - other.mean)
    assert paired.high - paired.low < 0.3 * (one.high - one.low)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_without_overlap_there_is_no_answer(chance: float) -> None:
    d = log(50, 1)
    chances = d["chance"].copy()
    chances[7] = chance
    with pytest.raises(ValueError, match="by a chance between 0 and 1"):
        ipw_scores(d["who"], d["y"], chances)
    with pytest.raises(ValueError, match="by a chance between 0 and 1"):
        doubly_robust_scores(d["X"], d["who"], d["y"], chances)


def test_lengths_and_groups_are_checked() -> None:
    with pytest.raises(ValueError, match="two flat arrays"):
        estimate([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="at least two groups"):
        estimate([1.0, 2.0], [True, False], groups=["a", "a"])


def test_the_true_gain_counts_what_a_campaign_pays() -> None:
    campaign = Campaign(contact_cost=1, offer_cost=2, saved_value=400)
    gain = true_gain([0.5, 0.02, 0.02], [0.1, 0.02, 0.1], campaign)
    assert gain == pytest.approx([160 - 1 - 1.8, -1 - 1.96, -32 - 1 - 1.8])
