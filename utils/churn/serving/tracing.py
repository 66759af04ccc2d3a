"""One id for a request, from whoever asked first to the row about it in the evaluation store.

The id is that of the W3C header ``traceparent``, or a new one. It stands in the log, the evaluation
store, the answer and its headers. A request whose trace is sampled notes its stages as it goes, at
the price of two looks at the clock each; ``spans`` makes OpenTelemetry's spans of them once the
answer is sent. This module needs none of it.

    trace = tracing.begin(headers, sink)
    with tracing.stage("score", customers=1) as about:
        about["churn.model_version"] = "7"
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Protocol

#: https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")  # fmt: skip
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADER = "x-trace-id"
#: The answer's says which span answered, in the form of the request's.
TRACEPARENT = "traceparent"


class Stage(NamedTuple):
    """A part of a request; times in nanoseconds since 1970."""

    name: str
    start: int
    end: int
    about: Mapping[str, Any]
    error: str | None


@dataclass(slots=True)
class Trace:
    """A request's place in its trace.

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16, of this request.
        parent_id: 16, of whoever asked; None if nobody said.
        request_id: the caller's own name for it, from ``x-request-id``.
        sampled: whether its spans are kept.
        started: nanoseconds since 1970.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    request_id: str | None
    sampled: bool
    started: int
    stages: list[Stage] = field(default_factory=list)

    @property
    def traceparent(self) -> str:
        """What makes another span a child of this request."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


class Sink(Protocol):
    """Where finished traces go: :class:`churn.serving.spans.Spans`."""

    def samples(self, trace_id: str) -> bool:
        """Whether to keep the spans of a trace about which the caller said nothing."""

    def finished(self, trace: Trace, name: str, status: int, about: Mapping[str, Any]) -> None:
        """A request was answered."""

    def stored(self, traceparents: Sequence[str], start: int, end: int) -> None:
        """Rows of these requests were written to the evaluation store in one transaction."""

    def close(self) -> None:
        """Hand on what is there."""


#: Of the request that is being answered; None elsewhere.
current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(headers: Iterable[tuple[bytes, bytes]], sink: Sink | None = None) -> Trace:
    """The trace of a request with these headers (names in lower case, as ASGI has them).

    Whether it is sampled is what the caller decided, else what ``sink`` says of its id: all services
    that go by the same share agree.
    """
    trace_id = parent_id = request_id = None
    sampled = False
    for name, value in headers:
        if name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value)):
            trace_id, parent_id = found[1].decode(), found[2].decode()
            sampled = sink is not None and bool(int(found[3], 16) & 1)
        elif name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value.decode()
    drawn = os.urandom(24).hex()
    if trace_id is None:
        trace_id = drawn[:32]
        sampled = sink is not None and sink.samples(trace_id)
    return Trace(trace_id, drawn[32:], parent_id, request_id, sampled, time.time_ns())


class stage:  # noqa: N801 - it reads as a statement
    """Notes a part of the present request, if there is one and it is sampled.

    Args:
        name: of the span.
        about: attributes; more can be put into what ``with`` gives.
    """

    __slots__ = ("_about", "_name", "_start", "_trace")

    def __init__(self, name: str, **about: Any) -> None:
        self._name, self._about = name, about

    def __enter__(self) -> dict[str, Any]:
        trace = current.get()
        self._trace = trace if trace is not None and trace.sampled else None
        self._start = time.time_ns() if self._trace is not None else 0
        return self._about

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._trace is not None:
            failed = None if kind is None else kind.__name__
            ended = time.time_ns()
            self._trace.stages.append(Stage(self._name, self._start, ended, self._about, failed))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, trace id, and what ``extra`` held."""

    _USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "taskName"})

    def format(self, record: logging.LogRecord) -> str:
        """A line; nothing that a caller sent can break it in two."""
        more = {name: value for name, value in vars(record).items() if name not in self._USUAL}
        trace = current.get()
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": trace.trace_id if trace else None,
            **more,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line)


#: Made once: ``json.dumps`` with an option makes one for each line.
_encode = json.JSONEncoder(default=str).encode
