"""What is said over HTTP: a server's answer on its way through, or one of the router's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from churn.serving import tracing

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """A whole answer; the names of its headers in lower case."""

    status: int
    headers: Headers
    body: bytes


def answer_json(status: int, content: Any) -> Answer:
    """An answer of the router's own."""
    return Answer(status, [(b"content-type", b"application/json")], json.dumps(content).encode())


def problem(status: int, detail: str) -> Answer:
    """Why there is no other answer, in the service's form."""
    trace = tracing.current.get()
    return answer_json(status, {"detail": detail, "trace_id": trace.trace_id if trace else None})
