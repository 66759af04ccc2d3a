"""Tables made once however many make them, rows added once, and readers who do not wait."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from churn import database

TABLES = sa.MetaData()
NUMBERS = sa.Table("numbers", TABLES, sa.Column("key", sa.Text, primary_key=True),
                   sa.Column("value", sa.Integer, index=True))  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a.db'}"


def test_tables_are_made_by_many_at_once_and_again(url: str) -> None:
    engines = [database.connect(url) for _ in range(4)]
    makers = [
        threading.Thread(target=database.make_tables, args=(engine, TABLES)) for engine in engines
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    database.make_tables(engines[0], TABLES)
    assert sa.inspect(engines[0]).get_table_names() == ["numbers"]
    assert len(sa.inspect(engines[0]).get_indexes("numbers")) == 1
    for engine in engines:
        engine.dispose()


def test_a_database_that_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'nowhere' / 'a.db'}")
    with pytest.raises(sa.exc.OperationalError):
        database.make_tables(engine, TABLES)


def test_rows_that_are_there_are_left_as_they_are_and_a_reader_does_not_wait(url: str) -> None:
    engine = database.connect(url)
    database.make_tables(engine, TABLES)
    add = database.insert_new(engine.dialect, NUMBERS)
    with engine.begin() as connection:
        connection.execute(add, [{"key": "a", "value": 1}])
    with engine.begin() as writer, engine.connect() as reader:
        writer.execute(add, [{"key": "a", "value": 2}, {"key": "b", "value": 3}])
        assert reader.execute(sa.select(NUMBERS)).all() == [("a", 1)]
    with engine.connect() as reader:
        found = reader.execute(sa.select(NUMBERS).order_by("key")).all()
    assert found == [("a", 1), ("b", 3)]
    engine.dispose()


def test_postgresql_gets_an_insert_of_its_own() -> None:
    dialect = sa.dialects.postgresql.dialect()
    assert "ON CONFLICT" in str(database.insert_new(dialect, NUMBERS).compile(dialect=dialect))
