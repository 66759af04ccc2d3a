"""The evaluation store on a real PostgreSQL server: down, up, hanging, and a service that ends."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

import postgresql_cluster
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.recorder import Recorder
from running_service import Signed, row
from service_process import KEY, Clients, Deployed, wait

Records = list[dict[str, Any]]
pytestmark = pytest.mark.needs("postgresql")
#: A service whose model, asked in the event loop, hangs from a certain customer on.
HANGS = """
import sys, time
from dataclasses import replace
from churn.serving import __main__ as program, champions

load = champions.load

def hanging(*given):
    champion = load(*given)
    def score(records):
        if records[0]["tenure"] == 72:
            time.sleep(3600)
        return champion.score(records)
    return replace(champion, score=score, seconds=0.0)

champions.Champions.__init__.__defaults__ = (hanging,)
program.main()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the database; its password is in a file, not in the URL."""
    with postgresql_cluster.running() as url:
        given = sa.make_url(url)
        file = tmp_path_factory.mktemp("secret") / "pgpass"
        file.write_text(f"*:*:*:*:{given.password}\n")
        file.chmod(0o600)
        plain = given.set(password=None).update_query_dict({"passfile": str(file)})
        yield plain.render_as_string(hide_password=False)


class Door:
    """Lets nobody into the database but itself, or everybody."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        self._own = self._engine.connect()
        self._user = sa.make_url(url).username

    def shut(self) -> None:
        self._own.execute(sa.text(f"ALTER ROLE {self._user} NOLOGIN"))
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = :user"
        self._own.execute(sa.text(others), {"user": self._user})

    def open(self) -> None:
        self._own.execute(sa.text(f"ALTER ROLE {self._user} LOGIN"))

    def close(self) -> None:
        self.open()
        self._own.execute(sa.text("DROP TABLE IF EXISTS predictions"))
        self._own.close()
        self._engine.dispose()


@pytest.fixture
def door(server: str) -> Iterator[Door]:
    door = Door(server)
    yield door
    door.close()


def test_rows_come_back_as_they_were_and_wait_while_the_server_is_down(
    server: str, door: Door, tmp_path: Path
) -> None:
    store = EvaluationStore(server)
    recorder = Recorder(Journal(tmp_path / "journal"), store)
    rows = [row(1), row(2, reason="store_slow", probability=None, explanation={"log_odds": 0.5})]
    recorder.record(rows)
    recorder.move()
    assert store.rows() == rows
    assert store.rows(reason="store_slow") == rows[1:]
    store.add([row(1, probability=0.25), row(3)])  # moved again: what is there stays
    assert store.rows() == [*rows, row(3)]
    door.shut()
    recorder.record([row(4)])
    recorder.move()
    assert "cannot be written" in (recorder.problem or "")
    door.open()
    recorder.move()
    assert recorder.problem is None
    assert store.rows() == [*rows, row(3), row(4)]
    recorder.close()
    assert list((tmp_path / "journal").iterdir()) == []


def test_a_server_that_accepts_and_says_nothing_is_given_up(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://churn@127.0.0.1:{silent.getsockname()[1]}/churn"
        recorder = Recorder(Journal(tmp_path / "journal"), EvaluationStore(url))
        recorder.record([row(1)])
        recorder.close()  # which would wait for ever
        assert "cannot be written" in (recorder.problem or "")
    assert len(list((tmp_path / "journal").glob("*.jsonl"))) == 1


def test_a_service_that_hangs_and_one_that_ends_lose_nothing(
    tmp_path: Path, signed: Signed, records: Records, server: str, door: Door
) -> None:
    deployed = Deployed(tmp_path, signed)
    deployed.url = server
    deployed.set(budget=30, hang_limit=5.0)
    healthy = [one for one in records if one["tenure"] != 72]
    loyal = next(one for one in records if one["tenure"] == 72)
    with deployed.running("-c", HANGS) as (process, address):
        clients = Clients(address, healthy)
        clients.more()
        wait(lambda: deployed.kept())
        door.shut()
        clients.more()  # answers go on
        wait(lambda: httpx.get(f"{address}/ready").json()["status"] == "degraded")
        clients.more()
        # Nobody is answered from now on, the probes neither; the process ends by itself.
        with pytest.raises(httpx.TransportError):
            httpx.post(
                f"{address}/v1/predict", json=loyal, headers={"x-api-key": KEY}, timeout=None
            )
        wait(lambda: process.poll() is not None)
        assert process.returncode == 1
        answered = clients.end()
    assert b"in score" in deployed.log.read_bytes()  # where it hung
    door.open()
    with deployed.running() as (process, address):
        clients = Clients(address, healthy)
        clients.more()
        process.send_signal(signal.SIGTERM)
        wait(lambda: process.poll() is not None)
        answered += clients.end()
    kept = deployed.kept()
    for one in answered:
        stored = kept[one["prediction_id"]]
        assert (stored["probability"], stored["trace_id"]) == (one["probability"], one["trace_id"])
    assert list(deployed.journal.iterdir()) == []
