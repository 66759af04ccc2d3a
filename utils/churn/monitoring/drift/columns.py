"""One look at every column of a table, with the many chances of a false alarm taken into account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from churn.monitoring.drift.detector import Detector, DriftError
from churn.monitoring.drift.encoding import as_table, is_number
from churn.monitoring.drift.one_category import ChiSquared, Fisher
from churn.monitoring.drift.one_number import KolmogorovSmirnov

Correction = Literal["none", "bonferroni", "holm", "fdr_bh"]


def compare_columns(
    reference: pd.DataFrame,
    window: pd.DataFrame,
    level: float = 0.05,
    correction: Correction = "holm",
    min_effect: float = 0.0,
    number: Callable[[], Detector[Any]] = KolmogorovSmirnov,
    category: Callable[[], Detector[Any]] = ChiSquared,
) -> pd.DataFrame:
    """A test for each column of two tables, corrected for their number.

    Numbers are tested where they are present, and the share of missing ones by Fisher's test in a row
    of its own, where any is missing. With ``"holm"`` or ``"bonferroni"`` the chance of *any* false
    alarm is at most ``level``; with ``"fdr_bh"`` (Benjamini-Hochberg) false alarms are at most that
    share of all alarms, on average. ``"none"`` takes each p-value as if it were the only one.

    Args:
        reference: what the table looks like without drift; its columns are compared.
        window: has at least these columns.
        level: see above.
        correction: for the number of columns.
        min_effect: the smallest effect that counts as drift.
        number: makes the detector for measures.
        category: makes the detector for categories. Both need p-values.

    Returns:
        A frame with a row per test, the smallest adjusted p-value first: ``test`` (the detector),
        ``effect``, ``p_value``, ``adjusted`` (compare it with the level) and ``drift``; the index is
        the column, with "(missing)" behind it for the share of missing values.

    Raises:
        DriftError: if a column is gone, or a table is empty.
    """
    reference, window = as_table(reference, "reference"), as_table(window, "window")
    if gone := [str(name) for name in reference if name not in window]:
        raise DriftError(f"the window lacks the column(s) {', '.join(gone)}")
    rows: dict[str, dict[str, Any]] = {}
    for name in reference:
        old, new = reference[name], window[name]
        if not is_number(old):
            rows[str(name)] = _row(category(), old, new)
            continue
        gaps = old.isna(), new.isna()
        if gaps[0].any() or gaps[1].any():
            rows[f"{name} (missing)"] = _row(Fisher(), *gaps)
        # A column that is gone altogether shows in its share of missing values.
        if not gaps[1].all():
            rows[str(name)] = _row(number(), old.dropna(), new.dropna())
    found = pd.DataFrame.from_dict(rows, orient="index")
    if found["p_value"].isna().any():
        raise DriftError("these detectors give no p-value: there is nothing to correct")
    found["adjusted"] = adjust(found["p_value"].to_numpy(), correction)
    found["drift"] = (found["adjusted"] <= level) & (found["effect"] >= min_effect)
    return found.sort_values(["adjusted", "p_value", "effect"], ascending=[True, True, False])


def adjust(p_values: Any, correction: Correction) -> np.ndarray[Any, np.dtype[np.float64]]:
    """p-values that may be compared with the level although there are several of them."""
    p_values = np.asarray(p_values, dtype=float)
    number = len(p_values)
    if correction == "bonferroni":
        return np.minimum(p_values * number, 1.0)
    if correction == "holm":
        # Two lines instead of statsmodels, whose Holm has Python collect its garbage at each call.
        order = np.argsort(p_values)
        stepwise = np.maximum.accumulate(p_values[order] * np.arange(number, 0, -1))
        return np.minimum(stepwise, 1.0)[np.argsort(order)]
    if correction == "fdr_bh":
        return np.asarray(stats.false_discovery_control(p_values), dtype=float)
    return p_values


def _row(detector: Detector[Any], old: pd.Series, new: pd.Series) -> dict[str, Any]:
    found = detector.fit(old).score(new)
    test = type(detector).__name__
    return {"test": test, "effect": found.effect, "p_value": found.p_value}
