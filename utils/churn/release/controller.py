"""Leads a release from stage to stage: stops and starts servers, and tells the router.

    controller = Controller(router, fleet, plan("canary", "2026-03", ["a1"], ["b1"]), budget)
    while controller.step() == "running":
        time.sleep(1)

It remembers nothing: each step asks the router where the release stands. So it may be killed between
any two steps, or in the middle of one, and another one goes on; the router goes back without it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import httpx

from churn.release.budget import Budget
from churn.release.strategies import Stage
from churn.release.traffic import Traffic
from churn.release.watch import Order, Server
from churn.serving.access import HEADER

Progress = Literal["running", "done", "back"]


class Fleet(Protocol):
    """Who starts and stops processes: Kubernetes, systemd, or a lesson.

    Both calls do nothing for servers that are so already.
    """

    def start(self, names: Sequence[str]) -> None:
        """Start these servers; returns when all are ready."""

    def stop(self, names: Sequence[str]) -> None:
        """End these servers, once they have answered what they had accepted."""

    def servers(self) -> dict[str, Server]:
        """All that run, by name."""


class RouterClient:
    """The router's orders over HTTP.

    Raises, in each call, ``httpx.HTTPStatusError`` if the router refuses, and
    ``httpx.TransportError`` if it is not there.
    """

    def __init__(self, address: str, key: str) -> None:
        # A connection that was idle for long may just be closed by the other end.
        limits = httpx.Limits(keepalive_expiry=1)
        headers = {HEADER: key}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=30, limits=limits)

    def report(self) -> dict[str, Any]:
        """How the release stands."""
        return self._call("GET", "/release")

    def order(self, order: Order) -> dict[str, Any]:
        """Have it done; returns the report."""
        content = order.model_dump_json()
        return self._call("PUT", "/release", content=content)

    def values(self, dollars: dict[str, list[float]]) -> dict[str, Any]:
        """What answers brought, by version; returns the report."""
        return self._call("POST", "/release/values", json=dollars)

    def back(self, reason: str) -> dict[str, Any]:
        """Send the release back; returns the report."""
        return self._call("POST", "/release/back", json={"reason": reason})

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, **more)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class Controller:
    """One release."""

    def __init__(
        self, router: RouterClient, fleet: Fleet, stages: Sequence[Stage], budget: Budget
    ) -> None:
        self._router, self._fleet, self._stages, self._budget = router, fleet, stages, budget
        self._release = stages[0].traffic.release
        #: Whoever serves in the last stage came with this release; all others were there before.
        self._new = stages[-1].traffic.stable

    def step(self) -> Progress:
        """Look once, and do what is next. Blocks while servers stop and start.

        Raises:
            RuntimeError: if another release is under way.
        """
        report = self._router.report()
        traffic = Traffic.model_validate(report["traffic"])
        mine = traffic.release == self._release
        if mine and report["status"] == "back":
            return self._back(traffic)
        if not mine and report["status"] == "running":
            raise RuntimeError(f"release {traffic.release} is under way: one at a time")
        if not mine:
            return self._enter(0, traffic)
        names = [stage.traffic.stage for stage in self._stages]
        at = names.index(traffic.stage)
        if at == len(self._stages) - 1:
            self._finish(traffic)
            return "done"
        if report["verdict"]["action"] == "go on":
            return self._enter(at + 1, traffic)
        return "running"

    def _enter(self, at: int, now: Traffic) -> Progress:
        stage = self._stages[at]
        last = at == len(self._stages) - 1
        if not last:
            self._stop(stage.stop, now)
        self._fleet.start(stage.start)
        self._tell(stage.traffic, stage.needed)
        if last:
            self._finish(stage.traffic)
        return "done" if last else "running"

    def _finish(self, now: Traffic) -> None:
        # Whatever ran with the old version and is nobody's business any more.
        self._stop(self._stages[-1].stop, now)

    def _back(self, now: Traffic) -> Progress:
        old = self._old()
        if set(now.stable) != set(old):
            # A recreated release left none of them, a rolling one some: the machines are needed first.
            if now.candidate:
                self._fleet.stop(now.candidate)
            self._fleet.start(old)
            self._tell(Traffic(release=self._release, stage="back", stable=old), 0)
        self._stop(self._new, Traffic(release=self._release, stable=old))
        return "back"

    def _old(self) -> tuple[str, ...]:
        stopped = [name for stage in self._stages for name in stage.stop]
        return tuple(dict.fromkeys(stopped))

    def _tell(self, traffic: Traffic, needed: int) -> None:
        self._router.order(
            Order(
                servers=self._fleet.servers(), traffic=traffic, budget=self._budget, needed=needed
            )
        )

    def _stop(self, names: Sequence[str], now: Traffic, patience: float = 20.0) -> None:
        """End servers; those that are asked no more first finish what they are at."""
        waiting = [name for name in names if name not in (*now.stable, *now.candidate)]
        end = time.monotonic() + patience
        while time.monotonic() < end:
            servers = self._router.report()["servers"]
            if not any(servers[name]["in_flight"] for name in waiting if name in servers):
                break
            time.sleep(0.02)
        self._fleet.stop(names)
