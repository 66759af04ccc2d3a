"""Every prediction with what it was made of, for whoever judges the model later.

store = EvaluationStore("sqlite:///evaluation.db")     # or postgresql+psycopg://…
store.add([row])
store.rows(trace_id="4bf92f…")
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    MetaData,
    String,
    Table,
    Text,
    make_url,
    select,
)
from sqlalchemy.engine import Dialect

from churn import database

_metadata = MetaData()
#: ``at`` is ISO 8601 in UTC, so that text sorts as time. ``known``, ``looked_up`` and
#: ``explanation`` are JSON.
predictions = Table(
    "predictions",
    _metadata,
    Column("prediction_id", String(32), primary_key=True),
    Column("trace_id", String(64), nullable=False, index=True),
    Column("at", String(32), nullable=False, index=True),
    Column("client", String(64), nullable=False),
    Column("customer_id", String(16), nullable=False, index=True),
    Column("source", String(8), nullable=False),
    Column("reason", String(32)),
    Column("model_version", String(64)),
    Column("model_digest", String(64)),
    Column("probability", Float),
    Column("threshold", Float),
    Column("contact", Boolean, nullable=False),
    Column("known", Text, nullable=False),
    Column("looked_up", Text, nullable=False),
    Column("explanation", Text),
    Column("milliseconds", Float, nullable=False),
)
_JSON = ("known", "looked_up", "explanation")
#: A server that hangs must not keep the service from ending: rows can wait in the journal. Seconds
#: until a connection is there, and milliseconds for a statement and for a packet's receipt.
_LIMITS = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=30000",
    "tcp_user_timeout": 10_000,
}


class Row(TypedDict):
    """A prediction as it is kept; ``milliseconds`` from the request's arrival to this row."""

    prediction_id: str
    trace_id: str
    at: str
    client: str
    customer_id: str
    source: str
    reason: str | None
    model_version: str | None
    model_digest: str | None
    probability: float | None
    threshold: float | None
    contact: bool
    known: Mapping[str, Any]
    looked_up: Sequence[str]
    explanation: Mapping[str, Any] | None
    milliseconds: float


class EvaluationStore:
    """A table in SQLite or PostgreSQL, made when it is missing.

    Args:
        url: as SQLAlchemy has it. A password is better kept in a file than in a command line:
            ``postgresql+psycopg://churn@host/churn?passfile=…``

    Raises:
        ValueError: for another database.
    """

    def __init__(self, url: str) -> None:
        dialect = make_url(url).get_backend_name()
        if dialect not in ("sqlite", "postgresql"):
            raise ValueError(f"the evaluation store is SQLite or PostgreSQL, not {dialect}")
        limits = {"connect_args": _LIMITS} if dialect == "postgresql" else {}
        self.engine = database.connect(url, pool_pre_ping=True, **limits)
        self._made = False

    def add(self, rows: Sequence[Row]) -> None:
        """Keep rows in one transaction; a row whose ``prediction_id`` is there is left as it is."""
        if not rows:
            return
        self._make()
        flat = [{**row, **{name: _text(row[name]) for name in _JSON}} for row in rows]  # type: ignore[literal-required]
        with self.engine.begin() as connection:
            connection.execute(insert(self.engine.dialect), flat)

    def rows(self, **equal: Any) -> list[Row]:
        """Rows with these values of columns, in the order of time."""
        self._make()
        wanted = select(predictions).order_by(predictions.c.at, predictions.c.prediction_id)
        for name, value in equal.items():
            wanted = wanted.where(predictions.c[name] == value)
        with self.engine.connect() as connection:
            found = [dict(row) for row in connection.execute(wanted).mappings()]
        for row in found:
            row.update({name: row[name] and json.loads(row[name]) for name in _JSON})
        return found  # type: ignore[return-value]

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _make(self) -> None:
        # Not when the service starts: it must start while the database is down.
        if not self._made:
            database.make_tables(self.engine, _metadata)
            self._made = True


def insert(dialect: Dialect) -> Any:
    """The statement that adds rows and skips those that are there."""
    return database.insert_new(dialect, predictions)


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
