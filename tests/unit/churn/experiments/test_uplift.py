"""Learners find a planted effect that a churn score misses, and say so if a log is no log."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from churn.experiments.uplift import DirectPolicy, SLearner, TLearner, XLearner, checked

LEARNERS = [SLearner, TLearner, XLearner]


def planted(
    n: int, seed: int, share: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, contacts, outcome and true effect: +2 where the second feature is high, else -1.

    The first feature moves the outcome by much more and the effect not at all.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    effect = np.where(X[:, 1] > 0.3, 2.0, -1.0)
    contacted = (rng.random(n) < share).astype(int)
    outcome = 5 * X[:, 0] + effect * contacted + rng.normal(size=n)
    return X, contacted, outcome, effect


@pytest.mark.parametrize("kind", LEARNERS)
def test_it_finds_the_effect_and_not_the_outcome(kind: type[TLearner]) -> None:
    X, contacted, outcome, _ = planted(6000, 1)
    fresh, *_, effect = planted(4000, 2)
    found = kind().fit(X, contacted, outcome).effect(fresh)
    assert ((found > 0) == (effect > 0)).mean() > 0.93
    assert abs(np.corrcoef(found, effect)[0, 1]) > 0.85
    assert abs(np.corrcoef(found, fresh[:, 0])[0, 1]) < 0.2


def test_a_shuffled_contact_teaches_nothing() -> None:
    X, contacted, outcome, _ = planted(6000, 1)
    shuffled = np.random.default_rng(0).permutation(contacted)
    fresh, *_, effect = planted(4000, 2)
    found = XLearner().fit(X, shuffled, outcome).effect(fresh)
    assert abs(np.corrcoef(found, effect)[0, 1]) < 0.4


def test_an_x_learner_with_a_small_arm_leans_on_the_large_one() -> None:
    X, contacted, outcome, _ = planted(6000, 1, share=0.05)
    fresh, *_, effect = planted(4000, 2)
    errors = {
        propensity: np.mean(
            (XLearner(propensity=propensity).fit(X, contacted, outcome).effect(fresh) - effect) ** 2
        )
        for propensity in (0.05, 0.95)
    }
    # The weight is for the model of the treated, 1 - 0.05, fitted against the large arm.
    assert errors[0.05] < errors[0.95]
    two_models = TLearner().fit(X, contacted, outcome).effect(fresh)
    assert errors[0.05] < np.mean((two_models - effect) ** 2)


def test_another_model_may_be_given() -> None:
    rng = np.random.default_rng(0)
    X, who = rng.normal(size=(400, 2)), np.arange(400) % 2
    outcome = X[:, 0] + who * (1 + 2 * X[:, 1])
    found = TLearner(LinearRegression()).fit(X, who, outcome).effect(X)
    assert np.allclose(found, 1 + 2 * X[:, 1])
    # One line with one slope for "contacted" cannot tell customers apart.
    assert np.ptp(SLearner(LinearRegression()).fit(X, who, outcome).effect(X)) < 1e-9


def test_a_direct_policy_follows_the_sign_and_weighs_by_size() -> None:
    rng = np.random.default_rng(3)
    X = rng.integers(0, 2, (4000, 2)).astype(float)
    # Seven in ten lose 1 where the first column is 1, three in ten win 10: worth it.
    scores = np.where(X[:, 0] == 1, np.where(rng.random(4000) < 0.3, 10.0, -1.0), -1.0)
    policy = DirectPolicy(leaves=4, smallest=50).fit(X, scores)
    assert policy.contact([[1, 0], [1, 1], [0, 0], [0, 1]]).tolist() == [True, True, False, False]
    lighter = np.where(scores > 0, 1.0, -1.0)
    assert not DirectPolicy(leaves=4, smallest=50).fit(X, lighter).contact(X).any()


@pytest.mark.parametrize(
    ("contacted", "outcome", "words"),
    [
        ([0, 1, 1], [1.0, 2.0], "one row"),
        ([0, 1], [1.0, 2.0], "one row"),
        ([0, 2, 1], [1.0, 2.0, 3.0], "0 or 1"),
        ([1, 1, 1], [1.0, 2.0, 3.0], "with a contact and customers without"),
        ([0, 0, 0], [1.0, 2.0, 3.0], "with a contact and customers without"),
    ],
)
def test_what_is_no_log_is_refused(contacted: list[int], outcome: list[float], words: str) -> None:
    X = np.zeros((3, 1))
    with pytest.raises(ValueError, match=words):
        checked(X, contacted, outcome)
    with pytest.raises(ValueError, match=words):
        XLearner().fit(X, contacted, outcome)
