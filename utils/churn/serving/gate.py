"""What every request passes before and after the application: trace id, size, time, and a net.

Written as plain ASGI, because each layer of Starlette's ``BaseHTTPMiddleware`` costs a request about
as much as the model does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.serving import replies, tracing
from churn.serving.metrics import Metrics

log = logging.getLogger("churn.serving.access")


class _TooLargeError(Exception):
    pass


class Gate:
    """The outermost layer. Nothing that goes wrong inside becomes a 500: the answer is 503.

    Args:
        posts: applications that a POST to one of these paths goes to, past ``app``.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        max_body: int,
        sink: tracing.Sink | None = None,
        posts: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self.app, self.metrics, self.max_body, self.sink = app, metrics, max_body, sink
        self.posts = posts or {}

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
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        inside = self.posts.get(path, self.app) if scope["method"] == "POST" else self.app
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
            await inside(scope, limited, noted)
        except _TooLargeError:
            detail = f"at most {self.max_body} bytes are read"
            await replies.problem(413, detail, trace_id).send(noted)
        # The net: a bug of ours. The caller learns that it is worth trying again, the log the rest.
        except Exception:
            log.exception("not answered")
            if not status:
                await replies.failure(trace_id).send(noted)
        finally:
            seconds = time.perf_counter() - started
            route = path if inside is not self.app else getattr(scope.get("route"), "path", "other")
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
