"""One id, whoever gave it, and log lines that stay lines."""

import json
import logging

import pytest

from churn.serving import tracing

ID = b"4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = b"00-" + ID + b"-00f067aa0ba902b7-01"


def test_the_id_of_the_trace_is_kept() -> None:
    assert tracing.trace_id([(b"traceparent", PARENT)]) == ID.decode()
    both = [(b"x-request-id", b"mine"), (b"traceparent", PARENT)]
    assert tracing.trace_id(both) == tracing.trace_id(both[::-1]) == ID.decode()


def test_the_callers_own_id_is_kept() -> None:
    assert tracing.trace_id([(b"x-request-id", b"Call-7.3_a")]) == "Call-7.3_a"


@pytest.mark.parametrize(
    "value",
    [b"ff" + PARENT[2:], PARENT.replace(ID, b"0" * 32), PARENT.replace(b"00f067aa0ba902b7", b"0" * 16),
     PARENT.upper(), PARENT[:-1], PARENT + b"x", PARENT + b"\n", b""],
)  # fmt: skip
def test_a_broken_traceparent_is_none(value: bytes) -> None:
    assert tracing.trace_id([(b"traceparent", value), (b"x-request-id", b"mine")]) == "mine"


@pytest.mark.parametrize("value", [b"", b"a b", b"a\nb", b"x" * 65, b"\xff", b'"'])
def test_what_could_harm_a_log_is_replaced(value: bytes) -> None:
    found = tracing.trace_id([(b"x-request-id", value)])
    assert len(found) == 32
    assert found != tracing.trace_id([(b"x-request-id", value)])


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord({"msg": "GET %s", "args": ("/a\n/b",), "status": 200})
    token = tracing.current.set("the id")
    try:
        line = tracing.JsonFormatter().format(record)
    finally:
        tracing.current.reset(token)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["message"], read["trace_id"], read["status"]) == ("GET /a\n/b", "the id", 200)
    assert json.loads(tracing.JsonFormatter().format(record))["trace_id"] is None
