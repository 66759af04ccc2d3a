"""What a contact changes for whom: S-, T- and X-learner, and a policy learned directly.

All of them learn from a log in which chance decided who was contacted:

    learner = XLearner().fit(X, contacted, dollars)
    gain = learner.effect(X_new)          # dollars that a contact adds, for each customer
    contact = gain > 0

``X`` is an array of numbers of shape (n, k), for example from
:func:`churn.features.ordinal`; ``contacted`` holds 0 and 1, shape (n,); the outcome is one number per
customer, more being better: dollars that the customer brought (:func:`ab_test.earned`), or 1 for
who stayed.

Sources: S, T and X by S. Künzel, J. Sekhon, P. Bickel and B. Yu, "Metalearners for estimating
heterogeneous treatment effects using machine learning", PNAS 116 (2019). The direct policy is a
classification with weights: B. Zhang et al., "Estimating optimal treatment regimes from a
classification perspective", Stat 1 (2012); with doubly robust scores S. Athey and S. Wager, "Policy
learning with observational data", Econometrica 89 (2021).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.tree import DecisionTreeClassifier

Numbers = NDArray[np.float64]


def default_model(seed: int = 0) -> HistGradientBoostingRegressor:
    """Small trees and many customers in a leaf: effects are small beside the noise."""
    return HistGradientBoostingRegressor(
        learning_rate=0.05,
        max_leaf_nodes=8,
        max_iter=100,
        min_samples_leaf=100,
        random_state=seed,
    )


@dataclass
class SLearner:
    """One model that reads "contacted" as one more column."""

    model: RegressorMixin = field(default_factory=default_model)

    def fit(self, X: ArrayLike, contacted: ArrayLike, outcome: ArrayLike) -> Self:
        """Learn from a log.

        Raises:
            ValueError: if lengths differ, or nobody or everybody was contacted.
        """
        features, who, y = checked(X, contacted, outcome)
        self._fitted = clone(self.model).fit(np.column_stack([features, who]), y)
        return self

    def effect(self, X: ArrayLike) -> Numbers:
        """What a contact adds to the outcome, shape (n,)."""
        features = np.asarray(X, dtype=float)
        with_contact, without = (
            self._fitted.predict(np.column_stack([features, np.full(len(features), w)]))
            for w in (1.0, 0.0)
        )
        return np.asarray(with_contact - without)


@dataclass
class TLearner:
    """Two models, one for those contacted and one for the others."""

    model: RegressorMixin = field(default_factory=default_model)

    def fit(self, X: ArrayLike, contacted: ArrayLike, outcome: ArrayLike) -> Self:
        """Learn from a log; see :meth:`SLearner.fit`."""
        features, who, y = checked(X, contacted, outcome)
        self.without, self.with_contact = (
            clone(self.model).fit(features[who == w], y[who == w]) for w in (0, 1)
        )
        return self

    def effect(self, X: ArrayLike) -> Numbers:
        """What a contact adds to the outcome, shape (n,)."""
        features = np.asarray(X, dtype=float)
        return np.asarray(self.with_contact.predict(features) - self.without.predict(features))


@dataclass
class XLearner:
    """Two models of what each arm would have seen in the other, and a model of the difference.

    ``propensity`` is the share of the log that was contacted: what is known of a small arm comes
    from comparing it with the well-known large one, so that comparison gets the larger weight.
    """

    model: RegressorMixin = field(default_factory=default_model)
    propensity: float = 0.5

    def fit(self, X: ArrayLike, contacted: ArrayLike, outcome: ArrayLike) -> Self:
        """Learn from a log; see :meth:`SLearner.fit`."""
        features, who, y = checked(X, contacted, outcome)
        arms = TLearner(self.model).fit(features, who, y)
        treated, control = features[who == 1], features[who == 0]
        gained = y[who == 1] - arms.without.predict(treated)
        missed = arms.with_contact.predict(control) - y[who == 0]
        self._of_treated = clone(self.model).fit(treated, gained)
        self._of_control = clone(self.model).fit(control, missed)
        return self

    def effect(self, X: ArrayLike) -> Numbers:
        """What a contact adds to the outcome, shape (n,)."""
        features = np.asarray(X, dtype=float)
        e = self.propensity
        of_treated, of_control = (m.predict(features) for m in (self._of_treated, self._of_control))
        return np.asarray(e * of_control + (1 - e) * of_treated)


@dataclass
class DirectPolicy:
    """Whom to contact, learned as a question of yes or no: no effect is estimated on the way.

    Each customer of the log gets the answer that the sign of their score gives, and its size as
    weight; a small tree learns the answers, and one can read it.

    Attributes:
        leaves: at most so many groups of customers.
        smallest: customers of the log in each group at least.
    """

    leaves: int = 8
    smallest: int = 500

    def fit(self, X: ArrayLike, scores: ArrayLike) -> Self:
        """Learn from scores, see :func:`churn.experiments.policy_value.doubly_robust_scores`."""
        gains = np.asarray(scores, dtype=float)
        self.tree = DecisionTreeClassifier(
            max_leaf_nodes=self.leaves, min_samples_leaf=self.smallest, random_state=0
        ).fit(np.asarray(X, dtype=float), gains > 0, sample_weight=np.abs(gains))
        return self

    def contact(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Whom to contact, shape (n,)."""
        return np.asarray(self.tree.predict(np.asarray(X, dtype=float)), dtype=bool)


def checked(
    X: ArrayLike, contacted: ArrayLike, outcome: ArrayLike
) -> tuple[Numbers, NDArray[np.int64], Numbers]:
    """The three arrays of a log.

    Raises:
        ValueError: if lengths differ, ``contacted`` is not 0 and 1, or is the same for everybody.
    """
    features, who, y = np.asarray(X, dtype=float), np.asarray(contacted), np.asarray(outcome)
    if features.ndim != 2 or who.shape != (len(features),) or y.shape != who.shape:
        raise ValueError(
            "a log has one row of features, one contact and one outcome for each customer, not "
            f"{features.shape}, {who.shape} and {y.shape}"
        )
    if not np.isin(who, (0, 1)).all():
        raise ValueError("contacted must be 0 or 1")
    if who.min(initial=1) == who.max(initial=0):
        raise ValueError("a log needs customers with a contact and customers without")
    return features, who.astype(np.int64), y.astype(float)
