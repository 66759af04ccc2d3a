"""How good a churn score is: ranking, calibration, and money.

Throughout, ``y`` is an array of shape (n,) of 0 and 1 (1 = the customer left) and ``p`` an
array of shape (n,) of scores in [0, 1], higher meaning more likely to leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score


def evaluate(y: ArrayLike, p: ArrayLike) -> dict[str, float]:
    """ROC-AUC, average precision, Brier score and log loss, by name.

    The first two judge the order of the customers only, the last two the probabilities too
    (lower is better for these).

    Raises:
        ValueError: if lengths differ, a score lies outside [0, 1] or only one class occurs.
    """
    labels, scores = _checked(y, p)
    if labels.min() == labels.max():
        raise ValueError("ROC-AUC needs both classes: every label here is the same")
    return {
        "roc_auc": float(roc_auc_score(labels, scores)),
        "average_precision": float(average_precision_score(labels, scores)),
        "brier": float(brier_score_loss(labels, scores)),
        "log_loss": float(log_loss(labels, scores)),
    }


def calibration_table(y: ArrayLike, p: ArrayLike, bins: int = 10) -> pd.DataFrame:
    """Predicted against observed churn in ``bins`` groups of about equal size.

    Returns a frame of at most ``bins`` rows, ordered by score, with the columns ``customers``,
    ``predicted`` (mean score) and ``observed`` (share that left). Tied scores stay together.
    """
    labels, scores = _checked(y, p)
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    # Not pandas' qcut: where a tenth of the scores or more are the lowest, it throws the next ones in
    # with them, so that scores of 0 and 1 only would be one group, right on average.
    edges = np.quantile(scores, np.linspace(0, 1, bins + 1))
    group = np.searchsorted(edges[1:-1], scores, side="left")
    frame = pd.DataFrame({"group": group, "predicted": scores, "observed": labels})
    table = frame.groupby("group").agg(
        customers=("observed", "size"),
        predicted=("predicted", "mean"),
        observed=("observed", "mean"),
    )
    return table.reset_index(drop=True)


def calibration_error(y: ArrayLike, p: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean |observed - predicted| over the groups, by size.

    Source: Naeini, Cooper & Hauskrecht, "Obtaining well calibrated probabilities using
    Bayesian binning", AAAI 2015 (here with groups of equal size).
    """
    table = calibration_table(y, p, bins)
    gap = (table["observed"] - table["predicted"]).abs()
    return float(np.average(gap, weights=table["customers"]))


@dataclass(frozen=True)
class Campaign:
    """A retention campaign: what a contact costs and what a kept customer is worth, in dollars.

    Everybody who is contacted costs ``contact_cost``. Whoever then stays takes the offer, which
    costs ``offer_cost`` - also those who never meant to leave. Of the customers who were about
    to leave, the share ``success_rate`` stays and is worth ``saved_value``.
    """

    contact_cost: float = 5.0
    offer_cost: float = 40.0
    saved_value: float = 400.0
    success_rate: float = 0.4

    def __post_init__(self) -> None:
        if min(self.contact_cost, self.offer_cost, self.saved_value) < 0:
            raise ValueError("costs and values of a campaign cannot be negative")
        if not 0 <= self.success_rate <= 1:
            raise ValueError(f"success_rate must lie between 0 and 1, not {self.success_rate}")

    @property
    def value_of_leaver(self) -> float:
        """Expected dollars from contacting a customer who is about to leave."""
        return self.success_rate * (self.saved_value - self.offer_cost) - self.contact_cost

    @property
    def value_of_stayer(self) -> float:
        """Dollars from contacting a customer who would have stayed anyway (never positive)."""
        return -(self.offer_cost + self.contact_cost)

    @property
    def break_even(self) -> float:
        """The churn probability above which a contact pays; 1.0 if no contact ever does."""
        if self.value_of_leaver <= 0:
            return 1.0
        return -self.value_of_stayer / (self.value_of_leaver - self.value_of_stayer)


def campaign_value(y: ArrayLike, p: ArrayLike, threshold: float, campaign: Campaign) -> float:
    """Dollars gained by contacting everyone whose score is at least ``threshold``.

    Compared with doing nothing, whose value is 0.
    """
    labels, scores = _checked(y, p)
    contacted = scores >= threshold
    leavers = int(labels[contacted].sum())
    stayers = int(contacted.sum()) - leavers
    return float(leavers * campaign.value_of_leaver + stayers * campaign.value_of_stayer)


def value_curve(y: ArrayLike, p: ArrayLike, campaign: Campaign) -> pd.DataFrame:
    """Campaign value at every threshold that makes a difference.

    Returns a frame with the columns ``threshold`` (descending; the first, 1.01 or above the
    largest score, contacts nobody), ``contacted`` (customers) and ``value`` (dollars).
    """
    labels, scores = _checked(y, p)
    order = np.argsort(-scores, kind="stable")
    gain = np.where(labels[order] == 1, campaign.value_of_leaver, campaign.value_of_stayer)
    ranked = scores[order]
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True)
    return pd.DataFrame(
        {
            "threshold": np.concatenate([[1.01], ranked[last_of_tie]]),
            "contacted": np.concatenate([[0], np.arange(1, len(ranked) + 1)[last_of_tie]]),
            "value": np.concatenate([[0.0], np.cumsum(gain)[last_of_tie]]),
        }
    )


def best_threshold(y: ArrayLike, p: ArrayLike, campaign: Campaign) -> tuple[float, float]:
    """The threshold with the highest campaign value on these labels, and that value in dollars.

    Among equals the highest threshold (fewest contacts) wins. Chosen and judged on the same
    customers the value is optimistic: choose on one set, judge on another.
    """
    curve = value_curve(y, p, campaign)
    best = curve.loc[curve["value"].idxmax()]
    return float(best["threshold"]), float(best["value"])


def _checked(y: ArrayLike, p: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    labels = np.asarray(y)
    scores = np.asarray(p, dtype=float)
    if labels.shape != scores.shape or labels.ndim != 1:
        raise ValueError(
            f"labels and scores must be two flat arrays of one length, not {labels.shape} and {scores.shape}"
        )
    if len(labels) == 0:
        raise ValueError("there is no customer to evaluate")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("labels must be 0 (stayed) or 1 (left)")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("scores must be probabilities between 0 and 1")
    return labels.astype(np.int64), scores
