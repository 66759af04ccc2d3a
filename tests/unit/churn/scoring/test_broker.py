"""Events from a real Redis, with consumers killed at every place."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import redis

from churn import data, schema
from churn.scoring import EventScores, broker
from coursekit.exercises.redis_server import redis_server

pytestmark = pytest.mark.needs("redis")

EVENTS = 120


def score(X: pd.DataFrame) -> Any:
    return np.where(X["Contract"] == "Month-to-month", 0.4, 0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    with redis_server(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    customers = data.load("synthetic", n=EVENTS, seed=2).drop(columns=schema.TARGET)
    times = pd.date_range("2025-04-01", periods=EVENTS, freq="min").strftime("%Y-%m-%dT%H:%M:%S")
    named = customers.assign(event_id=[f"e{n:03d}" for n in range(EVENTS)], event_time=times)
    return [dict(zip(map(str, named), row, strict=True)) for row in named.astype(object).to_numpy()]


@pytest.fixture
def client(server: redis.Redis, events: list[dict[str, Any]]) -> redis.Redis:
    server.flushall()
    assert broker.publish(server, "churn", events) == EVENTS
    return server


def consume(client: redis.Redis, url: str, consumer: str = "one") -> int:
    store = EventScores(url)
    new = broker.consume(client, "churn", "scorers", consumer, score, 0.24, store, size=10)
    store.close()
    return new


def waiting(client: redis.Redis) -> int:
    """How many events were taken and not acknowledged."""
    pending: Any = client.xpending("churn", "scorers")
    return int(pending["pending"])


def test_each_event_is_scored_once_and_nothing_waits(client: redis.Redis, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'events.db'}"
    assert consume(client, url) == EVENTS
    assert consume(client, url, "two") == 0
    kept = EventScores(url).all()
    assert len(kept) == EVENTS
    assert set(kept["contact"]) == {True, False}
    assert waiting(client) == 0


class Killed(redis.Redis):
    """A client whose process dies at its n-th request, before it or after it."""

    left, after = 10**9, False

    def execute_command(self, *args: Any, **options: Any) -> Any:
        type(self).left -= 1
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = super().execute_command(*args, **options)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def _consume_and_die(port: int, url: str, places: list[tuple[int, bool]]) -> None:
    """Each consumer is a process that dies at its place; all of them are copies of this one."""
    for request, after in places:
        consumer = os.fork()
        if not consumer:
            Killed.left, Killed.after = request, after
            consume(Killed(host="127.0.0.1", port=port), url, f"killed {request}")
            os._exit(1)
        _, status = os.waitpid(consumer, 0)
        assert os.WIFSIGNALED(status)


@pytest.mark.needs("posix")
def test_killed_at_ten_places(
    client: redis.Redis, tmp_path: Path, events: list[dict[str, Any]]
) -> None:
    url = f"sqlite:///{tmp_path / 'events.db'}"
    port = client.connection_pool.connection_kwargs["port"]
    # After joining, a consumer makes two requests a turn: it takes ten events, and acknowledges them.
    places = [(request, after) for request in (2, 3, 4, 5, 6) for after in (False, True)]
    killed = multiprocessing.get_context("forkserver").Process(
        target=_consume_and_die, args=(port, url, places)
    )
    killed.start()
    killed.join()
    assert killed.exitcode == 0
    assert 0 < len(EventScores(url).all()) < EVENTS
    consume(client, url, "last")
    kept = EventScores(url).all()
    assert kept["event_id"].tolist() == [event["event_id"] for event in events]
    np.testing.assert_allclose(kept["probability"].sum(), score(pd.DataFrame(events)).sum())
    assert waiting(client) == 0


def test_what_another_still_works_on_is_left_to_it(client: redis.Redis, tmp_path: Path) -> None:
    broker.join(client, "churn", "scorers")
    client.xreadgroup("scorers", "busy", {"churn": ">"}, count=10)
    store = EventScores(f"sqlite:///{tmp_path / 'events.db'}")
    new = broker.consume(
        client, "churn", "scorers", "two", score, 0.24, store, idle_ms=3_600_000, wait_ms=10
    )
    assert new == EVENTS - 10
    assert waiting(client) == 10
    store.close()
