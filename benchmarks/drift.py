"""Each detector of drift on the planted incidents and on none, side by side.

python benchmarks/drift.py                       # prints all; some fifteen minutes of one core
python benchmarks/drift.py --write               # and writes datasets/measured/drift.csv
python benchmarks/drift.py --write --scenarios none price_rise    # replaces their rows there

How alarms grow with the size of an incident is measured by benchmarks/drift_power.py. Here, at a
level of 5 % for a whole table, whatever the number of its columns:

``alarms``  the share of windows with an alarm, 1,000 rows against 1,000 others. Each window of an incident is of a
    telco of its own (another seed): the third snapshot from the incident's date on (the only one,
    if there is one) against the last snapshot before that date. Scenario ``none`` has both from
    the same month, so that is the rate of false alarms.
``delay_days``  days from the incident's date to the end of the first week with an alarm at 1 %; each
    customer is scored once a month, on a day of their own. A row for each path, which is a telco of
    its own, too. Empty: no alarm within eight weeks.
``ms_per_10k_rows``  milliseconds of processor time to score a window of 10,000 rows against as many: one column or, for
    detectors of whole rows, the table.

``time_zone_shift`` acts on the event log only: there a row is a call or a use, its columns are the
hour of the day and the kind. Detectors that ask the churn model have nothing to say to it (no value), and
``none, events`` is the same without the incident.

Reference and window never share a customer: the same people in both would look too much alike. For
``none`` the customers are dealt to the two sides anew for each window. (With one deal for all windows,
as before, these share its luck: a side that happens to have more risky customers raises alarms in
many windows at once, and their share is no rate.)
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from drift_detectors import (
    CATEGORIES,
    COLUMNS,
    NUMBERS,
    Alarm,
    Predict,
    detectors,
    milliseconds,
    of_rows,
)
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from churn.simulator import (
    History,
    Incident,
    Scenario,
    load_scenario,
    scenario_names,
    simulate_events,
    simulate_history,
)
from churn.simulator.scenario import datasets_dir

#: What is looked at in the event log.
EVENT_NUMBERS, EVENT_CATEGORIES = ["hour"], ["kind"]
LEVEL, WEEKLY_LEVEL, WEEKS, ROWS = 0.05, 0.01, 8, 1000
#: Windows and paths are of telcos with seeds from here on; the model is of another one's customers.
FIRST_SEED = 100
#: Windows without drift come from so many telcos.
QUIET_TELCOS = 20
QUIET_DAY = pd.Timestamp("2024-12-31")

Pair = tuple[pd.DataFrame, pd.DataFrame]


def fitted_model() -> Predict:
    """A churn model that reads every column, those of other teams too, of the first half-year."""
    rows = labelled(simulate_history(load_scenario("baseline")))
    rows = rows[rows["as_of"] < pd.Timestamp("2024-07-01")]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    model.fit(rows[COLUMNS], rows["churned"])
    return lambda table: model.predict_proba(table[COLUMNS])[:, 1]


def telco(scenario: Scenario, seed: int, months: int) -> History:
    return simulate_history(scenario.model_copy(update={"seed": seed, "months": months}))


def labelled(history: History, days: Iterable[pd.Timestamp] | None = None) -> pd.DataFrame:
    """Snapshots (of some days) with labels; the last month's, not known, count as staying."""
    rows = history.snapshots
    if days is not None:
        rows = rows[rows["as_of"].isin(list(days))]
    labels = history.labels.drop(columns="known_on")
    rows = rows.merge(labels, on=["customerID", "as_of"], how="left").fillna({"churned": 0})
    # A customer stands on one side, and is scored on one day of each month.
    number = rows["customerID"].map(lambda name: zlib.crc32(name.encode()))
    return rows.assign(side=number % 2, day=number // 2 % 28)


def hours(history: History, months: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """Calls and uses with their hour of the day, 0 to 24, and the side of their customer.

    Payments are left out: they come in another part of the month when late, so that no two weeks
    have the same kinds of them.
    """
    log = simulate_events(history, list(months))
    log = log[~log["kind"].str.startswith("payment")]
    at = log["occurred_at"].dt
    number = log["customerID"].map(lambda name: zlib.crc32(name.encode()))
    return log.assign(hour=at.hour + at.minute / 60, side=number % 2)


def sample(rows: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows in a random order."""
    return rows.iloc[rng.choice(len(rows), min(size, len(rows)), replace=False)]


def quiet(days: list[pd.DataFrame], size: int, windows: int) -> Iterator[Pair]:
    """Reference and window of one day of one of several telcos, the customers dealt anew each time."""
    rng = np.random.default_rng(size)
    for window in range(windows):
        both = sample(days[window % len(days)], 2 * size, rng)
        yield both[:size], both[size:]


def between(
    old: pd.DataFrame, new: pd.DataFrame, size: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reference from one side of the customers, window from the other."""
    return sample(old[old["side"] == 0], size, rng), sample(new[new["side"] == 1], size, rng)


def days_around(incident: Incident) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The last snapshot before the incident, and the one that is compared with it."""
    start = pd.Timestamp(incident.date)
    third = 0 if incident.kind == "duplicated_batch" else 2
    return start - pd.offsets.MonthEnd(1), start + pd.offsets.MonthEnd(1 + third)


def share_of_alarms(
    watch: dict[str, Alarm], pairs: Iterable[Pair], level: float = LEVEL
) -> dict[str, float]:
    """The share of pairs with an alarm, by detector."""
    rows = [{n: alarm(*pair, level) for n, alarm in watch.items()} for pair in pairs]
    return {str(name): float(share) for name, share in pd.DataFrame(rows).mean().items()}


def delays(
    watch: dict[str, Alarm], reference: pd.DataFrame, weeks: Iterable[pd.DataFrame]
) -> dict[str, float | None]:
    """Days to the end of the first week with an alarm, by detector; None if there is none."""
    found: dict[str, float | None] = dict.fromkeys(watch)
    for week, window in enumerate(weeks):
        for name, alarm in watch.items():
            if found[name] is None and alarm(reference, window, WEEKLY_LEVEL):
                found[name] = 7.0 * (week + 1)
    return found


def weeks_of_snapshots(rows: pd.DataFrame, start: pd.Timestamp) -> Iterator[pd.DataFrame]:
    """The customers of one side who are scored in each of the weeks from ``start`` on."""
    rng = np.random.default_rng(0)
    for week in range(WEEKS):
        month = start + pd.offsets.MonthEnd(1 + week // 4)
        days = rows["day"].between(7 * (week % 4), 7 * (week % 4) + 6)
        window = rows[(rows["as_of"] == month) & days & (rows["side"] == 1)]
        yield sample(window, len(window), rng)


def weeks_of_events(events: pd.DataFrame, start: pd.Timestamp) -> Iterator[pd.DataFrame]:
    """Events of one side's customers in each of the weeks from ``start`` on."""
    rng = np.random.default_rng(0)
    passed = (events["occurred_at"].dt.tz_localize(None) - start).dt.days
    for week in range(WEEKS):
        yield sample(events[(passed // 7 == week) & (events["side"] == 1)], ROWS, rng)


class Table:
    """The measures found so far, a row each; printed as they come."""

    NAMES = ("detector", "scenario", "measure", "rows", "windows", "value")

    def __init__(self, names: Iterable[str]) -> None:
        self.detectors = list(names)
        self.rows: list[tuple[str, str, str, int, int, float | None]] = []

    def add(self, found: dict[str, Any], scenario: str, measure: str, size: int, no: int) -> None:
        """A row for each detector; ``no`` is the number of windows, or which path.

        A detector that was not asked gets a row without a value, except where it is asked alone.
        """
        names = list(found) if len(found) == 1 else self.detectors
        self.rows.extend((name, scenario, measure, size, no, found.get(name)) for name in names)
        print(f"{scenario} {measure} {size} {no}: {found}", flush=True)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=list(self.NAMES))


def measure_none(
    table: Table, watch: dict[str, Alarm], predict: Predict, windows: int, long: int, paths: int
) -> None:
    """Cost, and how often there is an alarm where nothing has happened."""
    baseline = load_scenario("baseline")
    rows = labelled(telco(baseline, FIRST_SEED, 3))
    table.add(milliseconds(rows, predict), "none", "ms_per_10k_rows", 10_000, 3)
    start, days = pd.Timestamp("2025-01-01"), []
    for path in range(QUIET_TELCOS):
        rows = labelled(telco(baseline, FIRST_SEED + path, 14))
        days.append(rows[rows["as_of"] == QUIET_DAY])
        if path < paths:
            old, _ = between(days[-1], days[-1], 2 * ROWS, np.random.default_rng(path))
            found = delays(watch, old, weeks_of_snapshots(rows, start))
            table.add(found, "none", "delay_days", 0, path)
    table.add(share_of_alarms(watch, quiet(days, ROWS, windows)), "none", "alarms", ROWS, windows)
    # One has been above its level once: more windows say whether that was chance.
    longer = {"Black-box shift": watch["Black-box shift"]}
    more = share_of_alarms(longer, quiet(days, ROWS, long))
    table.add(more, "none", "alarms_of_more_windows", ROWS, long)


def measure_incident(
    table: Table, scenario: Scenario, watch: dict[str, Alarm], windows: int, paths: int
) -> None:
    """Alarms in windows of as many telcos, and days to the first alarm in some of them."""
    (incident,) = scenario.incidents
    before, after = days_around(incident)
    start = pd.Timestamp(incident.date)
    pairs = []
    for path in range(windows):
        # The first of the eight weeks and the last lie in the two months after the date.
        last = max(after, start + pd.offsets.MonthEnd(2))
        history = telco(scenario, FIRST_SEED + path, scenario.month_index(last) + 1)
        rng = np.random.default_rng(path)
        rows = labelled(history, pd.date_range(before, last, freq="ME"))
        old, new = (rows[rows["as_of"] == day] for day in (before, after))
        pairs.append(between(old, new, ROWS, rng))
        if path < paths:
            old, _ = between(old, old, 2 * ROWS, rng)
            found = delays(watch, old, weeks_of_snapshots(rows, start))
            table.add(found, scenario.name, "delay_days", 0, path)
    table.add(share_of_alarms(watch, pairs), scenario.name, "alarms", ROWS, windows)


def measure_events(table: Table, scenario: Scenario, windows: int, paths: int) -> None:
    """The same for the event log, with the incident and without."""
    watch = of_rows(EVENT_NUMBERS, EVENT_CATEGORIES)
    (incident,) = scenario.incidents
    start = pd.Timestamp(incident.date)
    before, after = days_around(incident)
    for name, played in (
        ("none, events", scenario.without_incidents()),
        (scenario.name, scenario),
    ):
        pairs = []
        for path in range(windows):
            history = telco(played, FIRST_SEED + path, scenario.month_index(after) + 1)
            events = hours(history, pd.date_range(before, after, freq="ME"))
            month = events["occurred_at"].dt.strftime("%Y-%m")
            rng = np.random.default_rng(path)
            old, new = (events[month == f"{day:%Y-%m}"] for day in (before, after))
            pairs.append(between(old, new, ROWS, rng))
            if path < paths:
                old, _ = between(old, old, 2 * ROWS, rng)
                found = delays(watch, old, weeks_of_events(events, start))
                table.add(found, name, "delay_days", 0, path)
        table.add(share_of_alarms(watch, pairs), name, "alarms", ROWS, windows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", nargs="*", default=None, help="all, and none")
    parser.add_argument("--quiet", type=int, default=200, help="windows without drift")
    parser.add_argument("--long", type=int, default=2000, help="the same of black-box shift")
    parser.add_argument("--windows", type=int, default=20, help="windows of each incident")
    parser.add_argument("--paths", type=int, default=5, help="of which so many week by week")
    parser.add_argument("--write", action="store_true", help="to datasets/measured/drift.csv")
    given = parser.parse_args()
    every = ["none", *(name for name in scenario_names() if name != "baseline")]
    names = given.scenarios or every
    predict = fitted_model()
    watch = detectors(predict)
    table = Table(watch)
    with threadpool_limits(1):
        for name in names:
            if name == "none":
                measure_none(table, watch, predict, given.quiet, given.long, given.paths)
            elif name == "time_zone_shift":
                measure_events(table, load_scenario(name), given.windows, given.paths)
            else:
                measure_incident(table, load_scenario(name), watch, given.windows, given.paths)
    if given.write:
        write(table.frame(), datasets_dir() / "measured" / "drift.csv", every)


def write(table: pd.DataFrame, path: Path, order: list[str]) -> None:
    """Put the rows in the place of those of the same scenarios."""
    if path.is_file():
        before = pd.read_csv(path)
        table = pd.concat([before[~before["scenario"].isin(table["scenario"].unique())], table])
    place = table["scenario"].str.replace("none, events", "time_zone_shift").map(order.index)
    table = table.iloc[np.argsort(place, kind="stable")]
    table.to_csv(path, index=False, lineterminator="\n")
    print(f"{len(table)} measures written to {path.name}")


if __name__ == "__main__":
    main()
