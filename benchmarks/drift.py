"""Each detector of drift on the planted incidents and on none, side by side.

python benchmarks/drift.py                       # prints all, some six minutes
python benchmarks/drift.py --write               # and writes datasets/measured/drift.csv
python benchmarks/drift.py --write --scenarios none price_rise    # replaces their rows there

What is measured, at a level of 5 % for a whole table, whatever the number of its columns:

``alarms``  the share of windows with an alarm, by the number of rows. Scenario ``none`` has windows
    drawn from the same month as their reference, so that is the rate of false alarms. The others
    have the third snapshot from the incident's date on (the only one, if there is one), and a
    reference from the last snapshot before that date.
``delay_days``  days from the incident's date to the end of the first week with an alarm at 1 %; each
    customer is scored once a month, on a day of their own. Empty: none within eight weeks.
``ms_per_10k_rows``  milliseconds of processor time to score a window of 10,000 rows against as many: one column or, for
    detectors of whole rows, the table.

Reference and window never share a customer: the same people in both would look too much alike.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn import schema
from churn.monitoring import drift
from churn.simulator import History, load_scenario, scenario_names, simulate_history
from churn.simulator.scenario import datasets_dir

NUMBERS = [
    *("tenure", "MonthlyCharges", "TotalCharges"),
    *("network_quality", "propensity_score", "expected_stay_months"),
]
CATEGORIES = [*schema.CATEGORICAL, "region", "legacy_device_code"]
COLUMNS = [*CATEGORIES, *NUMBERS]
LEVEL, WEEKLY_LEVEL, WEEKS = 0.05, 0.01, 8
ROWS = (250, 1000, 3000)
#: The incident of which power is measured by the number of rows; of the others at 1,000.
BY_ROWS = ("reestimated_column",)

Alarm = Callable[[pd.DataFrame, pd.DataFrame, float], bool]


def present(column: pd.Series) -> pd.Series:
    """Missing numbers are left out; a missing category is a category."""
    return column.dropna() if column.name in NUMBERS else column


def each_column(make: Callable[..., Any], columns: list[str]) -> Alarm:
    """An alarm if any column drifts, after Holm's correction."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        pairs = ((present(old[name]), present(new[name])) for name in columns)
        values = [make().fit(one).score(other).p_value for one, other in pairs]
        return bool((drift.adjust(values, "holm") <= level).any())

    return alarm


