"""What goes back to whoever asked, over HTTP: status, body, headers, and nothing of a framework."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response
from starlette.types import Send

from churn.serving.access import AccessError
from churn.serving.journal import JournalError

_AGAIN = {"retry-after": "1"}


class Reply(NamedTuple):
    """JSON in bytes; names of headers in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}

    async def send(self, send: Send) -> None:
        """As an ASGI application sends it."""
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
            *((name.encode(), value.encode()) for name, value in self.headers.items()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})

    def response(self) -> Response:
        """As FastAPI wants it from a route."""
        headers = dict(self.headers)
        return Response(self.body, self.status, headers, media_type="application/json")


def problem(
    status: int,
    detail: str | Sequence[Mapping[str, Any]],
    trace_id: str,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Why there is no answer: a sentence, or the fields that are wrong."""
    body = json.dumps({"detail": detail, "trace_id": trace_id}).encode()
    return Reply(status, body, headers or {})


def refusal(error: Exception, trace_id: str) -> Reply:
    """Of a request that is not admitted, or whose row cannot be kept."""
    if isinstance(error, AccessError):
        return problem(error.status, error.detail, trace_id, error.headers)
    assert isinstance(error, JournalError)
    return problem(503, "the prediction cannot be kept now", trace_id, _AGAIN)


def failure(trace_id: str) -> Reply:
    """Of a request that met a bug of ours: worth trying again; the log says more."""
    return problem(503, "the service cannot answer now", trace_id, _AGAIN)
