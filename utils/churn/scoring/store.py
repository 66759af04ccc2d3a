"""Scores of the whole base in a database, looked up by customer.

    store = ScoreStore("sqlite:///scores.db")
    store.write("2025-04/churn-3", dt.date(2025, 4, 30), chunks)
    store.look_up("7590-VHVEG")

A batch is one transaction: a reader sees the batch before or the new one, whole, also when the
writer is killed. A rerun of a batch that is there writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa

from churn import database

COLUMNS = ("customerID", "probability", "contact")

_META = sa.MetaData()
_BATCHES = sa.Table(
    "batches",
    _META,
    sa.Column("batch", sa.String, primary_key=True),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("customers", sa.BigInteger, nullable=False),
)
_SCORES = sa.Table(
    "scores",
    _META,
    sa.Column("batch", sa.String, primary_key=True),
    sa.Column("customer_id", sa.String, primary_key=True),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("contact", sa.Boolean, nullable=False),
)
#: One row: the batch that is served.
_SERVED = sa.Table(
    "served",
    _META,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("batch", sa.String, nullable=False),
)
#: The scores that are served: a look-up is one statement, so that it sees one batch.
_NOW = _SCORES.join(_SERVED, _SCORES.c.batch == _SERVED.c.batch)


class BatchError(ValueError):
    """A batch cannot be written as it is; nothing of it is kept."""


class Score(NamedTuple):
    """What is known of a customer: in which batch, how likely to leave, and whether to contact."""

    batch: str
    probability: float
    contact: bool


class Written(NamedTuple):
    """What a run did: so many new rows, and whether its batch is the one that is served now."""

    rows: int
    served: bool


class ScoreStore:
    """Batches of scores, of which one is served.

    Args:
        url: an SQLAlchemy URL, of SQLite or PostgreSQL.
        keep: how many batches stay, the served one among them.
    """

    def __init__(self, url: str, keep: int = 2) -> None:
        self._engine, self._keep = database.connect(url), keep
        database.make_tables(self._engine, _META)

    def write(self, batch: str, as_of: dt.date, chunks: Iterable[pd.DataFrame]) -> Written:
        """Write a batch and serve it from now on, unless a later one is served already.

        Args:
            batch: its name; the same name is the same scores.
            as_of: the day that the customers were looked at.
            chunks: frames with the columns of ``COLUMNS``, one row per customer in all of them.

        Raises:
            BatchError: for no rows, a customer twice, a missing column, or a score outside 0 to 1.
        """
        with self._engine.begin() as connection:
            # The first statement takes the place of the batch: a second writer waits here.
            new = database.insert_new(self._engine.dialect, _BATCHES)
            claimed = connection.execute(new.values(batch=batch, as_of=as_of, customers=0))
            if claimed.rowcount == 0:
                return Written(0, self._is_served(connection, batch))
            rows = 0
            for chunk in chunks:
                try:
                    connection.execute(_SCORES.insert(), _records(batch, chunk))
                except sa.exc.IntegrityError as error:
                    raise BatchError(f"batch {batch} has a customer twice") from error
                rows += len(chunk)
            if not rows:
                raise BatchError(f"batch {batch} has no rows: the served scores stay")
            where = _BATCHES.c.batch == batch
            connection.execute(_BATCHES.update().where(where).values(customers=rows))
            self._serve_latest(connection, batch)
            return Written(rows, self._is_served(connection, batch))

    def serve(self, batch: str) -> bool:
        """Serve a batch that is kept in place of another one of its day: how a release is taken back.

        Returns:
            Whether it is served now; a batch of a later day stays.

        Raises:
            BatchError: if it is not kept.
        """
        with self._engine.begin() as connection:
            day = sa.select(_BATCHES.c.as_of).where(_BATCHES.c.batch == batch)
            as_of = connection.execute(day).scalar()
            if as_of is None:
                raise BatchError(f"there is no batch {batch} to serve: the served scores stay")
            later = connection.execute(sa.select(_BATCHES.c.batch).where(_BATCHES.c.as_of > as_of))
            if later.first() is not None:
                return False
            connection.execute(_SERVED.delete())
            connection.execute(_SERVED.insert().values(one=1, batch=batch))
            return True

    def look_up(self, customer: str) -> Score | None:
        """The served score of a customer; None if the batch has none."""
        return self.look_up_all([customer]).get(customer)

    def look_up_all(self, customers: Sequence[str]) -> dict[str, Score]:
        """The served scores of those customers who have one, all of one batch."""
        query = sa.select(_SCORES).select_from(_NOW).where(_SCORES.c.customer_id.in_(customers))
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.customer_id: Score(row.batch, row.probability, row.contact) for row in rows}

    def served(self) -> pd.DataFrame:
        """The served batch as a frame with the columns of ``COLUMNS``, ordered by customer."""
        columns = [_SCORES.c.customer_id.label("customerID"), _SCORES.c.probability]
        query = sa.select(*columns, _SCORES.c.contact).select_from(_NOW)
        with self._engine.connect() as connection:
            return pd.read_sql(query.order_by(_SCORES.c.customer_id), connection)

    def contacts(self) -> int:
        """How many customers of the served batch are to be contacted."""
        query = sa.select(sa.func.count()).select_from(_NOW).where(_SCORES.c.contact)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def batches(self) -> pd.DataFrame:
        """The batches that are kept: name, day, customers, and which one is served."""
        joined = _BATCHES.outerjoin(_SERVED, _BATCHES.c.batch == _SERVED.c.batch)
        served = _SERVED.c.batch.is_not(None).label("served")
        query = sa.select(_BATCHES, served).select_from(joined).order_by(_BATCHES.c.as_of)
        with self._engine.connect() as connection:
            return pd.read_sql(query, connection)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _serve_latest(self, connection: sa.Connection, written: str) -> None:
        """Serve the batch of the latest day, and forget those that are not kept."""
        # Of several on one day: the one just written, then the one that it replaces, to go back to.
        served = sa.select(_SERVED.c.batch).scalar_subquery()
        name = _BATCHES.c.batch
        turn = sa.case((name == written, 0), (name == served, 1), else_=2)
        order = [_BATCHES.c.as_of.desc(), turn, name]
        names = list(connection.execute(sa.select(_BATCHES.c.batch).order_by(*order)).scalars())
        connection.execute(_SERVED.delete())
        connection.execute(_SERVED.insert().values(one=1, batch=names[0]))
        for table in (_SCORES, _BATCHES):
            connection.execute(table.delete().where(table.c.batch.in_(names[self._keep :])))

    def _is_served(self, connection: sa.Connection, batch: str) -> bool:
        return connection.execute(sa.select(_SERVED.c.batch)).scalar() == batch


def _records(batch: str, chunk: pd.DataFrame) -> list[dict[str, object]]:
    missing = [name for name in COLUMNS if name not in chunk.columns]
    if missing:
        raise BatchError(f"batch {batch} lacks the column(s) {', '.join(missing)}")
    if not chunk["probability"].between(0, 1).all():
        raise BatchError(f"batch {batch} has a probability that is not between 0 and 1")
    return [
        {"batch": batch, "customer_id": customer, "probability": p, "contact": contact}
        for customer, p, contact in zip(*(chunk[name].tolist() for name in COLUMNS), strict=True)
    ]
