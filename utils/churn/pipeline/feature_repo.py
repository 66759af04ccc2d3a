"""What Feast is told about the pipeline's features: one view, a row for each customer and month end.

The rows are those of the Delta table ``features``, a Parquet file for each month, with the moment
from which they were there (:func:`churn.features.feature_store.written_on`). A training set is
Feast's point-in-time join on them.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import yaml

from churn import schema
from churn.features.feature_store import TIME, TTL_DAYS, training_set, written_on
from churn.lean_imports import without

with without("torch"):
    from feast import (
        Entity,
        FeatureService,
        FeatureStore,
        FeatureView,
        Field,
        FileSource,
        ValueType,
    )
    from feast.data_source import DataSource
    from feast.types import Float64, Int64, String

SERVICE = "churn_v2"
#: The view, and the folder of its rows.
VIEW = "customer_month"
_TYPES = {"object": String, "int64": Int64, "float64": Float64}


def set_up(folder: Path, registry: str, database: str = "") -> None:
    """Make the repository's folder and its settings; what is there stays.

    Args:
        folder: of the repository.
        registry: URL of the registry's database; empty for a file in the folder.
        database: URL of the database of features, see :mod:`churn.pipeline.feature_database`; empty
            for files in the folder. In both URLs Feast itself replaces ``${NAME}``.
    """
    (folder / VIEW).mkdir(parents=True, exist_ok=True)
    place = {"registry_type": "sql", "path": registry} if registry else "registry.db"
    stores: dict[str, dict[str, str]] = {
        "online_store": {"type": "sqlite", "path": "online.db"},
        "offline_store": {"type": "file"},
    }
    if database:
        by_url = "churn.pipeline.feature_database.Url"
        stores = {
            "online_store": {"type": f"{by_url}OnlineStore", "url": database},
            "offline_store": {"type": f"{by_url}OfflineStore", "url": database},
        }
    settings = {
        "project": "telco_pipeline",
        "provider": "local",
        "registry": place,
        **stores,
        "entity_key_serialization_version": 3,
    }
    draft = folder / ".feature_store.draft"
    draft.write_text(yaml.safe_dump(settings), encoding="utf-8")
    draft.replace(folder / "feature_store.yaml")


def add_month(folder: Path, month: pd.DataFrame) -> None:
    """Make the rows of a month known to Feast.

    Args:
        folder: of the repository.
        month: rows of the Delta table ``features``, all of one ``as_of``.
    """
    rows = month.drop(columns="as_of")
    rows.insert(1, TIME, written_on(month["as_of"].astype("datetime64[ns]")))
    store = FeatureStore(repo_path=str(folder))
    source = _write(store, folder, f"{month['as_of'].iloc[0]:%Y-%m}", rows)
    if SERVICE not in {service.name for service in store.list_feature_services()}:
        _define(store, source)


def _write(store: FeatureStore, folder: Path, month: str, rows: pd.DataFrame) -> DataSource:
    """Put a month's rows where Feast reads them; where that is."""
    if store.config.offline_store.type == "postgres":
        # Here: with files nobody needs it.
        from churn.pipeline.feature_database import postgresql_source, write_month

        write_month(store.config.offline_store, VIEW, rows)
        return postgresql_source(VIEW)
    target = folder / VIEW / f"{month}.parquet"
    draft = folder / f".{target.name}.draft"
    rows.to_parquet(draft, index=False)
    draft.replace(target)
    return FileSource(path=str((folder / VIEW).resolve()), timestamp_field=TIME)


def training_rows(folder: Path, labels: pd.DataFrame) -> pd.DataFrame:
    """The features of labelled customers as they were at the month's end, joined by Feast.

    Args:
        folder: of the repository.
        labels: rows of the Delta table ``labels``.

    Returns:
        ``customerID``, ``as_of``, ``churned`` and the 19 feature columns, in the order of
        ``labels``.
    """
    asked = labels[[schema.ID, "as_of", "churned"]].reset_index(drop=True)
    asked[TIME] = written_on(asked["as_of"].astype("datetime64[ns]"))
    found = training_set(FeatureStore(repo_path=str(folder)), asked, SERVICE)
    return found[[schema.ID, "as_of", "churned", *schema.FEATURES]].astype(
        {name: kind for name, kind in schema.dtypes().items() if name in schema.FEATURES}
    )


def _define(store: FeatureStore, source: DataSource) -> None:
    customer = Entity(name="customer", join_keys=[schema.ID], value_type=ValueType.STRING)
    view = FeatureView(
        name=VIEW,
        entities=[customer],
        ttl=timedelta(days=TTL_DAYS),
        schema=[Field(name=name, dtype=_TYPES[schema.dtypes()[name]]) for name in schema.FEATURES],
        source=source,
    )
    store.apply([customer, view, FeatureService(name=SERVICE, features=[view])])
