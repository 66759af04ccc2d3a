"""Bandits: choose among several variants, learn from each answer, and earn meanwhile.

    played = play(thompson, rates=[0.10, 0.12, 0.15], customers=3000, runs=200, seed=0)
    played.regret().mean(axis=0)

A policy is a function ``(wins, pulls, rng) -> arm``. It sees what has been answered so far, for many
independent runs at once: ``wins`` and ``pulls`` have the shape (runs, arms), its answer (runs,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Policy = Callable[[Ints, Ints, np.random.Generator], Ints]


def thompson(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
    """Draw each arm's rate from what is believed of it, and take the best draw.

    Beta beliefs, uniform at the start (Chapelle & Li, "An empirical evaluation of Thompson
    sampling", NIPS 2011).
    """
    return rng.beta(1 + wins, 1 + pulls - wins).argmax(axis=1)


def ucb1(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
    """Take the arm whose rate could be highest: mean plus sqrt(2 ln t / pulls).

    Auer, Cesa-Bianchi & Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002.
    Arms never tried come first.
    """
    tried = np.maximum(pulls, 1)
    total = np.maximum(pulls.sum(axis=1, keepdims=True), 1)
    bound = wins / tried + np.sqrt(2 * np.log(total) / tried)
    return np.where(pulls == 0, np.inf, bound).argmax(axis=1)


def split_evenly(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
    """An A/B/n test: every arm as often as the others, whatever the answers."""
    return rng.integers(0, pulls.shape[1], len(pulls))


def split_then_best(test_customers: int) -> Policy:
    """An A/B/n test on the first customers; then always the arm that had the best rate."""

    def policy(wins: Ints, pulls: Ints, rng: np.random.Generator) -> Ints:
        best = (wins / np.maximum(pulls, 1)).argmax(axis=1)
        over = pulls.sum(axis=1) >= test_customers
        return np.where(over, best, split_evenly(wins, pulls, rng))

    return policy


@dataclass(frozen=True)
class Played:
    """What a policy did.

    Attributes:
        rates: the true share of yes of each arm, shape (arms,).
        chosen: the arm of each customer, shape (runs, customers).
        answers: whether each said yes, same shape.
    """

    rates: NDArray[np.float64]
    chosen: NDArray[np.int8]
    answers: NDArray[np.bool_]

    def regret(self) -> NDArray[np.float64]:
        """Yeses that always choosing the best arm would have brought more, on average, so far.

        By the true rates, so without the luck of the answers. Shape (runs, customers).
        """
        lost = self.rates.max() - self.rates
        return np.cumsum(lost[self.chosen], axis=1)

    def pulls(self) -> Ints:
        """How often each arm was chosen, shape (runs, arms)."""
        return np.stack([(self.chosen == arm).sum(axis=1) for arm in range(len(self.rates))], 1)

    def means(self) -> NDArray[np.float64]:
        """The share of yes that each arm showed, shape (runs, arms); nan where never chosen."""
        wins = [((self.chosen == arm) & self.answers).sum(axis=1) for arm in range(len(self.rates))]
        pulls = self.pulls()
        return np.where(pulls > 0, np.stack(wins, 1) / np.maximum(pulls, 1), np.nan)


def play(
    policy: Policy,
    rates: Sequence[float],
    customers: int,
    runs: int = 1,
    seed: int = 0,
    delay: int = 0,
) -> Played:
    """Let a policy choose for one customer after the other, in many independent runs.

    Args:
        policy: sees the answers known so far.
        rates: the share of yes of each arm, which the policy does not see.
        customers: of each run.
        runs: how often the whole is repeated.
        seed: of choices and answers.
        delay: an answer is known when so many further customers have been chosen for.

    Raises:
        ValueError: if there are fewer than two arms, a rate is no share, or the delay is negative.
    """
    truth = np.asarray(rates, dtype=float)
    if truth.ndim != 1 or len(truth) < 2 or not ((truth >= 0) & (truth <= 1)).all():
        raise ValueError("a bandit needs two arms or more, with rates between 0 and 1")
    if delay < 0:
        raise ValueError(f"an answer cannot be known before the question: delay {delay}")
    rng = np.random.default_rng(seed)
    wins, pulls = np.zeros((2, runs, len(truth)), dtype=np.int64)
    chosen = np.empty((customers, runs), dtype=np.int8)
    answers = np.empty((customers, runs), dtype=bool)
    every = np.arange(runs)
    for now in range(customers):
        chosen[now] = policy(wins, pulls, rng)
        answers[now] = rng.random(runs) < truth[chosen[now]]
        if (known := now - delay) >= 0:
            pulls[every, chosen[known]] += 1
            wins[every, chosen[known]] += answers[known]
    return Played(truth, chosen.T, answers.T)
