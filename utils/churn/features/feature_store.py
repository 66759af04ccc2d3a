"""The telco's feature repository: what Feast is told about the customer's features.

    store = open_store(folder, profile_table(history.snapshots), activity)
    rows = training_set(store, entities, "churn_v1")

Two batch jobs write features on the first of each month at :data:`WRITTEN_AT` o'clock UTC:
``profile`` is the contract as of the last day of the month before, ``activity`` what the customer
did in the :data:`ACTIVITY_DAYS` days before. A row's ``event_timestamp`` is the moment from which
its values were there, never the earlier day that they describe: a model that decides between the
two moments cannot have seen them.

``activity`` can also be pushed between two runs of its job; ``profile`` cannot. The feature
service ``churn_v1`` is the list of features that the first churn model reads.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pandas as pd

from churn.lean_imports import without
from churn.schema import ID

with without("torch"):
    from feast import (
        Entity,
        FeatureService,
        FeatureStore,
        FeatureView,
        Field,
        FileSource,
        PushSource,
        ValueType,
    )
    from feast.types import Float64, Int64, String

TIME = "event_timestamp"
#: Hour of the first day of a month, UTC, at which both batch jobs have written.
WRITTEN_AT = 4
#: Days before the moment of writing that an ``activity`` row sums up.
ACTIVITY_DAYS = 30
#: Days for which a row counts: one month and two weeks, so that one late run does no harm.
TTL_DAYS = 45

PROFILE = {
    "tenure": Int64,
    "Contract": String,
    "InternetService": String,
    "PaymentMethod": String,
    "MonthlyCharges": Float64,
}
#: Feature -> the kinds of events it is made of, and whether it counts them or adds their values.
ACTIVITY = {
    "calls": (("support_call",), "count"),
    "late_payments": (("payment_late", "payment_failed"), "count"),
    "gigabytes": (("usage_data",), "sum"),
    "voice_minutes": (("usage_voice",), "sum"),
}

FEATURE_STORE_YAML = """\
project: telco
provider: local
registry: registry.db
online_store: {type: sqlite, path: online.db}
offline_store: {type: file}
entity_key_serialization_version: 3
"""

customer = Entity(name="customer", join_keys=[ID], value_type=ValueType.STRING)


def profile_view(folder: Path) -> FeatureView:
    """The contract, once a month, from ``profile.parquet`` in ``folder``."""
    source = FileSource(path=str(folder / "profile.parquet"), timestamp_field=TIME)
    return FeatureView(
        name="profile",
        entities=[customer],
        ttl=timedelta(days=TTL_DAYS),
        schema=[Field(name=name, dtype=dtype) for name, dtype in PROFILE.items()],
        source=source,
    )


def activity_view(folder: Path) -> FeatureView:
    """Calls, payments and usage, once a month from ``activity.parquet`` or at any time by push."""
    batch = FileSource(path=str(folder / "activity.parquet"), timestamp_field=TIME)
    return FeatureView(
        name="activity",
        entities=[customer],
        ttl=timedelta(days=TTL_DAYS),
        schema=[Field(name=name, dtype=Float64) for name in ACTIVITY],
        source=PushSource(name="activity_push", batch_source=batch),
    )


def open_store(folder: Path, profile: pd.DataFrame, activity: pd.DataFrame) -> FeatureStore:
    """Make a Feast repository in ``folder`` anew: settings, feature tables, definitions applied.

    Args:
        folder: made if need be; what is in it is deleted.
        profile: ``customerID``, ``event_timestamp`` (UTC) and the columns of :data:`PROFILE`.
        activity: the same with the columns of :data:`ACTIVITY`.

    Raises:
        ValueError: if a table lacks a column, or has two rows of one customer and moment (which
            of them Feast takes is not defined).
    """
    _check("profile", profile, list(PROFILE))
    _check("activity", activity, list(ACTIVITY))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "feature_store.yaml").write_text(FEATURE_STORE_YAML, encoding="utf-8")
    for name, table, columns in (
        ("profile", profile, PROFILE),
        ("activity", activity, ACTIVITY),
    ):
        table[[ID, TIME, *columns]].to_parquet(folder / f"{name}.parquet", index=False)
    store = FeatureStore(repo_path=str(folder))
    views = [profile_view(folder), activity_view(folder)]
    store.apply([customer, *views, FeatureService(name="churn_v1", features=[*views])])
    return store


def profile_table(snapshots: pd.DataFrame) -> pd.DataFrame:
    """The profile rows of monthly snapshots (:mod:`churn.simulator.history`), as written.

    Returns ``customerID``, ``event_timestamp`` (UTC, the first day after ``as_of`` at
    :data:`WRITTEN_AT` o'clock) and the columns of :data:`PROFILE`, one row per snapshot row.
    """
    table = snapshots[[ID, *PROFILE]].copy()
    table.insert(1, TIME, written_on(snapshots["as_of"]))
    return table.reset_index(drop=True)


def written_on(as_of: pd.Series) -> pd.Series:
    """When the features of the last days of months in ``as_of`` were there (UTC)."""
    moment = as_of + timedelta(days=1, hours=WRITTEN_AT)
    return moment.astype("datetime64[us]").dt.tz_localize("UTC")


def activity_at(
    events: pd.DataFrame, moment: pd.Timestamp, customers: pd.Series | None = None
) -> pd.DataFrame:
    """What each customer did in the :data:`ACTIVITY_DAYS` days before ``moment``.

    Only events that had arrived by then count: the log is read as on that day.

    Args:
        events: as :func:`churn.simulator.simulate_events` gives them.
        moment: with time zone UTC.
        customers: ids that get a row of zeros if they have no event; without them only customers
            with an event have a row, and "no event" cannot be told from "not computed".

    Returns:
        ``customerID``, ``event_timestamp`` (= ``moment``) and the columns of :data:`ACTIVITY` as
        floats (counts, counts, GB, minutes), sorted by customer.
    """
    since = moment - timedelta(days=ACTIVITY_DAYS)
    occurred = events["occurred_at"]
    log = events[(occurred >= since) & (occurred < moment) & (events["arrived_at"] <= moment)]
    parts = {
        name: log["kind"].isin(kinds) * (1.0 if how == "count" else log["value"])
        for name, (kinds, how) in ACTIVITY.items()
    }
    sums = pd.DataFrame(parts).groupby(log[ID]).sum()
    if customers is not None:
        sums = sums.reindex(sums.index.union(pd.Index(customers.unique())), fill_value=0.0)
    # Sums of decimals differ in the last digits with the order of the events.
    table = sums.sort_index().round(2).rename_axis(ID).reset_index()
    table.insert(1, TIME, moment.as_unit("us"))
    return table


def activity_table(events: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """The activity rows of all monthly runs: one for each ``as_of`` of ``snapshots``.

    Who has left in the course of a month is no longer in its snapshot, and still gets a last
    row: the events of the days before are there.
    """
    runs = [
        activity_at(events, written_on(month["as_of"]).iloc[0], month[ID])
        for _, month in snapshots.groupby("as_of")
    ]
    return pd.concat(runs, ignore_index=True)


def decisions(
    snapshots: pd.DataFrame, departures: pd.DataFrame, days: Iterable[str], within_days: int = 30
) -> pd.DataFrame:
    """The entity table of a campaign that decides on each of ``days`` at noon (UTC).

    Args:
        snapshots: with ``customerID`` and ``signup_month``, the day from which a customer counts.
        departures: one row per customer who left, with ``customerID`` and ``left_on``. It must
            reach ``within_days`` beyond the last day.
        days: such as ``"2024-03-15"``.
        within_days: how far the label looks ahead.

    Returns:
        ``customerID``, ``event_timestamp`` and ``churned`` (1 leaves on one of the next
        ``within_days`` days, 0 does not), one row for everybody who is a customer on a day.
    """
    joined = snapshots.drop_duplicates(ID).set_index(ID)["signup_month"]
    left = departures.set_index(ID)["left_on"].reindex(joined.index)
    tables = []
    for day in map(pd.Timestamp, days):
        here = (joined <= day) & ~(left <= day)
        moment = (day + timedelta(hours=12)).tz_localize("UTC").as_unit("us")
        leaves = (left[here] - day).dt.days.between(1, within_days).astype(int)
        tables.append(pd.DataFrame({TIME: moment, "churned": leaves}).reset_index())
    return pd.concat(tables, ignore_index=True)


def training_set(store: FeatureStore, entities: pd.DataFrame, service: str) -> pd.DataFrame:
    """Feast's point-in-time join, with every row that was asked for.

    The offline store ``file`` leaves out rows without a warning, keeps one of several rows of a
    customer and moment, and returns the rest in another order. It leaves a row out as soon as
    one feature view has only rows that are too new or too old for it, so each view is asked on
    its own: what the others have is kept, and only the features of that view are missing.

    Args:
        store: see :func:`open_store`.
        entities: ``customerID``, ``event_timestamp`` (UTC), and other columns, such as a label.
        service: name of a feature service without on-demand features.

    Returns:
        The rows of ``entities`` in their order, with the service's features in its order.
    """
    keys = [ID, TIME]
    asked = entities[keys].drop_duplicates()
    result = entities.reset_index(drop=True)
    for view in store.get_feature_service(service).feature_view_projections:
        names = [feature.name for feature in view.features]
        found = store.get_historical_features(
            entity_df=asked, features=[f"{view.name}:{name}" for name in names]
        ).to_df()
        # PostgreSQL's store leaves the zone out, and means UTC.
        found[TIME] = pd.to_datetime(found[TIME], utc=True).astype(entities[TIME].dtype)
        result = result.merge(found[[*keys, *names]], how="left", on=keys)
    return result


def feature_names(store: FeatureStore, service: str) -> list[str]:
    """Names of the features of a service, in the order in which they were defined."""
    projections = store.get_feature_service(service).feature_view_projections
    return [feature.name for view in projections for feature in view.features]


def _check(name: str, table: pd.DataFrame, columns: list[str]) -> None:
    missing = [column for column in (ID, TIME, *columns) if column not in table.columns]
    if missing:
        raise ValueError(f"the table {name} lacks {', '.join(missing)}")
    twice = int(table.duplicated([ID, TIME]).sum())
    if twice:
        raise ValueError(
            f"the table {name} has {twice} row(s) too many for one customer and moment"
        )
