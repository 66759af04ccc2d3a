"""Who seems to have left: who is missing from a later delivery, long before it is certain.

A label is certain two months after its window (:mod:`churn.labels`). That a customer of January is not
in February's delivery is seen at the end of February. Such an outcome is good enough to watch a model
and to compare two of them, on a month that is later than every certain label, so that no certain month
has to be kept back from training. Nothing is trained on it: a customer may come back, and a delivery
that lost some rows looks like departures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import schema
from churn.labels import Day, LabelRule
from churn.pipeline import tables
from churn.pipeline.stores import Stores


def newest(stores: Stores, day: Day) -> pd.Timestamp | None:
    """The newest month by ``day`` whose early outcome can be seen and whose labels are not certain.

    None if the setting ``early`` is off, or no month is followed by the delivery that it takes, or
    that delivery is about other customers (IBM's table has others in each month).
    """
    if not stores.config.labels.early:
        return None
    day = pd.Timestamp(day)
    certain = stores.config.labels.rule.youngest(day)
    there = [m for m in tables.months(stores.tables, tables.FEATURES) if certain < m <= day]
    for month in reversed(there):
        if seen_on(stores.config.labels.rule, month) <= day and _seen(stores, month) is not None:
            return month
    return None


def seen_on(rule: LabelRule, month: Day) -> pd.Timestamp:
    """The month end at which the window of ``month`` is over: whose delivery shows who is missing."""
    return rule.window(month)[1].normalize()


def is_fresh(rule: LabelRule, month: Day, day: Day) -> bool:
    """Whether the outcome of ``month`` reaches to ``day``: no later one could have been seen.

    After deliveries that were refused it does not, and the world may have changed since.
    """
    return bool(seen_on(rule, month) == pd.Timestamp(day))


def outcome_of(stores: Stores, month: Day) -> pd.DataFrame:
    """The labels of a month, certain ones if there are, else the early outcome.

    Returns:
        ``customerID``, ``as_of`` and ``churned``, and what else the table ``labels`` has.

    Raises:
        ValueError: if neither is known.
    """
    month = pd.Timestamp(month)
    if month in tables.months(stores.tables, tables.LABELS):
        return tables.read(stores.tables, tables.LABELS, month)
    seen = _seen(stores, month)
    if seen is None:
        raise ValueError(f"who left after {month:%Y-%m} is not known yet")
    return seen


def _seen(stores: Stores, month: pd.Timestamp) -> pd.DataFrame | None:
    rule = stores.config.labels.rule
    gap_ends, after = rule.window(month)[0] - pd.offsets.Day(1), seen_on(rule, month)
    there = tables.months(stores.tables, tables.FEATURES)
    if not {month, gap_ends, after} <= set(there):
        return None
    rows, begun, later = (
        tables.read(stores.tables, tables.FEATURES, day, columns=[schema.ID, "as_of"])
        for day in (month, gap_ends, after)
    )
    rows = rows[rows[schema.ID].isin(begun[schema.ID])].reset_index(drop=True)
    gone = ~rows[schema.ID].isin(later[schema.ID]).to_numpy()
    if gone.mean() > stores.config.quality.max_change:
        return None
    return rows.assign(as_of=rows["as_of"].astype("datetime64[ns]"), churned=gone.astype(np.int64))
