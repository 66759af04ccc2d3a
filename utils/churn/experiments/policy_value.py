"""What a policy would earn, judged by a log of another policy that contacted by chance.

    scores = doubly_robust_scores(X, contacted, dollars, propensity=0.5, groups=customer)
    estimate(scores, contact=learner.effect(X) > 0, groups=customer)

A score stands for what a contact adds to one customer's outcome. A single one says next to nothing,
since nobody is seen both with and without a contact; the mean over those whom a policy would
contact is right on average, whatever the policy, as long as the policy was not learned from the
same rows.

Sources: inverse propensity weights by D. Horvitz and D. Thompson, JASA 47 (1952); doubly robust
scores by J. Robins, A. Rotnitzky and L. Zhao, JASA 89 (1994), for policies by M. Dudík, J. Langford
and L. Li, ICML 2011; fitted on other folds than they are used on: V. Chernozhukov et al.,
"Double/debiased machine learning", The Econometrics Journal 21 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from sklearn.base import RegressorMixin
from sklearn.model_selection import GroupKFold

from churn.experiments.uplift import TLearner, checked, default_model
from churn.metrics import Campaign

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Value:
    """What a policy adds to the outcome, compared with contacting nobody.

    Attributes:
        mean: per customer and month, contacted or not.
        low, high: its confidence interval.
        contacted: share of the rows that the policy would contact.
        rows: of the log.
    """

    mean: float
    low: float
    high: float
    contacted: float
    rows: int


def ipw_scores(contacted: ArrayLike, outcome: ArrayLike, propensity: ArrayLike) -> Numbers:
    """Outcomes weighted by how rare the contact or its absence was; shape (n,).

    Args:
        contacted, outcome: of each row of the log, shape (n,).
        propensity: chance with which the row was contacted, one number or shape (n,).

    Raises:
        ValueError: if somebody was sure to be contacted, or sure not to be.
    """
    who, y = np.asarray(contacted), np.asarray(outcome, dtype=float)
    chance = _overlapping(propensity, who.shape)
    return np.where(who == 1, y / chance, -y / (1 - chance))


def doubly_robust_scores(
    X: ArrayLike,
    contacted: ArrayLike,
    outcome: ArrayLike,
    propensity: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    model: RegressorMixin | None = None,
    folds: int = 3,
) -> Numbers:
    """What models of the outcome say of a contact, corrected by what they missed; shape (n,).

    The models are those of a T-learner, fitted for each fold on the others. With a right
    propensity the mean score is right on average even if they are wrong; good ones make it
    narrower than :func:`ipw_scores`.

    Args:
        X: numbers, shape (n, k).
        contacted, outcome, propensity: see :func:`ipw_scores`.
        groups: rows of one group, such as one customer's months, stay in one fold.
        model: unfitted, of the outcome; small boosted trees if None.
        folds: at least 2.

    Raises:
        ValueError: as :func:`ipw_scores`, or if the log is no log, see ``uplift.checked``.
    """
    features, who, y = checked(X, contacted, outcome)
    chance = _overlapping(propensity, who.shape)
    labels = np.arange(len(y)) if groups is None else pd.factorize(np.asarray(groups))[0]
    scores = np.empty(len(y))
    # By chance: in the order of the rows every second one could be a contact.
    splitter = GroupKFold(folds, shuffle=True, random_state=0)
    for fit, judge in splitter.split(features, groups=labels):
        arms = TLearner(model or default_model()).fit(features[fit], who[fit], y[fit])
        without = arms.without.predict(features[judge])
        touched = arms.with_contact.predict(features[judge])
        missed = y[judge] - np.where(who[judge] == 1, touched, without)
        scores[judge] = touched - without + ipw_scores(who[judge], missed, chance[judge])
    return scores


def estimate(
    scores: ArrayLike,
    contact: ArrayLike,
    groups: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Value:
    """The value of a policy from the scores of a log on which it was not learned.

    For the difference of two policies on the same log give the difference of their contacts
    (1, 0 or -1 for each row): the interval is then the paired one, and ``contacted`` the difference of shares.

    Args:
        scores: of each row, shape (n,).
        contact: whether the policy contacts the row, shape (n,).
        groups: rows of one group, such as one customer's months, count as one draw.
        confidence: of the interval, which is the normal one.

    Raises:
        ValueError: if lengths differ, or there are fewer than two groups.
    """
    gains = np.asarray(scores, dtype=float)
    who = np.asarray(contact, dtype=float)
    if gains.shape != who.shape or gains.ndim != 1:
        raise ValueError("scores and contacts must be two flat arrays of one length")
    labels = np.arange(len(gains)) if groups is None else np.asarray(groups)
    mean = float((gains * who).mean()) if len(gains) else 0.0
    totals = pd.Series(gains * who - mean).groupby(labels).sum().to_numpy()
    if len(totals) < 2:
        raise ValueError("an interval needs at least two groups")
    error = np.sqrt(len(totals) / (len(totals) - 1) * (totals**2).sum()) / len(gains)
    reach = float(norm.ppf(0.5 + confidence / 2) * error)
    return Value(mean, mean - reach, mean + reach, float(who.mean()), len(gains))


def true_gain(without: ArrayLike, with_contact: ArrayLike, campaign: Campaign) -> Numbers:
    """Dollars that a contact adds, if both chances of leaving are known; shape (n,).

    Only a simulator knows both. ``success_rate`` of the campaign plays no part.
    """
    alone, touched = np.asarray(without, dtype=float), np.asarray(with_contact, dtype=float)
    kept = campaign.saved_value * (alone - touched)
    return np.asarray(kept - campaign.contact_cost - campaign.offer_cost * (1 - touched))


def _overlapping(propensity: ArrayLike, shape: tuple[int, ...]) -> Numbers:
    chance = np.broadcast_to(np.asarray(propensity, dtype=float), shape)
    if not ((chance > 0) & (chance < 1)).all():
        raise ValueError(
            "the log must contact everybody by a chance between 0 and 1: of whoever was sure to be "
            "contacted, or sure not to be, it says nothing about the other case"
        )
    return chance
