"""Detectors that look at what a model makes of the data; they need the model and no new labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from churn.monitoring.drift.detector import Detector, DriftError, Floats

#: From a table of n rows to n probabilities.
Predict = Callable[[pd.DataFrame], ArrayLike]


class _ModelOutput(Detector[Floats]):
    """Reads a table and keeps its probabilities.

    Args:
        predict: from a table of n rows to n probabilities, shape (n,).
    """

    def __init__(
        self, predict: Predict, level: float = 0.05, min_effect: float | None = None
    ) -> None:
        super().__init__(level, min_effect)
        self.predict = predict

    def _read(self, data: Any, role: str) -> Floats:
        if len(data) == 0:
            raise DriftError(f"the {role} is empty: there is nothing to compare")
        scores = np.asarray(self.predict(data), dtype=float)
        if scores.shape != (len(data),):
            raise DriftError(
                f"the model must give {len(data)} probabilities for the {role}, and gave an array "
                f"of shape {scores.shape}"
            )
        if not ((scores >= 0) & (scores <= 1)).all():
            raise DriftError(f"the model's scores of the {role} are not all between 0 and 1")
        return scores


class ClassifierUncertainty(_ModelOutput):
    """Whether the model is as sure of itself as it was.

    The uncertainty of a score p is its entropy, which is the same for p and 1 − p. Statistic and
    effect: the Kolmogorov-Smirnov distance between the uncertainties, 0 to 1.
    """

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        unsure = [stats.entropy([p, 1 - p], axis=0) for p in (reference, window)]
        found = stats.ks_2samp(*unsure, method="asymp")
        return float(found.statistic), float(found.pvalue), float(found.statistic)


@dataclass(frozen=True)
class LabelRates:
    """What the reference's labels say: the share of 1, and of 1 and 0 those that the model says yes to."""

    share: float
    hit: float
    false_alarm: float


class BlackBoxShift(_ModelOutput):
    """The share of leavers in a window without labels, read off how often the model says yes.

    Right if the label's share moves and nothing else (prior shift): of those who leave, and of those
    who stay, the model then says yes to the same shares as in the reference. Of any other shift the
    estimate is wrong, though the test may see it.

    ``fit`` needs the reference's labels. Statistic: the estimated share of 1 in the window, 0 to 1.
    p-value: chi-squared test of how often the model says yes. Effect: how far the estimated share is
    from the reference's.
    Source: Lipton, Wang and Smola, "Detecting and correcting for label shift with black box
    predictors", ICML 2018, for two classes.

    Args:
        predict: see above.
        threshold: the model says yes from this score on. Well inside the scores it tells most.
    """

    def __init__(
        self,
        predict: Predict,
        threshold: float = 0.5,
        level: float = 0.05,
        min_effect: float | None = None,
    ) -> None:
        super().__init__(predict, level, min_effect)
        self.threshold = threshold
        self.rates: LabelRates | None = None

    def fit(self, reference: Any, labels: ArrayLike | None = None) -> Self:
        """Remember the scores of the reference, and how they go with its labels (0 and 1)."""
        super().fit(reference)
        assert self._reference is not None
        y: NDArray[Any] = np.asarray(labels)
        if labels is None or y.shape != self._reference.shape or not np.isin(y, (0, 1)).all():
            raise DriftError("BlackBoxShift needs the reference's labels, a 0 or a 1 for each row")
        if y.min() == y.max():
            raise DriftError("the reference's labels are all the same: it needs both kinds")
        yes = self._reference >= self.threshold
        rates = LabelRates(float(y.mean()), float(yes[y == 1].mean()), float(yes[y == 0].mean()))
        if np.isclose(rates.hit, rates.false_alarm):
            raise DriftError(
                f"at the threshold {self.threshold:g} the model says yes to leavers and stayers "
                "alike: choose one that tells them apart"
            )
        self.rates = rates
        return self

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, float, float]:
        assert self.rates is not None
        yes = np.array([(one >= self.threshold).sum() for one in (reference, window)])
        no = np.array([len(reference), len(window)]) - yes
        share = (yes[1] / len(window) - self.rates.false_alarm) / (
            self.rates.hit - self.rates.false_alarm
        )
        share = float(np.clip(share, 0.0, 1.0))
        counts = np.stack([yes, no], axis=1)
        counts = counts[:, counts.sum(axis=0) > 0]
        p_value = float(stats.chi2_contingency(counts, correction=False).pvalue)
        return share, p_value, abs(share - self.rates.share)
