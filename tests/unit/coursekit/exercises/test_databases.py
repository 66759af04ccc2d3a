"""Small databases are made anew, read without being written, and count their transactions."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coursekit.exercises import databases


def test_a_database_is_made_anew_with_its_tables(tmp_path: Path) -> None:
    path = databases.make(tmp_path / "deep" / "d.db", *databases.SCORES)
    databases.execute(path, "insert into scores values ('a', 0.5, '2024-05-01')")
    assert databases.rows(path, "scores") == [
        {"customer_id": "a", "probability": 0.5, "day": "2024-05-01"}
    ]
    databases.make(Path(path), *databases.STREAM)
    assert len(databases.schema(path)) == len(databases.STREAM)
    with pytest.raises(sqlite3.OperationalError):
        databases.rows(path, "scores")


def test_reading_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        databases.rows(tmp_path / "none.db", "scores")
    assert not (tmp_path / "none.db").exists()


def test_transactions_are_counted_and_not_statements(tmp_path: Path) -> None:
    path = databases.make(tmp_path / "d.db", "create table t (x)")
    before = databases.transactions(path)
    databases.execute(path, "insert into t values (1)", "insert into t values (2)", "delete from t")
    assert databases.transactions(path) - before == 1
    databases.execute(path, "insert into t values (1)")
    databases.execute(path, "insert into t values (2)")
    assert databases.transactions(path) - before == 3
    databases.rows(path, "t")
    assert databases.transactions(path) - before == 3


def test_statements_that_fail_leave_nothing(tmp_path: Path) -> None:
    path = databases.make(tmp_path / "d.db", "create table t (x unique)")
    with pytest.raises(sqlite3.IntegrityError):
        databases.execute(path, "insert into t values (1)", "insert into t values (1)")
    assert databases.rows(path, "t") == []
    with closing(sqlite3.connect(path)) as other:  # nothing holds a lock
        other.execute("begin immediate")


def test_a_write_ahead_log_is_seen(tmp_path: Path) -> None:
    path = databases.make(tmp_path / "d.db", "create table t (x)")
    assert databases.rolls_back(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode = wal")
    assert not databases.rolls_back(path)
