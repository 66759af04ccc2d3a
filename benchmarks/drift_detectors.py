"""The fourteen detectors that benchmarks/drift.py and drift_power.py measure, and what each costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from churn import schema
from churn.monitoring import drift

NUMBERS = [
    *("tenure", "MonthlyCharges", "TotalCharges"),
    *("network_quality", "propensity_score", "expected_stay_months"),
]
CATEGORIES = [*schema.CATEGORICAL, "region", "legacy_device_code"]
COLUMNS = [*CATEGORIES, *NUMBERS]

Alarm = Callable[[pd.DataFrame, pd.DataFrame, float], bool]
Predict = Callable[[pd.DataFrame], Any]


def present(column: pd.Series) -> pd.Series:
    """Missing numbers are left out; a missing category is a category."""
    return column.dropna() if pd.api.types.is_numeric_dtype(column.dtype) else column


def each_column(make: Callable[..., Any], columns: list[str]) -> Alarm:
    """An alarm if any column drifts, after Holm's correction."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        pairs = ((present(old[name]), present(new[name])) for name in columns)
        values = [make().fit(one).score(other).p_value for one, other in pairs]
        return bool((drift.adjust(values, "holm") <= level).any())

    return alarm


def two_by_two(numbers: list[str], categories: list[str]) -> Alarm:
    """Fisher: of categories the most frequent value or another, of numbers missing or not."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        values = []
        for name in [*categories, *numbers]:
            one, other = old[name].isna(), new[name].isna()
            if name in categories:
                most = old[name].mode()[0]
                one, other = old[name] == most, new[name] == most
            values.append(drift.Fisher().fit(one).score(other).p_value)
        return bool((drift.adjust(values, "holm") <= level).any())

    return alarm


def any_distance(make: Callable[..., Any], columns: list[str]) -> Alarm:
    """A distance over its fixed bound in any column; the level means nothing to it."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        return any(
            make().fit(present(old[name])).score(present(new[name])).drift for name in columns
        )

    return alarm


def streamed(numbers: list[str]) -> Alarm:
    """ADWIN on each number, its delta divided by their count."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        share = level / len(numbers)
        pairs = ((old[name].dropna(), new[name].dropna()) for name in numbers)
        return any(
            drift.AdaptiveWindow(level=share).fit(one).score(other).drift for one, other in pairs
        )

    return alarm


def whole(make: Callable[..., Any], columns: list[str]) -> Alarm:
    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        return bool(make(level).fit(old[columns]).score(new[columns]).drift)

    return alarm


def black_box(predict: Predict) -> Alarm:
    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        detector = drift.BlackBoxShift(predict, threshold=0.05, level=level)
        return detector.fit(old, old["churned"]).score(new).drift

    return alarm


def of_rows(numbers: list[str], categories: list[str]) -> dict[str, Alarm]:
    """Detectors that look at the data, by name: whether a window raises an alarm at a level."""
    columns = [*categories, *numbers]
    return {
        "Kolmogorov-Smirnov": each_column(drift.KolmogorovSmirnov, numbers),
        "Cramér-von Mises": each_column(drift.CramerVonMises, numbers),
        "Mann-Whitney": each_column(drift.MannWhitney, numbers),
        "Levene": each_column(drift.Levene, numbers),
        "Chi-squared": each_column(drift.ChiSquared, categories),
        "Fisher": two_by_two(numbers, categories),
        "PSI": any_distance(drift.PopulationStability, columns),
        "Jensen-Shannon": any_distance(drift.JensenShannon, columns),
        "MMD": whole(
            lambda level: drift.MaximumMeanDiscrepancy(level, max_rows=500, permutations=120),
            columns,
        ),
        "LSDD": whole(
            lambda level: drift.LeastSquaresDensityDifference(
                level, max_rows=1000, permutations=120
            ),
            columns,
        ),
        "Classifier": whole(drift.TwoSampleClassifier, columns),
        "ADWIN": streamed(numbers),
    }


def detectors(predict: Predict) -> dict[str, Alarm]:
    """All detectors, for snapshots: also those that look at what the churn model says."""
    unsure = whole(lambda level: drift.ClassifierUncertainty(predict, level=level), COLUMNS)
    found = of_rows(NUMBERS, CATEGORIES)
    last = found.pop("ADWIN")
    scores = {"Classifier uncertainty": unsure, "Black-box shift": black_box(predict)}
    return {**found, **scores, "ADWIN": last}


def milliseconds(rows: pd.DataFrame, predict: Predict) -> dict[str, float]:
    """Best of three, to score 10,000 rows against 10,000."""
    rng = np.random.default_rng(1)
    old, new = (rows.iloc[rng.choice(len(rows), 10_000, replace=False)] for _ in range(2))
    one_column = {"Kolmogorov-Smirnov", "Cramér-von Mises", "Mann-Whitney", "Levene", "ADWIN"}
    columns = dict.fromkeys(one_column, "MonthlyCharges")
    columns |= dict.fromkeys(("PSI", "Jensen-Shannon"), "MonthlyCharges")
    columns |= {"Chi-squared": "Contract", "Fisher": "Partner"}
    made: dict[str, Any] = {
        "Kolmogorov-Smirnov": drift.KolmogorovSmirnov(),
        "Cramér-von Mises": drift.CramerVonMises(),
        "Mann-Whitney": drift.MannWhitney(),
        "Levene": drift.Levene(),
        "Chi-squared": drift.ChiSquared(),
        "Fisher": drift.Fisher(),
        "PSI": drift.PopulationStability(),
        "Jensen-Shannon": drift.JensenShannon(),
        "MMD": drift.MaximumMeanDiscrepancy(max_rows=500, permutations=120),
        "LSDD": drift.LeastSquaresDensityDifference(max_rows=1000, permutations=120),
        "Classifier": drift.TwoSampleClassifier(),
        "Classifier uncertainty": drift.ClassifierUncertainty(predict),
        "Black-box shift": drift.BlackBoxShift(predict, threshold=0.05),
        "ADWIN": drift.AdaptiveWindow(),
    }
    found = {}
    for name, detector in made.items():
        if name in columns:
            detector.fit(old[columns[name]])
        elif name == "Black-box shift":
            detector.fit(old[COLUMNS], old["churned"])
        else:
            detector.fit(old[COLUMNS])
        times = []
        for _ in range(3):
            started = time.process_time()
            detector.score(new[columns.get(name, COLUMNS)])
            times.append(time.process_time() - started)
        found[name] = round(1000 * min(times), 1)
    return found
