"""The source systems' side: what lands at each month's end, for the simulated telco and IBM's table.

    deliver(landing, "2025-01-31", history.snapshots, history.departures)

A month's folder appears whole: a reader never sees half a delivery.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from churn import schema
from churn.data.origin import PRODUCTION, Origin
from churn.labels import Day
from churn.simulator import load_scenario, simulate_history

CUSTOMERS, DEPARTURES = "customers.parquet", "departures.parquet"


def month_folder(landing: Path, day: Day) -> Path:
    """Where the delivery of a month's end lies."""
    return landing / f"{pd.Timestamp(day):%Y-%m}"


def delivered(landing: Path) -> list[pd.Timestamp]:
    """The month ends that have been delivered, oldest first."""
    names = sorted(one.name for one in landing.glob("[0-9]*-[0-9]*"))
    return [pd.Timestamp(name) + pd.offsets.MonthEnd() for name in names]


def deliver(
    landing: Path,
    day: Day,
    snapshots: pd.DataFrame,
    departures: pd.DataFrame,
    environment: str = PRODUCTION,
) -> Path:
    """Deliver a month's end, in place of an earlier delivery of it.

    Args:
        landing: the folder of all deliveries.
        day: the month's end.
        snapshots: of any months, with ``customerID``, ``as_of`` and the 19 feature columns; those
            of ``day`` are delivered.
        departures: ``customerID``, ``left_on`` and ``known_on``; those known by ``day`` are
            delivered.
        environment: that the label of origin names.

    Returns:
        The folder.

    Raises:
        ValueError: if there is no snapshot of that day.
    """
    day = pd.Timestamp(day)
    customers, known = content(day, snapshots, departures)
    target = month_folder(landing, day)
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    customers.to_parquet(draft / CUSTOMERS)
    known.to_parquet(draft / DEPARTURES)
    Origin(environment, day.date()).save(draft / CUSTOMERS)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    return target


def content(
    day: pd.Timestamp, snapshots: pd.DataFrame, departures: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is in the two files of a month's end, see :func:`deliver`.

    Raises:
        ValueError: if there is no snapshot of that day.
    """
    customers = snapshots.loc[snapshots["as_of"] == day, [schema.ID, *schema.FEATURES]]
    if customers.empty:
        raise ValueError(f"there is no snapshot of {day:%Y-%m-%d} to deliver")
    known = departures.loc[departures["known_on"] <= day, [schema.ID, "left_on"]]
    return customers.reset_index(drop=True), known.reset_index(drop=True)


def deliver_each(
    landing: Path,
    months: Iterable[pd.Timestamp],
    snapshots: pd.DataFrame,
    departures: pd.DataFrame,
) -> list[pd.Timestamp]:
    """:func:`deliver` each of these month ends; gives them back."""
    done = list(months)
    for month in done:
        deliver(landing, month, snapshots, departures)
    return done


def deliver_scenario(
    landing: Path, scenario: str | Path, until: Day | None = None
) -> list[pd.Timestamp]:
    """Deliver the months of a simulated telco, up to ``until``; all of them if it is None.

    Args:
        landing: the folder of all deliveries.
        scenario: name of a scenario or path of a YAML file.
        until: month end of the last month.

    Returns:
        The month ends, oldest first.

    Raises:
        ScenarioError: if there is no such scenario.
    """
    history = simulate_history(load_scenario(scenario))
    months = [m for m in history.months if until is None or m <= pd.Timestamp(until)]
    return deliver_each(landing, months, history.snapshots, history.departures)


def deliver_table(
    landing: Path, table: pd.DataFrame, months: int = 12, start: Day = "2025-01-31", seed: int = 0
) -> list[pd.Timestamp]:
    """Deliver months drawn from a table without a time, see :func:`months_from_table`.

    Args:
        landing: the folder of all deliveries.
        table: with the columns of :mod:`churn.schema`.
        months: to how many its customers are dealt.
        start: month end of the first.
        seed: of the draw.

    Returns:
        The month ends, oldest first.

    Raises:
        SchemaError: if the table does not follow the schema.
        ValueError: if there are fewer customers than months.
    """
    snapshots, departures = months_from_table(schema.validate(table), months, start, seed=seed)
    return deliver_each(landing, sorted(snapshots["as_of"].unique()), snapshots, departures)


def months_from_table(
    table: pd.DataFrame, months: int = 12, start: Day = "2025-01-31", delay: int = 2, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Months drawn from a table without a time: IBM's is a cross-section.

    Its customers are dealt at random to the months, each to one of them, so that the months differ
    by chance alone and no model is judged on a customer it was trained on. Whoever is labelled
    ``Yes`` leaves on the fifteenth of the month after their own, which is known ``delay`` months
    after the end of that month.

    Returns:
        Snapshots (``customerID``, ``as_of``, the 19 feature columns) and departures
        (``customerID``, ``left_on``, ``known_on``), as :func:`deliver` takes them.

    Raises:
        ValueError: if there are fewer customers than months.
    """
    if not 1 <= months <= len(table):
        raise ValueError(f"{len(table):,} customers cannot be dealt to {months} months")
    ends = pd.date_range(pd.Timestamp(start), periods=months, freq="ME")
    order = np.random.default_rng(seed).permutation(len(table))
    dealt = table.iloc[order].assign(as_of=ends[np.arange(len(table)) * months // len(table)])
    snapshots = dealt[[schema.ID, "as_of", *schema.FEATURES]].reset_index(drop=True)
    left = dealt[dealt[schema.TARGET] == schema.POSITIVE]
    after = left["as_of"].dt.to_period("M") + 1
    departures = pd.DataFrame(
        {
            schema.ID: left[schema.ID].to_numpy(),
            "left_on": (after.dt.start_time + pd.offsets.Day(14)).to_numpy(),
            "known_on": (after + delay + 1).dt.start_time.to_numpy(),
        }
    )
    return snapshots, departures
