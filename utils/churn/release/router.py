"""A reverse proxy in front of all versions: one address for the clients, whatever is released.

As plain ASGI, as ``churn.serving.gate`` is, and for the same reason. ``/release`` is for those who
release, ``/health`` and ``/ready`` are about the router itself, everything else goes to a server.
"""

from __future__ import annotations

import itertools
import json
import logging
import time

from starlette.types import Receive, Scope, Send

from churn.release.admin import Admin
from churn.release.answers import Answer, Headers, answer_json, problem
from churn.release.backends import NoAnswerError
from churn.release.settings import Settings
from churn.release.shadow import Shadow
from churn.release.traffic import Route, route
from churn.serving import tracing

log = logging.getLogger("churn.release")
#: Predictions may be asked for twice: the second one is a row more, and changes nothing.
_PREDICT, _BATCH = "/v1/predict", "/v1/predict/batch"
SERVER, VERSION = b"x-served-by", b"x-served-version"


class Router:
    """The application: hands requests on as ``admin`` was told to."""

    def __init__(self, admin: Admin, settings: Settings) -> None:
        self.admin, self.settings = admin, settings
        self.shadow = Shadow(admin, settings.copies, settings.patience)
        self._turns = itertools.count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        trace = tracing.begin(scope["headers"])
        token = tracing.current.set(trace)
        try:
            body = await self._read(receive)
            if body is None:
                answer = problem(413, f"at most {self.settings.max_body} bytes are read")
            # Put behind a server's address, a target without a slash would name another one.
            elif not scope["raw_path"].startswith(b"/"):
                answer = problem(400, "a path begins with a slash")
            elif scope["path"] in ("/health", "/ready"):
                answer = self._own_state(scope["path"])
            elif scope["path"].split("/")[1:2] == ["release"]:
                answer = await self.admin.answer(scope, body)
            else:
                await self._hand_on(scope, body, send, trace)
                return
            await _send(send, answer, trace)
        finally:
            tracing.current.reset(token)

    async def _hand_on(self, scope: Scope, body: bytes, send: Send, trace: tracing.Trace) -> None:
        started = time.perf_counter()
        path, method = scope["path"], scope["method"]
        predicts = method == "POST" and path in (_PREDICT, _BATCH)
        customer = _customer(body) if predicts and path == _PREDICT else None
        traffic = self.admin.watch.traffic
        where = route(traffic, customer, next(self._turns), self.admin.backends.up())
        headers = self._headers(scope["headers"], trace)
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        again = predicts or method in ("GET", "HEAD", "OPTIONS")
        answer, by, asked = await self._ask(where, method, target, headers, body, predicts, again)
        if answer is None:
            answer = problem(503, "no server answers now")
            answer.headers.append((b"retry-after", b"1"))
        elif by is not None:
            named = (SERVER, by[0].encode()), (VERSION, by[1].encode())
            answer.headers.extend(named)
        await _send(send, answer, trace)
        milliseconds = round(1000 * (time.perf_counter() - started), 3)
        if log.isEnabledFor(logging.INFO):
            log.info("%s %s", method, path, extra={
                "release": traffic.release, "stage": traffic.stage, "new": where.new, "asked": asked,
                "status": answer.status, "milliseconds": milliseconds,
            })  # fmt: skip
        # Only now: the one who asked has the answer.
        if predicts and traffic.shadow and self.admin.watch.state.status == "running":
            self.shadow.copy(traffic.candidate, target, headers, body, answer)

    async def _ask(
        self, where: Route, method: str, target: str, headers: Headers, body: bytes,
        predicts: bool, again: bool,
    ) -> tuple[Answer | None, tuple[str, str] | None, list[str]]:  # fmt: skip
        """The first answer that is no trouble of the server's own, else the last one; which server of
        which version gave it; and all that were asked."""
        answer, by, asked = None, None, []
        for name in where.tries[: self.settings.tries]:
            asked.append(name)
            started = time.perf_counter()
            backend = self.admin.backends.named.get(name)
            try:
                answer = await self.admin.backends.ask(
                    name, method, target, headers, body, self.settings.patience
                )
            except NoAnswerError as error:
                if predicts and backend is not None:
                    self.admin.note(backend.server.version, True, time.perf_counter() - started)
                if again or not error.reached:
                    continue
                break
            if backend is not None:
                by = name, backend.server.version
                if predicts:
                    failed, seconds = answer.status >= 400, time.perf_counter() - started
                    self.admin.note(by[1], failed, seconds)
            if answer.status < 500 or not again:
                break
        return answer, by, asked

    def _headers(self, headers: Headers, trace: tracing.Trace) -> Headers:
        if trace.parent_id is not None:  # the caller's traceparent goes through as it is
            return headers
        sampled = int(trace.trace_id[16:], 16) < self.settings.trace_share * 2**64
        made = f"00-{trace.trace_id}-{trace.span_id}-{'01' if sampled else '00'}"
        name = tracing.TRACEPARENT.encode()
        return [*((n, v) for n, v in headers if n != name), (name, made.encode())]

    def _own_state(self, path: str) -> Answer:
        serving = {*self.admin.watch.traffic.stable, *self.admin.watch.traffic.candidate}
        if path == "/ready" and not serving & self.admin.backends.up():
            return problem(503, "no server is ready")
        return answer_json(200, {"status": "alive" if path == "/health" else "ready"})

    async def _read(self, receive: Receive) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.settings.max_body:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.admin.backends.open()
        await self.admin.backends.check()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shadow.close()
        await self.admin.backends.close()
        self.admin.keep()
        await send({"type": "lifespan.shutdown.complete"})


def _customer(body: bytes) -> str | None:
    """Whom a request is about; None if it does not say so: the service will complain."""
    try:
        found = json.loads(body)["customerID"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if isinstance(found, str) else None


async def _send(send: Send, answer: Answer, trace: tracing.Trace) -> None:
    headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
    if not any(name == tracing.HEADER.encode() for name, _ in headers):
        headers.append((tracing.HEADER.encode(), trace.trace_id.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
