"""From a month's delivery to the tables ``features`` and ``labels``, once it has passed the gate."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from churn import schema
from churn.data.origin import BatchRefusedError
from churn.labels import Day, label
from churn.pipeline import feature_repo, runs, tables
from churn.pipeline.deliveries import accepted, customers_of, read_delivery
from churn.pipeline.stores import Stores


def run(stores: Stores, day: Day) -> runs.Run:
    """Write the month's features, and the labels that have become known.

    Raises:
        BatchRefusedError: if the delivery is missing or bad; no table is changed.
        ValueError: if departures contradict the snapshots.
    """
    stores.require()
    day = pd.Timestamp(day)
    delivery = read_delivery(stores.landing, day)
    customers = accepted(delivery, _before(stores, day), stores.config.quality, day)
    mine = customers[_seen(customers[schema.ID], stores.config.share)].reset_index(drop=True)
    mine.insert(1, "as_of", day)
    labelled = _new_labels(stores, day, mine, delivery.departures)
    tables.write_month(stores.tables, tables.FEATURES, mine)
    feature_repo.add_month(stores.features, mine)
    for _, month in labelled.groupby("as_of"):
        tables.write_month(stores.tables, tables.LABELS, month)
    versions = {
        name: tables.version(stores.tables, name)
        for name in (tables.FEATURES, tables.LABELS)
        if tables.exists(stores.tables, name)
    }
    said = f"{len(mine):,} customers"
    known = tables.months(stores.tables, tables.LABELS)
    said += f"; labels up to {known[-1]:%Y-%m}" if known else "; no labels yet"
    return runs.record(stores, "feature_tables", day, said, **versions)


def _before(stores: Stores, day: pd.Timestamp) -> pd.DataFrame | None:
    """The delivered customers of the month before, as far as this environment can know them."""
    before = (day.to_period("M") - 1).end_time.normalize()
    if before not in tables.months(stores.tables, tables.FEATURES):
        return None
    try:
        return customers_of(read_delivery(stores.landing, before))[[schema.ID, "tenure"]]
    except BatchRefusedError as error:
        raise BatchRefusedError(f"{before:%Y-%m}, to compare with: {error}") from None


def _seen(ids: pd.Series, share: float) -> np.ndarray:
    """Which customers an environment sees: by a hash, so that the same ones stay month by month."""
    if share >= 1:
        return np.ones(len(ids), dtype=bool)
    tenths = [int(hashlib.sha256(one.encode()).hexdigest()[:8], 16) / 2**32 for one in ids]
    return np.asarray(tenths) < share


def _new_labels(
    stores: Stores, day: pd.Timestamp, mine: pd.DataFrame, departures: pd.DataFrame
) -> pd.DataFrame:
    """The labels of the months that are complete by ``day`` and have none yet.

    Months before which nothing was delivered stay without; a month that is delivered late is
    labelled with the next delivery.
    """
    rule = stores.config.labels.rule
    known = set(tables.months(stores.tables, tables.LABELS))
    there = [*tables.months(stores.tables, tables.FEATURES), day]
    open_months = sorted({m for m in there if m <= rule.youngest(day)} - known)
    parts = [mine[[schema.ID, "as_of"]].iloc[:0]]
    for month in open_months:
        rows = tables.read(stores.tables, tables.FEATURES, month, columns=[schema.ID, "as_of"])
        rows["as_of"] = rows["as_of"].astype("datetime64[ns]")
        parts.append(label(rows, departures, rule))
    return pd.concat(parts[1:] or parts, ignore_index=True)
