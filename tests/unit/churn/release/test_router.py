"""The router in front of small servers that do as they are told, all in one event loop."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from churn.release import Budget, Traffic, in_canary
from churn.release.admin import Admin, fresh
from churn.release.backends import Backends
from churn.release.router import Router
from churn.release.settings import Settings
from churn.release.watch import Order, Server, State
from churn.serving.access import fingerprint
from moved_clock import MovedClock

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
RELEASE = {"x-api-key": "release"}


@dataclass
class StandIn:
    """A server of one version: ``status``, ``seconds`` and ``contact`` say what it does."""

    version: str
    status: int = 200
    seconds: float = 0.0
    contact: bool = True
    ready: bool = True
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/ready":
            return web.Response(status=200 if self.ready else 503)
        self.asked.append(request)
        self.bodies.append(await request.read())
        await asyncio.sleep(self.seconds)
        await self.answers.wait()
        said = {"contact": self.contact, "probability": 0.5, "model_version": self.version}
        return web.json_response(said, status=self.status, headers={"x-trace-id": "theirs"})


class Scene:
    """Stand-ins ``a1``, ``a2`` (old) and ``b1`` (new), and a router before them."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.stand_ins = {name: StandIn(name[0]) for name in ("a1", "a2", "b1")}
        for one in self.stand_ins.values():
            one.answers.set()
        calm = {"check_every": 600, "patience": 600, "check_patience": 600}  # however busy we are
        self.folder, self.settings = folder, Settings(**{**calm, **settings})

    async def open(self, running: dict[str, TestServer]) -> None:
        self.running = running
        self.servers = {
            name: Server(address=f"http://127.0.0.1:{server.port}", version=name[0])
            for name, server in running.items()
        }
        self.make(fresh(self.order(release="before", stable=("a1", "a2"))))
        await self.router.admin.backends.open()
        await self.router.admin.backends.check()

    def make(self, state: State) -> None:
        settings = self.settings
        backends = Backends(settings.check_every, settings.check_patience)
        keys = {"tests": fingerprint("release")}
        self.router = Router(Admin(state, backends, keys, self.folder / "state.json"), settings)
        transport = httpx.ASGITransport(self.router)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://router")

    def order(self, needed: int = 0, budget: Budget | None = None, **traffic: Any) -> Order:
        table = Traffic.model_validate({"release": "r", **traffic})
        chosen = budget or Budget(seconds=10)
        return Order(servers=self.servers, traffic=table, budget=chosen, needed=needed)

    async def told(self, **traffic: Any) -> httpx.Response:
        content = self.order(**traffic).model_dump_json()
        return await self.client.put("/release", content=content, headers=RELEASE)

    async def predict(self, customer: str = "somebody", **more: Any) -> httpx.Response:
        return await self.client.post("/v1/predict", json={"customerID": customer}, **more)

    async def report(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get("/release", headers=RELEASE)).json()
        return found


CANARY: dict[str, Any] = {"stable": ("a1", "a2"), "candidate": ("b1",), "share": 0.5}
IN = next(f"c{n}" for n in range(99) if in_canary(f"c{n}", "r", 0.5))
OUT = next(f"c{n}" for n in range(99) if not in_canary(f"c{n}", "r", 0.5))


@asynccontextmanager
async def opened(scene: Scene) -> AsyncIterator[Scene]:
    running = {}
    for name, one in scene.stand_ins.items():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", one.answer)
        running[name] = TestServer(app, host="127.0.0.1")
        await running[name].start_server()
    await scene.open(running)
    try:
        yield scene
    finally:
        await scene.router.shadow.close()
        await scene.router.admin.backends.close()
        for server in running.values():
            await server.close()


