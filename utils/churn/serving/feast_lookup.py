"""The customer's columns in Feast: the online store that the service asks, and how it is filled.

store = open_record_store(folder, table, moment)
lookup = FeastLookup(store)
lookup(["7590-VHVEG"])
"""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from feast import FeatureService, FeatureStore, FeatureView, Field, FileSource
from feast.types import Float64, Int64, String

from churn import schema
from churn.features import feature_store

#: The feature service that the models with 19 columns read.
SERVICE = "churn_record_v1"
VIEW = "record"
_TYPES = {"object": String, "int64": Int64, "float64": Float64}


def record_view(folder: Path) -> FeatureView:
    """The 19 columns of each customer, from ``record.parquet`` in ``folder``."""
    source = FileSource(path=str(folder / "record.parquet"), timestamp_field=feature_store.TIME)
    kinds = schema.dtypes()
    return FeatureView(
        name=VIEW,
        entities=[feature_store.customer],
        ttl=dt.timedelta(days=feature_store.TTL_DAYS),
        schema=[Field(name=name, dtype=_TYPES[kinds[name]]) for name in schema.FEATURES],
        source=source,
    )


def open_record_store(folder: Path, table: pd.DataFrame, moment: pd.Timestamp) -> FeatureStore:
    """Make a Feast repository in ``folder`` anew, and put the customers into its online store.

    Args:
        folder: made if need be; what is in it is deleted.
        table: customers, with the columns of :mod:`churn.schema` but the label.
        moment: from which their columns were there, UTC.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "feature_store.yaml").write_text(feature_store.FEATURE_STORE_YAML, encoding="utf-8")
    rows = table[[schema.ID, *schema.FEATURES]].reset_index(drop=True)
    rows.insert(1, feature_store.TIME, moment.as_unit("us"))
    rows.to_parquet(folder / "record.parquet", index=False)
    store = FeatureStore(repo_path=str(folder))
    view = record_view(folder)
    store.apply([feature_store.customer, view, FeatureService(name=SERVICE, features=[view])])
    store.write_to_online_store(VIEW, rows)
    return store


class FeastLookup:
    """A :class:`churn.serving.context.FeatureLookup` over any Feast online store.

    Args:
        store: with a feature service of columns of the schema.
        service: its name.
    """

    def __init__(self, store: FeatureStore, service: str = SERVICE) -> None:
        self._store, self._service = store, store.get_feature_service(service)
        self._names = feature_store.feature_names(store, service)
        # The SQLite store keeps one connection, and two threads must not share a cursor.
        self._one_at_a_time = threading.Lock()

    def __call__(self, customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Whoever has no value in any column is not known to the store."""
        entities = [{schema.ID: customer} for customer in customers]
        with self._one_at_a_time:
            answer = self._store.get_online_features(self._service, entities)
        found = answer.to_dict()
        columns = [found[name] for name in self._names]
        rows = zip(found[schema.ID], zip(*columns, strict=True), strict=True)
        return {
            customer: dict(zip(self._names, values, strict=True))
            for customer, values in rows
            if any(value is not None for value in values)
        }
