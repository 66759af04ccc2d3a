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

from churn import schema
from churn.features import feature_store
from churn.lean_imports import without

with without("torch"):
    from feast import FeatureService, FeatureStore, FeatureView, Field, FileSource, RepoConfig
    from feast.infra.online_stores.helpers import get_online_store_from_config
    from feast.protos.feast.types.EntityKey_pb2 import EntityKey
    from feast.protos.feast.types.Value_pb2 import Value
    from feast.types import Float64, Int64, String

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

    It calls ``OnlineStore.online_read``, which each of Feast's online stores implements, and not
    ``get_online_features``, which wraps it: that looks up the registry and makes a response of
    protocol buffers, for three times the processor's time at one customer. What it gives is the same
    (a test compares them), but on-demand features are not computed.

    A look-up that never came back would cost the service a thread for good. So a Redis store gets
    ``timeout`` for its connection and its socket, unless its connection string says something else;
    with another store on a server, set a timeout in its own settings. (Redis' client tries a few times, so
    that a look-up may take several times as long.)

    Args:
        store: with a feature service of columns of the schema.
        service: its name.
        timeout: seconds.
    """

    def __init__(self, store: FeatureStore, service: str = SERVICE, timeout: float = 1.0) -> None:
        self._config = _bounded(store.config, timeout)
        self._timeout = timeout
        self._online = get_online_store_from_config(store.config.online_store)
        self._views = [
            (store.get_feature_view(view.name), [feature.name for feature in view.features])
            for view in store.get_feature_service(service).feature_view_projections
        ]
        # The SQLite store keeps one connection, and two threads must not share a cursor.
        self._one_at_a_time = threading.Lock()

    def __call__(self, customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Whoever has a row in none of the views is not known to the store."""
        keys = [
            EntityKey(join_keys=[schema.ID], entity_values=[Value(string_val=customer)])
            for customer in customers
        ]
        found: dict[str, dict[str, Any]] = {}
        for view, names in self._views:
            if not self._one_at_a_time.acquire(timeout=self._timeout):
                raise TimeoutError("another look-up does not come back")
            try:
                answers = self._online.online_read(self._config, view, keys, names)
            finally:
                self._one_at_a_time.release()
            for customer, (_, values) in zip(customers, answers, strict=True):
                if values is not None:
                    row = found.setdefault(customer, {})
                    row.update((name, _plain(values.get(name))) for name in names)
        return found


def _bounded(config: RepoConfig, timeout: float) -> RepoConfig:
    """The configuration with a time limit for what a Redis store waits for."""
    online = config.online_store
    if getattr(online, "type", None) != "redis":
        return config
    limits = [
        f"{name}={timeout}"
        for name in ("socket_timeout", "socket_connect_timeout")
        if f"{name}=" not in online.connection_string
    ]
    # A new configuration would be validated and lose what was set on this one.
    online.connection_string = ",".join((online.connection_string, *limits))
    return config


def _plain(value: Value | None) -> Any:
    kind = None if value is None else value.WhichOneof("val")
    return None if kind in (None, "null_val") else getattr(value, kind)
