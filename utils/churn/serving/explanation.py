"""What moved a score: each column's part in the log odds, checked to add up.

A logistic regression adds up one term per column. So the part of a column is what the log odds lose
when the reference customer's value stands in its place, whatever the other columns are, and no look
into the model is needed. For a model that does not add up, the sum misses the score; then there is
no explanation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from churn import schema
from churn.serving.champion import Score
from churn.serving.schemas import Contribution, Explanation

#: The most frequent value of each column of IBM's table, and the median of the numbers.
REFERENCE: dict[str, Any] = {
    "gender": "Male",
    "SeniorCitizen": 0,
    "Partner": "No",
    "Dependents": "No",
    "tenure": 29,
    "PhoneService": "Yes",
    "MultipleLines": "No",
    "InternetService": "Fiber optic",
    **dict.fromkeys(schema.ADD_ONS, "No"),
    "Contract": "Month-to-month",
    "PaperlessBilling": "Yes",
    "PaymentMethod": "Electronic check",
    "MonthlyCharges": 70.35,
    "TotalCharges": 1394.55,
}
#: By how much the sum may miss the score, in log odds: the model computes with 32 bits.
TOLERANCE = 1e-3


class NotAdditiveError(ValueError):
    """The parts of the columns do not add up to the score."""


def explain(score: Score, record: Mapping[str, Any]) -> Explanation:
    """The parts of all columns, the largest first.

    Args:
        score: see :class:`churn.serving.champion.Score`.
        record: a whole customer.

    Raises:
        NotAdditiveError: if they do not add up within :data:`TOLERANCE`, or a score is 0 or 1.
    """
    replaced = [{**record, column: REFERENCE[column]} for column in schema.FEATURES]
    p = score([record, REFERENCE, *replaced])
    if not (np.isfinite(p).all() and (p > 0).all() and (p < 1).all()):
        raise NotAdditiveError("a score has no log odds")
    log_odds = np.log(p) - np.log1p(-p)
    own, reference, parts = log_odds[0], log_odds[1], log_odds[0] - log_odds[2:]
    if not math.isclose(reference + parts.sum(), own, rel_tol=0, abs_tol=TOLERANCE):
        raise NotAdditiveError("the columns' parts do not add up to the score")
    contributions = [
        Contribution(column=column, value=record[column], reference=REFERENCE[column], log_odds=part)
        for column, part in zip(schema.FEATURES, parts.tolist(), strict=True)
    ]  # fmt: skip
    contributions.sort(key=lambda one: -abs(one.log_odds))
    return Explanation(log_odds=own, reference_log_odds=reference, contributions=contributions)
