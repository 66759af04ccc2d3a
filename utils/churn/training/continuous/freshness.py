"""What fresh data are worth, measured backwards in time."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn import features
from churn.training.continuous.windows import FitScorer, last_months


def scores_by_age(
    labelled: pd.DataFrame, judged: pd.DataFrame, ages: Collection[int], months: int, fit: FitScorer
) -> dict[int, NDArray[np.float64]]:
    """Scores of the same customers by models whose data end so many months before them.

    Everything but the age is equal: the number of months in the window, and the customers judged.

    Args:
        labelled: rows with ``as_of``, the feature columns and ``churned``.
        judged: the customers to score, all of one day.
        ages: months between the newest training snapshot and the day of ``judged``, at least 1.
        months: length of each window.
        fit: makes a scorer.

    Returns:
        The scores by age, each of shape (n,) in the order of ``judged``.

    Raises:
        ValueError: if a window would begin before the first month, or an age is below 1.
    """
    if min(ages) < 1:
        raise ValueError(f"an age is at least 1 month, not {min(ages)}")
    day = judged["as_of"].max().to_period("M")
    month = labelled["as_of"].dt.to_period("M")
    X = features.features(judged)
    found = {}
    for age in ages:
        if month.min() > day - age - months + 1:
            raise ValueError(f"the rows begin in {month.min()}, too late for an age of {age}")
        rows = last_months(labelled[month <= day - age], months)
        found[age] = fit(features.features(rows), rows["churned"].to_numpy())(X)
    return found