def two_by_two(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
    """Fisher: of categories the most frequent value or another, of numbers missing or not."""
    values = []
    for name in COLUMNS:
        one, other = old[name].isna(), new[name].isna()
        if name in CATEGORIES:
            most = old[name].mode()[0]
            one, other = old[name] == most, new[name] == most
        values.append(drift.Fisher().fit(one).score(other).p_value)
    return bool((drift.adjust(values, "holm") <= level).any())


def any_distance(make: Callable[..., Any]) -> Alarm:
    """A distance over its fixed bound in any column; the level means nothing to it."""

    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        return any(
            make().fit(present(old[name])).score(present(new[name])).drift for name in COLUMNS
        )

    return alarm


def streamed(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
    """ADWIN on each number, its delta divided by their count."""
    share = level / len(NUMBERS)
    return any(
        drift.AdaptiveWindow(level=share).fit(old[name].dropna()).score(new[name].dropna()).drift
        for name in NUMBERS
    )


def whole(make: Callable[..., Any]) -> Alarm:
    def alarm(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        return bool(make(level).fit(old[COLUMNS]).score(new[COLUMNS]).drift)

    return alarm


def detectors(model: Any) -> dict[str, Alarm]:
    """By name, whether a detector raises an alarm for a window at a level."""

    def predict(table: pd.DataFrame) -> Any:
        return model.predict_proba(table[COLUMNS])[:, 1]

    def black_box(old: pd.DataFrame, new: pd.DataFrame, level: float) -> bool:
        detector = drift.BlackBoxShift(predict, threshold=0.05, level=level)
        return detector.fit(old, old["churned"]).score(new).drift

    return {
        "Kolmogorov-Smirnov": each_column(drift.KolmogorovSmirnov, NUMBERS),
        "Cramér-von Mises": each_column(drift.CramerVonMises, NUMBERS),
        "Mann-Whitney": each_column(drift.MannWhitney, NUMBERS),
        "Levene": each_column(drift.Levene, NUMBERS),
        "Chi-squared": each_column(drift.ChiSquared, CATEGORIES),
        "Fisher": two_by_two,
        "PSI": any_distance(drift.PopulationStability),
        "Jensen-Shannon": any_distance(drift.JensenShannon),
        "MMD": whole(
            lambda level: drift.MaximumMeanDiscrepancy(level, max_rows=500, permutations=120)
        ),
        "LSDD": whole(
            lambda level: drift.LeastSquaresDensityDifference(
                level, max_rows=1000, permutations=120
            )
        ),
        "Classifier": whole(drift.TwoSampleClassifier),
        "Classifier uncertainty": whole(
            lambda level: drift.ClassifierUncertainty(predict, level=level)
        ),
        "Black-box shift": black_box,
        "ADWIN": streamed,
    }


def fitted_model(history: History) -> Any:
    """A churn model that reads every column, those of other teams too, of the first half-year."""
    rows = labelled(history)
    rows = rows[rows["as_of"] < pd.Timestamp("2024-07-01")]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
        ]
    )
    return make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(
        rows[COLUMNS], rows["churned"]
    )


def labelled(history: History) -> pd.DataFrame:
    keys = ["customerID", "as_of"]
    labels = history.labels.drop(columns="known_on")
    rows = history.snapshots.merge(labels, on=keys, how="left")
    number = rows["customerID"].map(lambda name: zlib.crc32(name.encode()))
    # A customer stands on one side, and is scored on one day of each month.
    return rows.assign(side=number % 2, day=number // 2 % 28)


def sample(rows: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows in a random order; missing labels (after the history's end) count as staying."""
    chosen = rng.choice(len(rows), min(size, len(rows)), replace=False)
    return rows.iloc[chosen].fillna({"churned": 0})


def alarms(
    watch: dict[str, Alarm], old: pd.DataFrame, new: pd.DataFrame, size: int, windows: int
) -> dict[str, float]:
    """The share of windows with an alarm, by detector."""
    rng = np.random.default_rng(size)
    counts = dict.fromkeys(watch, 0)
    for _ in range(windows):
        reference, window = sample(old, size, rng), sample(new, size, rng)
        for name, alarm in watch.items():
            counts[name] += alarm(reference, window, LEVEL)
    return {name: count / windows for name, count in counts.items()}


def delays(
    watch: dict[str, Alarm], rows: pd.DataFrame, start: pd.Timestamp
) -> dict[str, float | None]:
    """Days from ``start`` to the end of the first week with an alarm, by detector."""
    rng = np.random.default_rng(0)
    before = rows["as_of"] == start - pd.offsets.Day()
    reference = sample(rows[before & (rows["side"] == 0)], 2000, rng)
    found: dict[str, float | None] = dict.fromkeys(watch)
    for week in range(WEEKS):
        month = start + pd.offsets.MonthEnd(1 + week // 4)
        days = rows["day"].between(7 * (week % 4), 7 * (week % 4) + 6)
        window = rows[(rows["as_of"] == month) & days & (rows["side"] == 1)]
        window = sample(window, len(window), rng)
        for name, alarm in watch.items():
            if found[name] is None and alarm(reference, window, WEEKLY_LEVEL):
                found[name] = 7 * (week + 1)
    return found


def milliseconds(rows: pd.DataFrame, model: Any) -> dict[str, float]:
    """Best of three, to score 10,000 rows against 10,000."""
    rng = np.random.default_rng(1)
    old, new = sample(rows, 10_000, rng), sample(rows, 10_000, rng)
    one_column = {"Kolmogorov-Smirnov", "Cramér-von Mises", "Mann-Whitney", "Levene", "ADWIN"}
    columns = dict.fromkeys(one_column, "MonthlyCharges")
    columns |= dict.fromkeys(("PSI", "Jensen-Shannon"), "MonthlyCharges")
    columns |= {"Chi-squared": "Contract", "Fisher": "Partner"}

    def predict(table: pd.DataFrame) -> Any:
        return model.predict_proba(table[COLUMNS])[:, 1]

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


def measure(scenarios: list[str], quiet: int, windows: int) -> pd.DataFrame:
    """All measures, one row each."""
    baseline = labelled(simulate_history(load_scenario("baseline")))
    model = fitted_model(simulate_history(load_scenario("baseline")))
    watch = detectors(model)
    rows: list[tuple[str, str, str, int, int, float | None]] = []

    def note(found: dict[str, Any], scenario: str, measure: str, size: int, count: int) -> None:
        rows.extend((name, scenario, measure, size, count, v) for name, v in found.items())
        print(f"{scenario} {measure} {size}: {found}", flush=True)

    for scenario in scenarios:
        if scenario == "none":
            month = baseline[baseline["as_of"] == pd.Timestamp("2024-12-31")]
            sides = month[month["side"] == 0], month[month["side"] == 1]
            note(milliseconds(baseline, model), "none", "ms_per_10k_rows", 10_000, 3)
            note(delays(watch, baseline, pd.Timestamp("2025-01-01")), "none", "delay_days", 0, 1)
            note(alarms(watch, *sides, 1000, quiet), "none", "alarms", 1000, quiet)
            continue
        history = simulate_history(load_scenario(scenario))
        (incident,) = history.truth_incidents
        if incident.kind == "time_zone_shift":  # acts on the event log only
            continue
        start, table = pd.Timestamp(incident.date), labelled(history)
        third = 0 if incident.kind == "duplicated_batch" else 2
        old = table[table["as_of"] == start - pd.offsets.Day()]
        new = table[table["as_of"] == start + pd.offsets.MonthEnd(1 + third)]
        sides = old[old["side"] == 0], new[new["side"] == 1]
        for size in ROWS if scenario in BY_ROWS else (1000,):
            note(alarms(watch, *sides, size, windows), scenario, "alarms", size, windows)
        note(delays(watch, table, start), scenario, "delay_days", 0, 1)
    names = ["detector", "scenario", "measure", "rows", "windows", "value"]
    return pd.DataFrame(rows, columns=names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", nargs="*", default=None, help="all, and none")
    parser.add_argument("--quiet", type=int, default=200, help="windows without drift")
    parser.add_argument("--windows", type=int, default=5, help="windows of each incident")
    parser.add_argument("--write", action="store_true", help="to datasets/measured/drift.csv")
    given = parser.parse_args()
    every = ["none", *(name for name in scenario_names() if name != "baseline")]
    names = given.scenarios or every
    table = measure(names, given.quiet, given.windows)
    if given.write:
        path: Path = datasets_dir() / "measured" / "drift.csv"
        path.parent.mkdir(exist_ok=True)
        if path.is_file():
            before = pd.read_csv(path)
            table = pd.concat([before[~before["scenario"].isin(names)], table])
        table["order"] = table["scenario"].map(every.index)
        table = table.sort_values("order", kind="stable").drop(columns="order")
        table.to_csv(path, index=False, lineterminator="\n")
        print(f"{len(table)} measures written to {path.name}")


if __name__ == "__main__":
    main()
