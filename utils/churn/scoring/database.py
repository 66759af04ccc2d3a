"""A database by its URL, set so that readers never wait for a writer."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

#: Seconds that a writer waits for another one.
BUSY = 60


def connect(url: str) -> sa.Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql+psycopg://…``.

    SQLite gets a write-ahead log: a reader sees the last committed state while somebody writes.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY})

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")

    return engine


def insert_new(engine: sa.Engine, table: sa.Table) -> Any:
    """An INSERT that leaves out rows whose key is there already."""
    dialect = sqlite if engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()
