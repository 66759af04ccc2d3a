"""A release is led through its stages, whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from churn.release import STRATEGIES, Budget, Traffic, plan
from churn.release.admin import Admin, fresh
from churn.release.backends import Backends
from churn.release.controller import Controller
from churn.release.watch import Order, Server

OLD, NEW = ["a1", "a2"], ["b1", "b2"]


class Machines:
    """A fleet without processes."""

    def __init__(self) -> None:
        self.running, self.log = set(OLD), list[str]()

    def start(self, names: Sequence[str]) -> None:
        self.log += [f"+{name}" for name in names if name not in self.running]
        self.running |= set(names)

    def stop(self, names: Sequence[str]) -> None:
        self.log += [f"-{name}" for name in names if name in self.running]
        self.running -= set(names)

    def servers(self) -> dict[str, Server]:
        return {
            name: Server(address=f"http://127.0.0.1:{port}", version=name[0])
            for port, name in enumerate(sorted(self.running), start=1)
        }


class Desk:
    """The router's orders without HTTP."""

    def __init__(self, machines: Machines) -> None:
        table = Traffic(release="before", stable=tuple(OLD))
        order = Order(servers=machines.servers(), traffic=table)
        self.admin = Admin(fresh(order), Backends(1, 1), {"tests": "k"})

    def report(self) -> dict[str, Any]:
        return self.admin.report()

    def order(self, order: Order) -> dict[str, Any]:
        self.admin.watch.follow(order)
        self.admin.backends.set(order.servers)
        return self.report()


def setup(strategy: str) -> tuple[Machines, Desk, list[Controller]]:
    machines = Machines()
    desk = Desk(machines)
    stages = plan(strategy, "r", OLD, NEW, needed=5)
    budget = Budget(seconds=1)
    # Two who lead the same release, as when one was killed and another one was started.
    return machines, desk, [Controller(desk, machines, stages, budget) for _ in range(2)]  # type: ignore[arg-type]


def answers(desk: Desk, failed: bool, count: int = 12) -> None:
    """The new version gives some; what is compared differs when it fails."""
    shadow = desk.admin.watch.traffic.shadow
    for _ in range(count):
        desk.admin.note("b", failed, 0.1)
        if shadow:
            desk.admin.compared("b", failed)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_good_version_gets_through(strategy: str) -> None:
    machines, desk, controllers = setup(strategy)
    status, steps = "running", 0
    while status == "running":
        status = controllers[steps % 2].step()  # by turns: nobody remembers anything
        answers(desk, failed=False)
        steps += 1
        assert steps < 20
    assert status == "done"
    assert machines.running == set(NEW)
    assert desk.admin.watch.traffic.stable == tuple(NEW)
    assert [one.step() for one in controllers] == ["done", "done"]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("good_stages", [0, 1])
def test_a_bad_version_ends_with_the_old_one_complete(strategy: str, good_stages: int) -> None:
    machines, desk, controllers = setup(strategy)
    status, steps = "running", 0
    while status == "running":
        status = controllers[steps % 2].step()
        answers(desk, failed=steps >= good_stages, count=60)
        steps += 1
        assert steps < 20
    if strategy in ("recreate", "blue/green") and good_stages:  # it was done with its only stage
        assert status == "done"
        return
    assert status == "back"
    assert machines.running == set(OLD)
    assert desk.admin.watch.traffic == Traffic(
        release="r", stage="back", stable=desk.admin.watch.traffic.stable
    )
    assert sorted(desk.admin.watch.traffic.stable) == OLD
    if strategy == "recreate":  # there is room for one version only
        assert machines.log == ["-a1", "-a2", "+b1", "+b2", "-b1", "-b2", "+a1", "+a2"]


def test_it_waits_for_enough_answers() -> None:
    machines, desk, (controller, _) = setup("canary")
    assert [controller.step() for _ in range(3)] == ["running"] * 3
    assert desk.admin.watch.traffic.stage == "10%"
    assert machines.log == ["+b1", "+b2"]
    answers(desk, failed=False, count=5)
    controller.step()
    assert desk.admin.watch.traffic.stage == "30%"


def test_one_release_at_a_time() -> None:
    _, desk, (controller, _) = setup("canary")
    controller.step()
    other = Controller(desk, Machines(), plan("canary", "other", OLD, NEW), Budget())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="r is under way"):
        other.step()
    assert desk.admin.watch.traffic.release == "r"
