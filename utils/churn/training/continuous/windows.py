"""What to train on: which of the labelled rows a model is fitted on.

Each choice is a function ``choose(labelled, today)``: labelled rows with ``as_of``, the feature
columns and ``churned``, and the features of today's customers without labels. It gives some of the
labelled rows back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

from churn import features
from churn.training.continuous.triggers import is_surprise, surprise

#: From labelled rows and today's customers to the rows on which a model is fitted.
Choose = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
#: From feature columns and labels to the probability of leaving.
Scorer = Callable[[pd.DataFrame], NDArray[np.float64]]
FitScorer = Callable[[pd.DataFrame, NDArray[np.int64]], Scorer]


def everything(labelled: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    """All rows: a fixed window, if so many months are always handed in."""
    return labelled


def last_months(labelled: pd.DataFrame, months: int) -> pd.DataFrame:
    """The rows of the newest ``months`` snapshots.

    Raises:
        ValueError: if ``months`` is below 1.
    """
    if months < 1:
        raise ValueError(f"a window has at least 1 month, not {months}")
    newest = np.sort(labelled["as_of"].unique())[-months:]
    return labelled[labelled["as_of"].isin(newest)].reset_index(drop=True)


def since_change(
    labelled: pd.DataFrame,
    fit: Callable[[pd.DataFrame, NDArray[np.int64]], Any],
    errors: float = 3.0,
) -> pd.DataFrame:
    """The rows of the newest month and of those before it, back to a month that it contradicts.

    Month by month the window grows into the past, as long as a model of the window is not surprised
    by the month before it. After a change the window is thus short, and grows again with each month.

    Args:
        labelled: ``as_of``, ``churned`` and the feature columns.
        fit: from features and labels to a fitted model with ``predict_proba``.
        errors: standard errors by which the leavers of a month may differ from those promised; the
            model's own error, of a sum that was fitted to as many customers as the window has, is
            counted.
    """
    newest, *older = sorted(labelled["as_of"].unique(), reverse=True)
    since = newest
    for month in older:
        window, before = labelled[labelled["as_of"] >= since], labelled[labelled["as_of"] == month]
        model = fit(features.features(window), window["churned"].to_numpy())
        p = np.asarray(model.predict_proba(features.features(before)))[:, 1]
        allowed = errors * np.sqrt(1 + len(before) / len(window))
        if is_surprise(surprise(before["churned"].to_numpy(), p), allowed):
            break
        since = month
    return labelled[labelled["as_of"] >= since].reset_index(drop=True)


def length_losses(labelled: pd.DataFrame, lengths: Collection[int], fit: FitScorer) -> pd.Series:
    """Log loss on the newest month of a model fitted on so many months before it, by length.

    Lengths beyond the history use what there is.

    Raises:
        ValueError: if there are fewer than two months.
    """
    newest = labelled["as_of"].max()
    judged, older = labelled[labelled["as_of"] == newest], labelled[labelled["as_of"] < newest]
    if older.empty:
        raise ValueError("choosing a window takes at least two labelled months")
    X, y = features.features(judged), judged["churned"].to_numpy()
    losses = {}
    for months in lengths:
        rows = last_months(older, months)
        scorer = fit(features.features(rows), rows["churned"].to_numpy())
        losses[months] = float(log_loss(y, scorer(X), labels=[0, 1]))
    return pd.Series(losses, name="log_loss").rename_axis("months")


def dynamic(lengths: Collection[int], fit: FitScorer) -> Choose:
    """The length that would have served best for the newest labelled month.

    The length is a hyperparameter that is tuned anew at each training, which multiplies its time.
    """

    def choose(labelled: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        return last_months(labelled, int(length_losses(labelled, lengths, fit).idxmin()))

    return choose


def representative(size: int, seed: int = 0) -> Choose:
    """A sample of ``size`` rows that looks like today's customers, whatever month they are from.

    A classifier tells labelled rows from today's customers; each row is drawn, without repetition,
    with a chance that grows with the odds of being of today. Source: importance weighting by
    density-ratio estimation, Sugiyama, Suzuki and Kanamori, 2012, chapter 4.
    """

    def choose(labelled: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        X = features.features(labelled)
        both = pd.concat([X, today[list(X.columns)]], ignore_index=True)
        is_today = np.repeat([0, 1], [len(X), len(today)])
        tell = make_pipeline(features.one_hot(), LogisticRegression(max_iter=1000))
        chance = tell.fit(both, is_today).predict_proba(X)[:, 1]
        odds = pd.Series(chance / (1 - chance), labelled.index)
        count = min(size, len(labelled))
        return labelled.sample(count, weights=odds, random_state=seed).reset_index(drop=True)

    return choose
