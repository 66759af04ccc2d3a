"""Real services behind a real router, callers who never stop, and everything killed once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from churn import data
from churn.registry.supply_chain import signing
from churn.release import Budget, Traffic, in_canary, plan
from churn.release.controller import RouterClient
from churn.release.watch import Order
from churn.serving.champion import load
from coursekit.environment import known
from coursekit.exercises.callers import Callers, right_answers
from coursekit.exercises.model_servers import RELEASE_KEY, ModelServers, RouterProcess
from coursekit.exercises.service_files import service_files

VERSIONS = {"a1": "1", "a2": "1", "b1": "2"}
#: A controller as a process of its own, over servers that run already.
LEADS = """
import json, sys, time
from churn.release import Budget, plan
from churn.release.controller import Controller, RouterClient
from churn.release.watch import Server

address, servers = sys.argv[1], {name: Server(**one) for name, one in json.loads(sys.argv[2]).items()}

class Standing:
    def start(self, names): pass
    def stop(self, names): pass
    def servers(self): return servers

budget = Budget(seconds=60, errors=0.9, least=30)
stages = plan("canary", "killed", ["a1", "a2"], ["b1"], needed=int(sys.argv[3]), shares=[0.2, 0.5])
controller = Controller(RouterClient(address, "release"), Standing(), stages, budget)
while (status := controller.step()) == "running":
    time.sleep(0.05)
sys.exit(status != "done")
"""


class Crowd:
    """Callers in threads."""

    def __init__(self, make: Callable[[int], Callers]) -> None:
        self.callers = [make(seed) for seed in range(4)]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=[one]) for one in self.callers]
        for thread in self._threads:
            thread.start()

    def _call(self, one: Callers) -> None:
        while not self._over.is_set():
            one.ask(1)
            time.sleep(0.02)

    def more(self, until: Callable[[], bool] = lambda: True) -> None:
        """Some more answers for each, and until something is so."""
        enough = [len(one.answers) + 15 for one in self.callers]
        while not until() or any(len(c.answers) < n for c, n in zip(self.callers, enough, strict=True)):  # fmt: skip
            time.sleep(0.02)

    def table(self) -> pd.DataFrame:
        return pd.concat([one.table() for one in self.callers])

    def end(self) -> pd.DataFrame:
        self._over.set()
        for thread in self._threads:
            thread.join()
        for one in self.callers:
            one.close()
        return self.table()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[ModelServers]:
    customers = data.load("synthetic", n=900, seed=5)
    command = service_files(
        tmp_path, customers, {"1": 500, "2": 900}, {"tests": "k"}, {"rate": 1e9, "burst": 1e9, "budget": 30}
    )  # fmt: skip
    made = ModelServers(tmp_path / "servers", command, VERSIONS)
    yield made
    made.close()


def test_whoever_is_killed_nobody_is_left_without_an_answer(
    servers: ModelServers, tmp_path: Path
) -> None:
    asked = data.load("synthetic", n=900, seed=5).head(100)
    good = [load(tmp_path / "models" / v, v, tmp_path / signing.PUBLIC_KEY) for v in ("1", "2")]
    right = right_answers(asked, good)
    servers.start(list(VERSIONS))
    calm = Order(servers=servers.servers(), traffic=Traffic(release="calm", stable=("a1", "a2")))
    process = RouterProcess(tmp_path / "router", calm, {"patience": 60, "check_patience": 60})
    router = RouterClient(process.address, RELEASE_KEY)

    def lead(needed: int) -> subprocess.Popen[bytes]:
        running = {name: one.model_dump() for name, one in servers.servers().items()}
        words = [sys.executable, "-c", LEADS, process.address, json.dumps(running), str(needed)]
        return subprocess.Popen(words, env=known.environment())

    def stage() -> str:
        return str(router.report()["traffic"]["stage"])

    crowd = Crowd(lambda seed: Callers(process.address, "k", asked, right, seed=seed))
    try:
        # The one who leads the release, in the middle of it; the release stays where it is.
        leader = lead(10**6)
        crowd.more(lambda: stage() == "20%")
        leader.kill()
        leader.wait()
        crowd.more()
        assert stage() == "20%"

        # The canary, and one of the old servers.
        servers.kill("b1")
        crowd.more(lambda: not router.report()["servers"]["b1"]["up"])
        servers.kill("a1")
        crowd.more(lambda: not router.report()["servers"]["a1"]["up"])
        answered = [one for c in crowd.callers for one in c.answers if one["status"]]
        assert {one["version"] for one in answered} == {"1", "2"}
        last = [one for c in crowd.callers for one in c.answers[-5:] if one["status"]]
        assert {one["server"] for one in last} == {"a2"}

        # Both come back, on other ports, and another leader goes on where the first one stood.
        servers.start(["a1", "b1"])
        table = Traffic.model_validate(router.report()["traffic"])
        budget = Budget(seconds=60, errors=0.9, least=30)
        router.order(Order(servers=servers.servers(), traffic=table, budget=budget, needed=20))
        leader = lead(20)
        crowd.more(lambda: stage() == "done")
        assert leader.wait() == 0
    finally:
        told = crowd.end()
    assert not told["lost"].any()
    assert not told["wrong"].any()
    assert {one["version"] for c in crowd.callers for one in c.answers[-3:]} == {"2"}

    # The router: it is the one whose death is felt, and it goes on with what it was told last.
    half = plan("canary", "again", ["b1"], ["a1"], shares=[0.5])[0].traffic
    router.order(Order(servers=servers.servers(), traffic=half))
    process.kill()
    felt = Callers(process.address, "k", asked, right)
    felt.ask(3)
    assert felt.table()["lost"].all()
    process.start()
    felt.ask(40)
    told = felt.table().iloc[3:]
    assert not told["lost"].any()
    expected = ["1" if in_canary(name, "again", 0.5) else "2" for name in told["customer"]]
    assert told["version"].tolist() == expected
    process.kill()
    felt.close()
    router.close()
