"""What every request passes before and after the application: trace id, size, time, and a net.

Written as plain ASGI, because each layer of Starlette's ``BaseHTTPMiddleware`` costs a request about
as much as the model does.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.serving import tracing
from churn.serving.metrics import Metrics

log = logging.getLogger("churn.serving.access")


class _TooLargeError(Exception):
    pass


class Gate:
    """The outermost layer. Nothing that goes wrong inside becomes a 500: the answer is 503."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, max_body: int, sink: tracing.Sink | None = None
    ) -> None:
        self.app, self.metrics, self.max_body, self.sink = app, metrics, max_body, sink

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; ``scope["state"]`` gets ``trace_id`` and ``started``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = tracing.begin(scope["headers"], self.sink)
        started, trace_id, status = time.perf_counter(), trace.trace_id, 0
        scope.setdefault("state", {}).update(trace_id=trace_id, started=started)
        token = tracing.current.set(trace)
        own = [(tracing.HEADER.encode(), trace_id.encode()),
               (tracing.TRACEPARENT.encode(), trace.traceparent.encode())]  # fmt: skip
        left = self.max_body

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise _TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].extend(own)
            await send(message)

        try:
            if _announced(scope) > self.max_body:
                raise _TooLargeError
            await self.app(scope, limited, noted)
        except _TooLargeError:
            await _problem(noted, 413, f"at most {self.max_body} bytes are read", trace_id)
        # The net: a bug of ours. The caller learns that it is worth trying again, the log the rest.
        except Exception:
            log.exception("not answered")
            if not status:
                await _problem(noted, 503, "the service cannot answer now", trace_id)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.requested(route, status, seconds)
            if log.isEnabledFor(logging.INFO):
                milliseconds = round(1000 * seconds, 3)
                more = {"status": status, "route": route, "milliseconds": milliseconds}
                if trace.request_id is not None:
                    more["request_id"] = trace.request_id
                log.info("%s %s", scope["method"], scope["path"], extra=more)
            tracing.current.reset(token)
            if trace.sampled and self.sink is not None:
                about = {"http.route": route, "http.response.status_code": status}
                if trace.request_id is not None:
                    about["churn.request_id"] = trace.request_id
                self.sink.finished(trace, f"{scope['method']} {route}", status, about)


def _announced(scope: Scope) -> int:
    """What the caller says the body's length is; 0 if nothing is said, for it is counted, too."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _problem(send: Any, status: int, detail: str, trace_id: str) -> None:
    body = json.dumps({"detail": detail, "trace_id": trace_id}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
