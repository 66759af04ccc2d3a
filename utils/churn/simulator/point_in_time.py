"""Reading a simulated history: labels by window, what is known on a day, one month's table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn.labels import Day, known_by, label
from churn.schema import COLUMNS, ID, MAX_TENURE, TARGET
from churn.simulator.frames import as_read_on
from churn.simulator.history import History, snapshot_index


def churn_labels(
    history: History, as_of: Day | None = None, window_months: int | None = None
) -> pd.DataFrame:
    """Who left within ``window_months`` after ``as_of``, and when that was known.

    Args:
        history: what happened.
        as_of: any day of a snapshot's month; all snapshots if None.
        window_months: the scenario's ``label_window_months`` if None.

    Returns:
        ``customerID``, ``as_of``, ``churned`` (0/1), ``known_on``, one row per customer. A
        departure is known ``label_delay_months`` after the end of its month; that a customer
        stayed, so long after the end of the window. Snapshots whose window runs past the end of
        the simulation are left out when ``as_of`` is None.

    Raises:
        ValueError: if the month is not in the history, or its window runs past the end.
    """
    scenario = history.scenario
    rule = scenario.label_rule(window_months)
    keys = history.truth[[ID, "as_of"]]
    if as_of is None:
        last = scenario.months - rule.window_months
        keys = keys[keys["as_of"] < pd.Timestamp(scenario.month_start(last + 1))]
    else:
        index = snapshot_index(scenario, as_of)
        if index + rule.window_months > scenario.months:
            raise ValueError(
                f"a window of {rule.window_months} months after {scenario.month_end(index)} runs "
                f"past the end of the simulation ({scenario.month_end(scenario.months)})"
            )
        keys = keys[keys["as_of"] == pd.Timestamp(scenario.month_end(index))]
    return label(keys, history.departures, rule)


def labels_known_at(history: History, day: Day, window_months: int | None = None) -> pd.DataFrame:
    """The labels that have arrived by ``day``: those with ``known_on`` on or before it.

    With a window of more than a month the recent ones are churners only: a customer who stays is
    known to stay when the window is over.
    """
    labels = history.labels if window_months is None else churn_labels(history, None, window_months)
    return known_by(labels, day)


def snapshots_at(history: History, day: Day) -> pd.DataFrame:
    """All snapshots up to ``day`` as one reads them on ``day``, with past values corrected."""
    frame = history.snapshots
    frame = frame[frame["as_of"] <= pd.Timestamp(day)].reset_index(drop=True)
    return as_read_on(day, frame, history.corrections)


def table(
    history: History,
    month: Day,
    window_months: int | None = None,
    known_at: Day | None = None,
) -> pd.DataFrame:
    """One month's snapshot as a customer table with the columns of :mod:`churn.schema`.

    ``tenure`` is cut at 72 months. Without record incidents the table follows the schema; with
    them it shows what was recorded (customers who do not exist are labelled as staying).

    Args:
        history: what happened.
        month: any day of the month, for example ``"2024-05"``.
        window_months: see :func:`churn_labels`.
        known_at: keep only customers whose label is known by that day; None gives all, with the
            true label.

    Raises:
        ValueError: as :func:`churn_labels`.
    """
    labels = churn_labels(history, month, window_months)
    as_of = pd.Timestamp(history.scenario.month_end(snapshot_index(history.scenario, month)))
    frame = history.snapshots[history.snapshots["as_of"] == as_of].reset_index(drop=True)
    if known_at is not None:
        unknown = labels.loc[labels["known_on"] > pd.Timestamp(known_at), ID]
        frame = frame[~frame[ID].isin(unknown)].reset_index(drop=True)
    churners = labels.loc[labels["churned"] == 1, ID]
    frame["tenure"] = frame["tenure"].clip(upper=MAX_TENURE)
    frame[TARGET] = np.where(frame[ID].isin(churners), "Yes", "No").astype(object)
    return frame[list(COLUMNS)]
