"""How many requests each strategy loses and answers wrongly, and what the router costs a request.

python benchmarks/release.py                # two minutes
python benchmarks/release.py --seconds 1    # whether it works

Services and router are processes of their own; the same customers are asked about in the same order
in each release. A bad version fails every second request, or takes half a second longer, or has learned
the label the wrong way round; what its answers brought is known 120 calls later. The router's price is
the difference between asking a service directly and through the router, in one run, and again while
each request is copied to a second service. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from serving_clients import Measured, measure, request_bytes
from serving_servers import KEY

from churn import data, features, schema, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.release import STRATEGIES, Budget, Traffic, plan
from churn.release.controller import Controller, RouterClient
from churn.release.watch import Order
from churn.serving.champion import load
from coursekit.exercises.callers import Callers, records_of, right_answers
from coursekit.exercises.model_servers import RELEASE_KEY, ModelServers, RouterProcess
from coursekit.exercises.service_files import THRESHOLD, service_files

VERSIONS = {"a1": "1", "a2": "1", "b1": "2", "b2": "2", "c1": "bad", "c2": "bad",
            "d1": "3", "d2": "3"}  # fmt: skip
#: Which servers come with the release, and what is wrong with them.
KINDS = {"good": ("b", ""), "errors": ("d", "errors"), "slow": ("d", "slow"), "wrong": ("c", "")}
BEFORE, DELAY, NEEDED = 500, 120, 110


class Bench:
    """The servers, the router, and the customers who are asked about."""

    def __init__(self, folder: Path) -> None:
        customers = data.load("synthetic", n=4000, seed=1)
        learned, self.asked = customers.head(3000), customers.tail(1000)
        settings = {"rate": 1e9, "burst": 1e9, "budget": 30}
        sizes = {"1": 1500, "2": 3000, "3": 2900}
        command = service_files(folder, learned, sizes, {KEY: KEY}, settings)
        turned = learned.assign(Churn=learned[schema.TARGET].map({"Yes": "No", "No": "Yes"}))
        model = training.make_model("logistic").fit(*features.xy(turned))
        packaging.package(model, turned, folder / "models" / "bad", threshold=1 - THRESHOLD)
        signing.sign(folder / "models" / "bad", folder / signing.PRIVATE_KEY)
        good = [load(folder / "models" / one, one, folder / signing.PUBLIC_KEY) for one in sizes]
        self.right = right_answers(self.asked, good)
        self.servers = ModelServers(folder / "servers", command, VERSIONS, broken=["d1", "d2"])
        self.servers.start(list(VERSIONS))
        first = Traffic(release="first", stable=("a1",))
        order = Order(servers=self.servers.servers(), traffic=first)
        self.process = RouterProcess(folder / "router", order, {"patience": 10}, quiet=True)
        self.router = RouterClient(self.process.address, RELEASE_KEY)

    def close(self) -> None:
        self.servers.close()
        self.process.kill()

    def release(self, strategy: str, kind: str) -> tuple[str, str, pd.DataFrame]:
        """How it ended, which budget was broken, and the calls since it began."""
        letter, trouble = KINDS[kind]
        count = 2 if strategy == "rolling" else 1
        old, new = [f"a{n + 1}" for n in range(count)], [f"{letter}{n + 1}" for n in range(count)]
        for name in new if trouble else ():
            self.servers.trouble(name, trouble)
        self.servers.keep = [] if strategy == "recreate" else list(VERSIONS)
        self.servers.stop(new)
        self.servers.start(old)
        steady = Traffic(release=f"before {strategy}, {kind}", stable=tuple(old))
        self.router.order(Order(servers=self.servers.servers(), traffic=steady))
        callers = Callers(self.process.address, KEY, self.asked, self.right, delay=DELAY)
        self.router.values(callers.ask(BEFORE))
        self.servers.meanwhile = lambda: self._ask(callers, 25)
        stages = plan(strategy, f"{strategy}, {kind}", old, new, needed=NEEDED)
        controller = Controller(self.router, self.servers, stages, Budget(seconds=0.4))
        status = "running"
        while status == "running":
            self._ask(callers, 20)
            status = controller.step()
        self.servers.meanwhile = lambda: None
        callers.close()
        reason = self.router.report()["reason"].split(":")[0]
        return status, reason, callers.table().iloc[BEFORE:]

    def _ask(self, callers: Callers, count: int) -> None:
        self.router.values(callers.ask(count))

    def overhead(self, seconds: float) -> None:
        """Direct, through the router, and through the router with copies."""
        servers, rows = self.servers.servers(), records_of(self.asked.head(200))
        alone = ("a1",)
        tables = {
            "direct": None,
            "through the router": Traffic(release="alone", stable=alone),
            "with a canary": Traffic(release="c", stable=alone, candidate=("b1",), share=0.1),
            "with a shadow": Traffic(release="s", stable=alone, candidate=("b1",), shadow=True),
        }
        port = int(servers["a1"].address.rpartition(":")[2])
        through = int(self.process.address.rpartition(":")[2])
        print("\nclients  way                   p50 us  p99 us  router's CPU us  p50 beyond direct")
        for clients in (1, 8):
            direct: Measured | None = None
            for name, traffic in tables.items():
                target = port if traffic is None else through
                if traffic is not None:
                    calm = Traffic(release=f"calm {name} {clients}", stable=alone)
                    for table in (
                        calm,
                        traffic.model_copy(update={"release": f"{name} {clients}"}),
                    ):
                        loose = Budget(seconds=60, errors=1, slow=1, differ=1)
                        self.router.order(Order(servers=servers, traffic=table, budget=loose))
                asked = [request_bytes("/v1/predict", row, False, target) for row in rows]
                watched = psutil.Process(self.process.process.pid)
                one = measure(watched, target, asked, clients, seconds)
                direct = direct or one
                more = 1000 * (one.p50 - direct.p50)
                cpu = "" if traffic is None else f"{1000 * one.cpu:.0f}"
                print(
                    f"{clients:7}  {name:20}{1000 * one.p50:8.0f}{1000 * one.p99:8.0f}{cpu:>17}"
                    f"{more:9.0f} us, {more / direct.p50 / 10:4.0f} %"
                    + (f"  ({one.failed} failed)" if one.failed else ""),
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure of the router")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            print("version strategy     calls  lost  wrong  late  end   found by")
            bad: dict[str, list[int]] = {}
            for kind in KINDS:
                for strategy in STRATEGIES:
                    status, reason, table = bench.release(strategy, kind)
                    late = int((table["seconds"] > 0.4).sum())
                    wrong = int(table["wrong"].sum())
                    bad.setdefault(kind, []).append(wrong)
                    print(
                        f"{kind:8}{strategy:12}{len(table):6}{table['lost'].sum():6}{wrong:7}"
                        f"{late:6}  {status:6}{reason}",
                        flush=True,
                    )
            named = dict(zip(STRATEGIES, bad["wrong"], strict=True))
            times = named["blue/green"] / np.maximum(named["canary"], 1)
            print(f"wrong answers, blue/green against canary: {times:.1f} x")
            bench.overhead(given.seconds)
        finally:
            bench.close()


if __name__ == "__main__":
    main()
