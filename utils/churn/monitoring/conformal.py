"""Which answers a score leaves open, and how often the truth is among them.

    sets = ConformalSets(confidence=0.9).fit(y_reference, p_reference)
    sets.predict(p)           # leaves and stays, True where the answer cannot be ruled out
    coverage(sets.predict(p), y)

A *conformal set* holds the true answer with the confidence asked for, whatever the model, as long as
the customers are drawn like the reference's. How often it really does is thus a check of that
assumption, once labels are there. Source: Vovk, Gammerman &
Shafer, "Algorithmic Learning in a Random World", 2005; computed by crepes (Boström, PMLR 230, 2024).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from crepes import ConformalClassifier
from crepes.extras import hinge
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

#: The answers, at their place in a set: 0 stays, 1 leaves.
ANSWERS = ("stays", "leaves")


class ConformalSets:
    """Conformal sets from scores.

    Args:
        confidence: share of sets that shall hold the truth.
        per_class: among leavers and among stayers each; if False, among all customers together, of
            whom the leavers may be few enough to be left out.
    """

    def __init__(self, confidence: float = 0.9, *, per_class: bool = True) -> None:
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
        self.confidence, self.per_class = confidence, per_class
        self._conformal: ConformalClassifier | None = None

    def fit(self, y: ArrayLike, p: ArrayLike) -> ConformalSets:
        """Calibrate on customers whom the model was not fitted on.

        Args:
            y: shape (n,), 1 where the customer left, else 0.
            p: shape (n,), scores.
        """
        labels, both = np.asarray(y), _both(p)
        oddness = hinge(both, np.array([0, 1]), labels)  # 1 - probability of the true answer
        self._conformal = ConformalClassifier().fit(
            oddness, bins=labels if self.per_class else None
        )
        return self

    def predict(self, p: ArrayLike) -> pd.DataFrame:
        """The sets of other customers: columns ``stays`` and ``leaves``, True if in the set.

        Raises:
            RuntimeError: before :meth:`fit`.
        """
        if self._conformal is None:
            raise RuntimeError("the sets are not calibrated yet: call fit first")
        oddness = hinge(_both(p))
        found = {}
        for answer, name in enumerate(ANSWERS):
            # As if this were the true answer: it is compared with those of whom it was.
            among = np.full(len(oddness), answer) if self.per_class else None
            p_value = self._conformal.predict_p(oddness, bins=among, smoothing=False)[:, answer]
            found[name] = p_value > 1 - self.confidence
        return pd.DataFrame(found)


def coverage(sets: pd.DataFrame, y: ArrayLike) -> pd.DataFrame:
    """How often the truth is in the set, among stayers, among leavers, and among all.

    Args:
        sets: of :meth:`ConformalSets.predict`.
        y: shape (n,), 1 where the customer left, else 0.

    Returns:
        Indexed ``stays``, ``leaves`` and ``all``: ``customers``, ``covered`` (a share; missing without
        customers) and the ends ``low`` and ``high`` of its 95 % Clopper-Pearson interval.
    """
    labels = np.asarray(y)
    truth_in = np.where(labels == 1, sets["leaves"], sets["stays"])
    rows = {}
    kinds = {name: labels == answer for answer, name in enumerate(ANSWERS)}
    for name, who in {**kinds, "all": np.full(len(labels), True)}.items():
        held = truth_in[who]
        if len(held) == 0:
            rows[name] = (0, np.nan, np.nan, np.nan)
            continue
        found = binomtest(int(held.sum()), len(held))
        interval = found.proportion_ci()
        rows[name] = (len(held), found.statistic, interval.low, interval.high)
    table = pd.DataFrame.from_dict(rows, "index", columns=["customers", "covered", "low", "high"])
    return table.astype({"customers": int})


def _both(p: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(p, dtype=float)
    return np.column_stack([1 - scores, scores])
