"""Scores of events, each kept once however often it comes.

A stream delivers at least once: who is killed after the write and before the receipt gets the same
events again. Two keys make that harmless: the event's own id, and the number of a micro-batch.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from churn import database

COLUMNS = ("event_id", "event_time", "customerID", "probability", "contact")

_AT_ONCE = 1000

_META = sa.MetaData()
_EVENTS = sa.Table(
    "event_scores",
    _META,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("event_time", sa.String, nullable=False),
    sa.Column("customer_id", sa.String, nullable=False, index=True),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("contact", sa.Boolean, nullable=False),
)
_MICRO_BATCHES = sa.Table(
    "micro_batches",
    _META,
    sa.Column("query", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
)


class EventScores:
    """The scores of a stream in a database, by SQLAlchemy URL (SQLite or PostgreSQL)."""

    def __init__(self, url: str) -> None:
        self._engine = database.connect(url)
        database.make_tables(self._engine, _META)

    def record(self, rows: pd.DataFrame, micro_batch: tuple[str, int] | None = None) -> int:
        """Keep the scores of some events in one transaction, and return how many were new.

        Args:
            rows: columns of ``COLUMNS``; the time as ISO 8601 text.
            micro_batch: the query and its number; what was recorded under it once is not again.
        """
        names = [column.name for column in _EVENTS.columns]
        records = [
            dict(zip(names, values, strict=True))
            for values in zip(*(rows[name].tolist() for name in COLUMNS), strict=True)
        ]
        with self._engine.begin() as connection:
            if micro_batch is not None:
                query, number = micro_batch
                claim = database.insert_new(self._engine.dialect, _MICRO_BATCHES)
                claimed = connection.execute(claim.values(query=query, number=number))
                if claimed.rowcount == 0:
                    return 0
            insert = database.insert_new(self._engine.dialect, _EVENTS)
            # Rows in one statement tell how many of them were new; databases bound its length.
            return sum(
                connection.execute(insert.values(records[at : at + _AT_ONCE])).rowcount
                for at in range(0, len(records), _AT_ONCE)
            )

    def latest(self, customer: str) -> float | None:
        """The probability from the customer's last event, None without one."""
        query = sa.select(_EVENTS.c.probability).where(_EVENTS.c.customer_id == customer)
        query = query.order_by(_EVENTS.c.event_time.desc(), _EVENTS.c.event_id.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def all(self) -> pd.DataFrame:
        """Every event's score, ordered by event."""
        columns = [_EVENTS.c.customer_id.label("customerID") if c.name == "customer_id" else c
                   for c in _EVENTS.columns]  # fmt: skip
        with self._engine.connect() as connection:
            return pd.read_sql(sa.select(*columns).order_by(_EVENTS.c.event_id), connection)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
