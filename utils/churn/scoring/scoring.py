"""From customers and a model's probabilities to the rows that are kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import features
from churn.registry.gates.evidence import Scorer


def scored(customers: pd.DataFrame, score: Scorer, threshold: float) -> pd.DataFrame:
    """The columns of ``customers`` that are no features, with ``probability`` and ``contact``.

    Args:
        customers: the 19 features, and what names a row (a customer, an event, a time).
        score: probabilities of leaving for a frame of the features.
        threshold: from it on a customer is contacted.
    """
    X = features.features(customers)
    probability = np.asarray(score(X), dtype=float)
    names = customers.drop(columns=list(X.columns))
    return names.assign(probability=probability, contact=probability >= threshold)
