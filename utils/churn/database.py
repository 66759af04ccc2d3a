"""A database by its URL, set so that readers never wait for a writer."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

#: Seconds that a writer waits for another one.
BUSY = 60


def connect(url: str, **options: Any) -> sa.Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql+psycopg://…``.

    SQLite gets a write-ahead log: a reader sees the last committed state while somebody writes.
    ``options`` go to :func:`sqlalchemy.create_engine`.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, **options)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY}, **options)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")

    return engine


def make_tables(engine: sa.Engine, tables: sa.MetaData) -> None:
    """Make the tables that are not there yet, also where several processes do so at once.

    Raises:
        sqlalchemy.exc.OperationalError: if they cannot be made.
    """
    end = time.monotonic() + BUSY
    while True:
        try:
            with engine.begin() as connection:
                for table in tables.sorted_tables:
                    connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                    for index in table.indexes:
                        connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
            return
        # SQLite does not wait for a change of the journal, nor PostgreSQL for the same new table. A
        # database that is down is nothing to wait for here: whoever asked knows better.
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError) as error:
            others = any(
                word in str(error) for word in ("locked", "already exists", "duplicate key")
            )
            if not others or time.monotonic() > end:
                raise
            time.sleep(0.05)


def insert_new(dialect: sa.Dialect, table: sa.Table) -> Any:
    """An INSERT that leaves out rows whose primary key is there already, and counts the others."""
    made = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    new = made(table).on_conflict_do_nothing(index_elements=list(table.primary_key.columns))
    # On PostgreSQL SQLAlchemy keeps the number of rows of an INSERT only if it is told to.
    return new.execution_options(preserve_rowcount=True)
