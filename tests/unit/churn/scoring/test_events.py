import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from churn.scoring import EventScores
from coursekit.environment import known

OPEN = """
import sys
from churn.scoring import EventScores, ScoreStore
sys.stdin.read()
for store in (EventScores, ScoreStore):
    store(sys.argv[1]).close()
"""


def rows(*numbers: int, p: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_id": [f"e{number}" for number in numbers],
            "event_time": [f"2025-04-01T10:00:{number % 60:02d}" for number in numbers],
            "customerID": [f"{number % 2:04d}-AAAAA" for number in numbers],
            "probability": p,
            "contact": True,
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventScores]:
    made = EventScores(f"sqlite:///{tmp_path / 'events.db'}")
    yield made
    made.close()


def test_an_event_is_kept_once(store: EventScores) -> None:
    assert store.record(rows(1, 2, 2)) == 2
    assert store.record(rows(2, 3, p=0.9)) == 1
    assert store.all()["event_id"].tolist() == ["e1", "e2", "e3"]
    assert store.all()["probability"].tolist() == [0.5, 0.5, 0.9]


def test_a_micro_batch_is_recorded_once(store: EventScores) -> None:
    assert store.record(rows(1, 2), ("arriving", 0)) == 2
    assert store.record(rows(3, 4), ("arriving", 0)) == 0
    assert store.record(rows(3, 4), ("another", 0)) == 2
    assert store.record(rows().astype(object), ("arriving", 1)) == 0
    assert len(store.all()) == 4


def test_more_rows_than_a_statement_holds(store: EventScores) -> None:
    many = rows(*range(2500))
    assert store.record(many) == 2500
    assert store.record(many) == 0


def test_the_latest_score_is_by_the_event_and_not_by_its_arrival(store: EventScores) -> None:
    store.record(rows(5, p=0.7))
    store.record(rows(3, p=0.2))
    assert store.latest("0001-AAAAA") == 0.7
    assert store.latest("0000-AAAAA") is None


def test_several_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url], stdin=subprocess.PIPE, env=known.environment()
        )
        for _ in range(4)
    ]
    for process in opening:  # all wait for the end of their input, with everything imported
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait() for process in opening] == [0] * 4
