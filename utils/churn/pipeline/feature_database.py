"""Feast's features in PostgreSQL, by one URL.

    offline_store: {type: churn.pipeline.feature_database.UrlOfflineStore, url: "${FEATURES_URL}"}

Feast's own stores for PostgreSQL are told host, user and password one by one. Here an address is one
URL as everywhere else, which Feast reads from the environment variable: no password is on the disk.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import psycopg
import sqlalchemy as sa
from psycopg import sql
from pydantic import model_validator

from churn import schema
from churn.features.feature_store import TIME
from churn.lean_imports import without

with without("torch"):
    from feast.infra.offline_stores.contrib.postgres_offline_store.postgres import (
        PostgreSQLOfflineStore,
        PostgreSQLOfflineStoreConfig,
    )
    from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import (
        PostgreSQLSource,
    )
    from feast.infra.online_stores.postgres_online_store.postgres import (
        PostgreSQLOnlineStore,
        PostgreSQLOnlineStoreConfig,
    )
    from feast.infra.utils.postgres.postgres_config import PostgreSQLConfig

#: PostgreSQL's type of each of pandas' types that a feature has.
_TYPES = {"object": "text", "int64": "bigint", "float64": "double precision"}


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """What Feast's own class wants, from a URL."""
    url = sa.make_url(given["url"])
    unknown = sorted(set(url.query) - {"sslmode"})
    if unknown:
        raise ValueError(f"a URL of features may set sslmode, and not {unknown[0]}")
    return {
        "type": "postgres",
        "host": url.host or "localhost",
        "port": url.port or 5432,
        "database": url.database or url.username,
        "user": url.username,
        "password": url.password or "",
        "sslmode": str(url.query.get("sslmode", "prefer")),
    }


class UrlOfflineStoreConfig(PostgreSQLOfflineStoreConfig):
    """Made by Feast from ``feature_store.yaml``."""

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, given: dict[str, Any]) -> dict[str, Any]:
        return _settings(given)


class UrlOnlineStoreConfig(PostgreSQLOnlineStoreConfig):
    """Made by Feast from ``feature_store.yaml``."""

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, given: dict[str, Any]) -> dict[str, Any]:
        return _settings(given)


class UrlOfflineStore(PostgreSQLOfflineStore):
    """Feast's own; its configuration is a URL."""


class UrlOnlineStore(PostgreSQLOnlineStore):
    """Feast's own; its configuration is a URL."""


def postgresql_source(table: str) -> PostgreSQLSource:
    """A table of :func:`write_month` as a source of Feast's."""
    return PostgreSQLSource(name=table, table=table, timestamp_field=TIME)


def write_month(store: PostgreSQLConfig, table: str, rows: pd.DataFrame) -> None:
    """Make the rows of a month what ``rows`` has: a reader sees those before or after, whole.

    Args:
        store: Feast's configuration of the offline store.
        table: its name; made if need be.
        rows: ``customerID``, the time at which they were there, the same in all, and the features.
    """
    name = sql.Identifier(table)
    kinds = {schema.ID: "text", TIME: "timestamptz"}
    kinds |= {one: _TYPES[schema.dtypes()[one]] for one in schema.FEATURES}
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(one), sql.SQL(kind)) for one, kind in kinds.items()
    )
    key = sql.SQL(", ").join(map(sql.Identifier, (schema.ID, TIME)))
    with psycopg.connect(
        host=store.host, port=store.port, dbname=store.database, user=store.user,
        password=store.password, sslmode=store.sslmode,
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        cursor.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY ({}))").format(
                name, columns, key
            )
        )
        which = sql.SQL("DELETE FROM {} WHERE {} = %s").format(name, sql.Identifier(TIME))
        cursor.execute(which, [rows[TIME].iloc[0].to_pydatetime()])
        names = sql.SQL(", ").join(map(sql.Identifier, kinds))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, names)) as copy:
            for row in rows[list(kinds)].itertuples(index=False):
                copy.write_row(row)
