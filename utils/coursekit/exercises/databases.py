"""Small SQLite databases of a lab, made with the tables and triggers that a task names, and read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

#: Where a nightly batch lands, and which ones did.
SCORES = (
    """create table scores (
        customer_id text primary key, probability real not null, day text not null)""",
    "create table publications (day text primary key, rows integer not null)",
)
#: What a stream counts: per customer and day, what came too late, and what was taken.
STREAM = (
    "create table batches (batch_id integer primary key, newest text)",
    "create table seen (event_id text primary key)",
    """create table usage (
        customer_id text not null, day text not null, calls integer not null,
        minutes real not null, primary key (customer_id, day))""",
    """create table late (
        event_id text primary key, customer_id text not null, at text not null,
        minutes real not null)""",
)
# Of the header of an SQLite file: https://sqlite.org/fileformat2.html
_CHANGES, _VERSIONS, _ROLLBACK = slice(24, 28), slice(18, 20), b"\x01\x01"


def make(path: Path, *statements: str) -> str:
    """Make a database anew, run statements of SQL in it, and return its path as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        file.unlink(missing_ok=True)
    execute(path, *statements)
    return str(path)


def execute(path: str | Path, *statements: str) -> None:
    """Run statements of SQL in one transaction."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def rows(path: str | Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table, each as a dict, sorted by all columns; nothing is written.

    Raises:
        sqlite3.OperationalError: there is no such database or table.
    """
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute(f"select * from {table}")]
    return sorted(found, key=lambda row: [str(value) for value in row.values()])


def schema(path: str | Path) -> list[str]:
    """The SQL of all tables, indexes, views and triggers of a database, sorted."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = connection.execute("select sql from sqlite_schema where sql is not null")
        return sorted(str(sql) for (sql,) in found)


def transactions(path: str | Path) -> int:
    """How many transactions have changed a database that keeps a rollback journal (the default)."""
    return int.from_bytes(Path(path).read_bytes()[_CHANGES])


def rolls_back(path: str | Path) -> bool:
    """Whether a database keeps a rollback journal, and not a write-ahead log."""
    return Path(path).read_bytes()[_VERSIONS] == _ROLLBACK
