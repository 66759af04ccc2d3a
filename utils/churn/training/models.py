"""Splitting, the course's models, and the baseline rule that each of them must beat."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from churn import features, schema

ModelKind = Literal["dummy", "logistic", "boosting"]

#: Months up to which the baseline rule regards a customer as new.
NEW_CUSTOMER_MONTHS = 12


def make_model(kind: ModelKind, seed: int = 0) -> Pipeline:
    """An unfitted pipeline that takes the 19 feature columns and predicts churn.

    ``"dummy"`` predicts the churn rate for everybody, ``"logistic"`` is a logistic regression on
    scaled and one-hot features, ``"boosting"`` a histogram gradient boosting with small trees
    (learning rate 0.05, 8 leaves, 150 rounds), which scored best on the real table.

    Raises:
        ValueError: for another kind.
    """
    if kind == "dummy":
        return make_pipeline(DummyClassifier(strategy="prior"))
    if kind == "logistic":
        return make_pipeline(features.one_hot(), LogisticRegression(max_iter=1000))
    if kind == "boosting":
        boosting = HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_leaf_nodes=8,
            max_iter=150,
            categorical_features=list(range(len(schema.CATEGORICAL))),
            random_state=seed,
        )
        return make_pipeline(features.ordinal(), boosting)
    raise ValueError(f"unknown model {kind!r}: choose dummy, logistic or boosting")


def settings_problem(kind: ModelKind, settings: Mapping[str, Any]) -> str:
    """Why the last step of a model does not take some settings; empty if it does.

    Found out by a fit on twenty rows of zeros: scikit-learn looks at values when it fits.

    Raises:
        ValueError: for another kind.
    """
    step = make_model(kind)[-1]
    unknown = sorted(set(settings) - set(step.get_params()))
    if unknown:
        return f"the model {kind} has no setting {unknown[0]!r}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            step.set_params(**settings).fit(np.zeros((20, len(schema.FEATURES))), [0, 1] * 10)
    except (ValueError, TypeError) as error:
        # What was given is not repeated: it may be a secret that got into the wrong line.
        return f"the model {kind}: {' '.join(str(error).split()).partition(' Got ')[0]}"
    return ""


def split(
    table: pd.DataFrame, seed: int = 0, test_share: float = 0.25
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train and test tables with the same churn rate, customers drawn at random from ``seed``."""
    train, test = train_test_split(
        table, test_size=test_share, random_state=seed, stratify=table[schema.TARGET]
    )
    return train.reset_index(drop=True), test.reset_index(drop=True)


def out_of_fold_scores(
    model: Pipeline, table: pd.DataFrame, folds: int = 5, seed: int = 0
) -> NDArray[np.float64]:
    """Churn probability of every customer from a model that has not seen this customer.

    Stratified, shuffled folds. Returns an array of shape (n,) in the order of ``table``.
    """
    X, y = features.xy(table)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    scores: NDArray[np.float64] = cross_val_predict(
        model, X, y, cv=splitter, method="predict_proba"
    )[:, 1]
    return scores


def baseline_rule(table: pd.DataFrame) -> NDArray[np.float64]:
    """What the telco did before it had a model: 1.0 for new month-to-month customers, else 0.0.

    New means a tenure of at most ``NEW_CUSTOMER_MONTHS``. Returns an array of shape (n,).
    """
    monthly = table["Contract"] == "Month-to-month"
    new = table["tenure"] <= NEW_CUSTOMER_MONTHS
    return (monthly & new).to_numpy().astype(float)
