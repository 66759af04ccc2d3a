"""What a model is worth before the labels arrive, from its scores alone.

    estimator = PerformanceEstimator(threshold=0.245).fit(y_reference, p_reference)
    now = estimator.estimate(p_of_this_month)
    print(now.roc_auc)          # 0.757 (95 %: 0.739 to 0.774)

*Confidence-based performance estimation*: on a reference whose labels are known a calibrator learns
which share of the customers with a score really leaves. If that still holds, each customer of a new
month leaves with a known probability, and with it follows what any metric is to be expected to
become. It does not look at the customers at all. When customers of one score no longer leave as
those of the reference did (concept drift, or a shift within a score), the estimate does not see it.

Sources: Kivimäki, Białek, Kuberski & Nurminen, "Performance Estimation in Binary Classification
Using Calibrated Confidence", arXiv:2505.05295 (2025); for accuracy and its interval Kivimäki,
Białek, Nurminen & Kuberski, "Confidence-based Estimators for Predictive Performance in Model
Monitoring", arXiv:2407.08649 (2024).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.isotonic import IsotonicRegression

from churn.metrics import Campaign

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and the interval in which 95 % of its redraws lie."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 3 if abs(self.value) < 10 else 0
        shown = (f"{number:,.{digits}f}" for number in self)
        return "{} (95 %: {} to {})".format(*shown)

    def covers(self, figure: float) -> bool:
        """Whether ``figure`` lies in the interval."""
        return self.low <= figure <= self.high


@dataclass(frozen=True)
class Performance:
    """What was estimated; the interval is that of the figure which the labels will show.

    Attributes:
        roc_auc: how well the scores rank.
        accuracy: share of customers decided as the labels will say.
        dollars: value of the campaign that contacts everybody from the threshold on.
    """

    roc_auc: Estimate
    accuracy: Estimate
    dollars: Estimate


class PerformanceEstimator:
    """Estimates the performance of one model at one threshold.

    Args:
        threshold: the score from which on a customer is contacted, and counts as predicted to leave.
        campaign: for the dollars.
        draws: for the intervals. Each one draws the reference again with replacement, calibrates
            on it, and draws a label for every customer: an interval holds the uncertainty of the
            calibration and the chance in the labels, and no drift.
        seed: of the draws.
    """

    def __init__(
        self, threshold: float, campaign: Campaign | None = None, draws: int = 200, seed: int = 0
    ) -> None:
        self.threshold, self.campaign = threshold, campaign or Campaign()
        self.draws, self.seed = draws, seed
        self._calibrators: list[Callable[[Floats], Floats]] = []

    def fit(self, y: ArrayLike, p: ArrayLike) -> PerformanceEstimator:
        """Learn the calibration from a reference: customers whom the model was not fitted on.

        Args:
            y: shape (n,), 1 where the customer left, else 0; both must occur.
            p: shape (n,), the model's scores.

        Raises:
            ValueError: for other shapes or values.
        """
        labels, scores = np.asarray(y), _scores(p)
        if labels.shape != scores.shape:
            raise ValueError(f"{labels.shape} labels and {scores.shape} scores do not fit together")
        if not np.isin(labels, (0, 1)).all() or labels.min() == labels.max():
            raise ValueError("labels must be 0 (stayed) and 1 (left), and both must occur")
        rng, size = np.random.default_rng(self.seed), len(labels)
        order = np.argsort(scores, kind="stable")  # sorted once: isotonic regression sorts anyway
        scores, labels = scores[order], labels[order]
        weights = [np.ones(size, dtype=np.int64)]
        weights += [
            np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(self.draws)
        ]
        self._calibrators = [_isotonic(scores, labels, weight) for weight in weights]
        return self

    def calibrated(self, p: ArrayLike) -> Floats:
        """The probability of leaving that belongs to each score on the reference, shape (n,).

        Raises:
            RuntimeError: before :meth:`fit`.
            ValueError: if ``p`` holds no scores.
        """
        if not self._calibrators:
            raise RuntimeError("the estimator has no reference yet: call fit first")
        return self._calibrators[0](_scores(p))

    def estimate(self, p: ArrayLike) -> Performance:
        """What the labels of these customers are to be expected to show.

        Args:
            p: shape (n,), the model's scores for other customers, without labels.

        Raises:
            RuntimeError: before :meth:`fit`.
            ValueError: if ``p`` holds no scores, or nobody of them could leave, or stay.
        """
        q, scores = self.calibrated(p), _scores(p)
        rng = np.random.default_rng(self.seed)
        drawn = np.empty((self.draws, 3))
        for draw, calibrate in enumerate(self._calibrators[1:]):
            labels = (rng.random(len(scores)) < calibrate(scores)).astype(float)
            drawn[draw] = self._figures(scores, labels)
        at_once, mean = np.array(self._figures(scores, q)), np.nanmean(drawn, axis=0)
        # Fitted to its own reference, the calibration spreads the probabilities a little too much.
        # Redrawing does it once more, so the mean shows by how much (Efron's correction of bias).
        value = 2 * at_once - mean
        # A draw in which nobody leaves has no AUC.
        low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0) - mean + value
        return Performance(
            *(Estimate(*map(float, one)) for one in zip(value, low, high, strict=True))
        )

    def realized(self, y: ArrayLike, p: ArrayLike) -> dict[str, float]:
        """The same three figures from labels, by the names of :class:`Performance`."""
        figures = self._figures(_scores(p), np.asarray(y, dtype=float))
        return dict(zip(("roc_auc", "accuracy", "dollars"), map(float, figures), strict=True))

    def _figures(self, scores: Floats, q: Floats) -> tuple[float, float, float]:
        """ROC-AUC, accuracy and dollars if each customer leaves with probability ``q``."""
        contacted = scores >= self.threshold
        right = np.where(contacted, q, 1 - q).mean()
        gain = q * self.campaign.value_of_leaver + (1 - q) * self.campaign.value_of_stayer
        return expected_auc(scores, q), float(right), float(gain[contacted].sum())


def expected_auc(p: ArrayLike, q: ArrayLike) -> float:
    """ROC-AUC of the scores ``p`` if each customer leaves with probability ``q``.

    The expected number of pairs (one leaves, one stays) that ``p`` ranks rightly, divided by the
    expected number of such pairs; an equal score counts one half. With ``q`` of 0 and 1 it is the
    ROC-AUC of these labels. (The expectation of the quotient differs from the quotient of the
    expectations, by little when there are hundreds of customers.)

    Args:
        p: shape (n,).
        q: shape (n,), between 0 and 1.

    Returns:
        NaN if no such pair is to be expected.
    """
    scores, left = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    order = np.argsort(scores, kind="stable")
    scores, left = scores[order], left[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(scores) > 0]))
    leavers = np.add.reduceat(left, starts)  # by score
    stayers = np.add.reduceat(1 - left, starts)
    below = np.cumsum(stayers) - stayers / 2
    # Nobody is a pair with oneself, which the sums above count with one half.
    oneself = float((left * (1 - left)).sum())
    pairs = float(left.sum() * (1 - left).sum()) - oneself
    return float((leavers * below).sum() - oneself / 2) / pairs if pairs > 0 else float("nan")


def _isotonic(
    scores: Floats, labels: NDArray[np.int64], weights: ArrayLike
) -> Callable[[Floats], Floats]:
    """The share that leaves, rising with the score: steps, with lines between them."""
    steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    steps.fit(scores, labels, sample_weight=weights)
    at, share = steps.X_thresholds_, steps.y_thresholds_
    return lambda p: np.interp(p, at, share)


def _scores(p: ArrayLike) -> Floats:
    scores = np.asarray(p, dtype=float)
    if scores.ndim != 1 or len(scores) == 0:
        raise ValueError(f"scores must be one flat array with somebody in it, not {scores.shape}")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("scores must be probabilities between 0 and 1")
    return scores
