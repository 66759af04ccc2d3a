"""One id for a request, from whoever asked first to the last log line about it.

The id is that of the W3C header ``traceparent``, else ``x-request-id`` if it is harmless to write
into a log, else a new one. It stands in the log, the evaluation store, the answer and its headers.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime

#: https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")  # fmt: skip
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
HEADER = "x-trace-id"

#: Of the request that is being answered; None elsewhere.
current: ContextVar[str | None] = ContextVar("trace_id", default=None)


def trace_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id of a request with these headers (names in lower case, as ASGI has them)."""
    own = None
    for name, value in headers:
        if name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value)):
            return found[1].decode()
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            own = value.decode()
    return own or uuid.uuid4().hex


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, trace id, and what ``extra`` held."""

    _USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "taskName"})

    def format(self, record: logging.LogRecord) -> str:
        """A line; nothing that a caller sent can break it in two."""
        more = {name: value for name, value in vars(record).items() if name not in self._USUAL}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": current.get(),
            **more,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