Play = Callable[[Callable[[Scene], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(plot: Callable[[Scene], Awaitable[None]], **settings: Any) -> None:
        async def whole() -> None:
            async with opened(Scene(tmp_path, **settings)) as scene:
                await plot(scene)

        asyncio.run(whole())

    return run


def test_a_request_goes_through_unchanged_and_says_who_answered(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        headers = {"x-api-key": "k", "traceparent": TRACE, "x-own": "7"}
        answer = await scene.client.post("/v1/predict/batch?q=%2F", content=b"{ }", headers=headers)
        assert answer.json()["model_version"] == "a"
        assert answer.headers["x-served-by"] in ("a1", "a2")
        assert (answer.headers["x-served-version"], answer.headers["x-trace-id"]) == ("a", "theirs")
        one = scene.stand_ins[answer.headers["x-served-by"]]
        (asked,) = one.asked
        assert (asked.method, asked.raw_path, one.bodies) == (
            "POST",
            "/v1/predict/batch?q=%2F",
            [b"{ }"],
        )
        assert {n: asked.headers[n] for n in headers} == headers  # fmt: skip

    play(plot)


def test_a_request_without_a_trace_gets_one_and_the_decision_is_logged_under_it(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    lines = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            from churn.serving.tracing import JsonFormatter

            lines.append(json.loads(JsonFormatter().format(record)))

    async def plot(scene: Scene) -> None:
        await scene.told(**CANARY)
        await scene.predict(IN, headers={"traceparent": TRACE})
        await scene.predict(OUT, headers={"traceparent": "nonsense"})
        made = next(
            r.headers["traceparent"] for n in ("a1", "a2") for r in scene.stand_ins[n].asked
        )
        assert made != TRACE
        decisions = [line for line in lines if "asked" in line]
        assert [line["trace_id"] for line in decisions] == [TRACE[3:35], made[3:35]]
        assert [(line["new"], line["release"]) for line in decisions] == [(True, "r"), (False, "r")]
        assert decisions[0]["asked"] == ["b1"]

    keep = Keep()
    logger = logging.getLogger("churn.release")
    logger.addHandler(keep)
    try:
        with caplog.at_level(logging.INFO, "churn.release"):
            play(plot)
    finally:
        logger.removeHandler(keep)


def test_the_canary_is_sticky_and_a_failure_is_answered_by_the_other_version(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        await scene.told(**CANARY)
        for _ in range(4):
            assert (await scene.predict(IN)).headers["x-served-version"] == "b"
            assert (await scene.predict(OUT)).headers["x-served-version"] == "a"
        scene.stand_ins["b1"].status = 503
        answer = await scene.predict(IN)
        assert (answer.status_code, answer.headers["x-served-version"]) == (200, "a")
        await scene.running["b1"].close()
        for _ in range(6):
            assert (await scene.predict(IN)).headers["x-served-version"] == "a"
        report = await scene.report()
        assert not report["servers"]["b1"]["up"]
        # A connection that was open, and one that was refused; then it is not asked first any more.
        assert report["evidence"]["b"]["errors"] <= 3

    play(plot)


def test_a_server_that_is_too_slow_is_given_up(tmp_path: Path) -> None:
    async def whole() -> None:
        clock = MovedClock()
        async with opened(Scene(tmp_path, patience=300)) as scene:
            await scene.told(**CANARY)
            scene.stand_ins["b1"].answers.clear()
            waiting = asyncio.create_task(scene.predict(IN))
            while not scene.stand_ins["b1"].asked:
                await asyncio.sleep(0.01)
            clock.on(300)
            answer = await waiting
            assert (answer.status_code, answer.headers["x-served-version"]) == (200, "a")
            assert (await scene.report())["evidence"]["b"]["errors"] == 1

    asyncio.run(whole())


def test_the_clients_own_mistake_is_not_asked_twice_and_nobody_is_asked_too_often(
    play: Play,
) -> None:
    async def plot(scene: Scene) -> None:
        await scene.told(**CANARY)
        scene.stand_ins["b1"].status = 422
        assert (await scene.predict(IN)).status_code == 422
        assert not scene.stand_ins["a1"].asked + scene.stand_ins["a2"].asked
        for one in scene.stand_ins.values():
            one.status = 500
        assert (await scene.predict(IN)).status_code == 500
        # What may change something is not sent again once it was sent.
        before = sum(len(one.asked) for one in scene.stand_ins.values())
        assert (await scene.client.post("/v1/orders")).status_code == 500
        assert sum(len(one.asked) for one in scene.stand_ins.values()) == before + 1

    play(plot)


def test_without_any_server_it_says_so(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        assert (await scene.client.get("/ready")).status_code == 200
        for server in scene.running.values():
            await server.close()
        answer = await scene.predict()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert len(answer.json()["trace_id"]) == 32
        assert (await scene.client.get("/ready")).status_code == 503
        assert (await scene.client.get("/health")).status_code == 200

    play(plot)


def test_a_bad_version_is_sent_back_and_stays_back_after_a_restart(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        await scene.told(**CANARY)
        scene.stand_ins["b1"].status = 500
        for _ in range(30):
            assert (await scene.predict(IN)).status_code == 200
        report = await scene.report()
        assert report["status"] == "back"
        assert report["reason"].startswith("errors")
        assert report["traffic"]["stable"] == ["a1", "a2"]
        assert Budget().least <= len(scene.stand_ins["b1"].asked) < 20
        assert (await scene.told(**CANARY)).status_code == 409
        state = State.model_validate_json((scene.folder / "state.json").read_bytes())
        assert (state.status, state.order.traffic.stage) == ("back", "back")

    play(plot)


def test_outcomes_send_it_back_too(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        await scene.client.post("/release/values", json={"a": [20.0, 60.0] * 50}, headers=RELEASE)
        await scene.told(**CANARY)
        losses = {"b": [-45.0, -40.0] * 20}
        await scene.client.post("/release/values", json=losses, headers=RELEASE)
        assert (await scene.report())["reason"].startswith("loss")

    play(plot)


def test_a_shadow_neither_delays_nor_breaks_nor_answers(tmp_path: Path) -> None:
    async def whole() -> None:
        async with opened(Scene(tmp_path, copies=2, patience=30)) as scene:
            await scene.told(stable=("a1",), candidate=("b1",), shadow=True)
            shadow = scene.stand_ins["b1"]
            shadow.seconds = 20  # no answer below waits for it, or the test would take minutes
            for _ in range(5):
                assert (await scene.predict(IN)).headers["x-served-version"] == "a"
            while len(shadow.asked) < 2:
                await asyncio.sleep(0.01)
            assert (await scene.report())["not_copied"] == 3
            assert shadow.bodies[0] == scene.stand_ins["a1"].bodies[0]
            await scene.router.shadow.close()

            shadow.seconds, shadow.contact = 0.0, False
            for status in (200, 200, 500):
                shadow.status = status
                asked = len(shadow.asked)
                answer = await scene.predict(IN)
                assert (answer.status_code, answer.json()["contact"]) == (200, True)
                while (await scene.report())["copying"]:
                    await asyncio.sleep(0.01)
                assert len(shadow.asked) == asked + 1
            evidence = (await scene.report())["evidence"]["b"]
            assert [evidence[name] for name in ("answers", "errors", "compared", "differ")] == [3, 1, 2, 2]  # fmt: skip

    asyncio.run(whole())


def test_a_server_that_is_taken_out_finishes_what_it_is_at(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        await scene.told(stable=("a1",))
        scene.stand_ins["a1"].answers.clear()
        waiting = asyncio.create_task(scene.predict())
        while not scene.stand_ins["a1"].asked:
            await asyncio.sleep(0.01)
        await scene.told(stable=("a2",), standby=("a1",))
        assert (await scene.report())["servers"]["a1"]["in_flight"] == 1
        assert (await scene.predict()).headers["x-served-by"] == "a2"
        scene.stand_ins["a1"].answers.set()
        assert (await waiting).headers["x-served-by"] == "a1"
        assert (await scene.report())["servers"]["a1"]["in_flight"] == 0

    play(plot)


def test_a_server_that_is_not_ready_is_passed_over(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        scene.stand_ins["b1"].ready = False
        await scene.told(**CANARY)
        assert (await scene.predict(IN)).headers["x-served-version"] == "a"
        scene.stand_ins["b1"].ready = True
        await scene.router.admin.backends.check()
        assert (await scene.predict(IN)).headers["x-served-version"] == "b"

    play(plot)


def test_only_who_has_the_key_gives_orders(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        for headers in ({}, {"x-api-key": "secret"}):
            for method, path in (
                ("GET", "/release"),
                ("PUT", "/release"),
                ("POST", "/release/back"),
            ):
                answer = await scene.client.request(method, path, headers=headers)
                assert answer.status_code == 401
        told = await scene.client.post("/release/back", json={"reason": "x"}, headers=RELEASE)
        assert told.json()["status"] == "steady"  # there was nothing to send back

    play(plot)


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("PUT", "/release", b"{", 422),
        ("PUT", "/release", b'{"servers": {}, "traffic": {"release": "r", "stable": ["z"]}}', 409),
        ("POST", "/release/values", b'{"a": [NaN]}', 422),
        ("POST", "/release/values", b"[1]", 422),
        ("POST", "/release/back", b"{}", 422),
        ("DELETE", "/release", b"", 404),
        ("POST", "/v1/predict", b"x" * (512 * 1024 + 1), 413),
        ("POST", "/v1/predict", b"[" * 100_000, 200),
        ("POST", "/v1/predict", b'{"customerID": 7}', 200),
    ],
)
def test_nonsense_is_answered(
    play: Play, method: str, path: str, content: bytes, status: int
) -> None:
    async def plot(scene: Scene) -> None:
        answer = await scene.client.request(method, path, content=content, headers=RELEASE)
        assert answer.status_code == status

    play(plot)


def test_a_target_that_would_name_another_machine_is_refused(play: Play) -> None:
    async def plot(scene: Scene) -> None:
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {"type": "http", "method": "GET", "path": "@elsewhere/", "raw_path": b"@elsewhere/",
                 "query_string": b"", "headers": []}  # fmt: skip
        await scene.router(scope, receive, send)
        assert said[0]["status"] == 400

    play(plot)
