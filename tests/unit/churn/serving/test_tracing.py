"""One id, whoever gave it, log lines that stay lines, and the spans of one prediction."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from churn import schema
from churn.serving import tracing
from churn.serving.champion import Champion
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.recorder import Recorder
from churn.serving.spans import Spans, exporter
from running_service import Running, Serve

Records = list[dict[str, Any]]
ID = b"4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = b"00f067aa0ba902b7"
PARENT = b"00-" + ID + b"-" + CALLER + b"-01"
UNSAMPLED = PARENT[:-1] + b"0"


class Keeps:
    """A sink that would keep every trace about which the caller did not decide, or none."""

    def __init__(self, every: bool = True) -> None:
        self.every = every

    def samples(self, trace_id: str) -> bool:
        return self.every

    def finished(self, *_: Any) -> None: ...
    def stored(self, *_: Any) -> None: ...
    def close(self) -> None: ...


def test_the_id_of_the_trace_is_kept() -> None:
    both = [(b"x-request-id", b"mine"), (b"traceparent", PARENT)]
    for headers in ([both[1]], both, both[::-1]):
        trace = tracing.begin(headers, Keeps())
        assert (trace.trace_id, trace.parent_id) == (ID.decode(), CALLER.decode())
        assert trace.traceparent == f"00-{ID.decode()}-{trace.span_id}-01"
        assert trace.span_id != trace.parent_id
    assert trace.request_id == "mine"


def test_the_caller_decides_what_is_sampled_and_else_the_share() -> None:
    def sampled(value: bytes | None, sink: tracing.Sink | None) -> bool:
        headers = [] if value is None else [(b"traceparent", value)]
        trace = tracing.begin(headers, sink)
        assert trace.traceparent.endswith("01" if trace.sampled else "00")
        return trace.sampled

    for every in (True, False):
        assert sampled(PARENT, Keeps(every))
        assert sampled(PARENT[:-2] + b"03", Keeps(every))  # other bits are others' business
        assert not sampled(UNSAMPLED, Keeps(every))
        assert sampled(None, Keeps(every)) is every
    assert not sampled(PARENT, None)  # nobody would keep it
    assert not sampled(None, None)


def test_the_callers_own_name_for_it_is_kept_beside() -> None:
    trace = tracing.begin([(b"x-request-id", b"Call-7.3_a")])
    assert trace.request_id == "Call-7.3_a"
    assert len(trace.trace_id) == 32


@pytest.mark.parametrize(
    "value",
    [b"ff" + PARENT[2:], PARENT.replace(ID, b"0" * 32), PARENT.replace(CALLER, b"0" * 16),
     PARENT.upper(), PARENT[:-1], PARENT + b"x", PARENT + b"\n", b""],
)  # fmt: skip
def test_a_broken_traceparent_is_none(value: bytes) -> None:
    trace = tracing.begin([(b"traceparent", value)])
    assert trace.trace_id != ID.decode()
    assert trace.parent_id is None


@pytest.mark.parametrize("value", [b"", b"a b", b"a\nb", b"x" * 65, b"\xff", b'"'])
def test_what_could_harm_a_log_is_left_out(value: bytes) -> None:
    trace = tracing.begin([(b"x-request-id", value)])
    assert trace.request_id is None
    assert trace.trace_id != tracing.begin([]).trace_id


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord({"msg": "GET %s", "args": ("/a\n/b",), "status": 200})
    trace = tracing.begin([])
    token = tracing.current.set(trace)
    try:
        line = tracing.JsonFormatter().format(record)
    finally:
        tracing.current.reset(token)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["message"], read["trace_id"]) == ("GET /a\n/b", trace.trace_id)
    assert read["status"] == 200
    assert json.loads(tracing.JsonFormatter().format(record))["trace_id"] is None


def test_a_stage_is_noted_only_where_somebody_wants_it() -> None:
    with tracing.stage("outside of a request"):
        pass
    for sink, expected in ((None, []), (Keeps(), [("score", {"n": 1, "m": 2}, "ValueError")])):
        trace = tracing.begin([], sink)
        token = tracing.current.set(trace)
        with suppress(ValueError), tracing.stage("score", n=1) as about:
            about["m"] = 2
            raise ValueError
        tracing.current.reset(token)
        assert [(one.name, one.about, one.error) for one in trace.stages] == expected
        assert all(one.start <= one.end for one in trace.stages)


# Spans.


def model(score: Any = lambda records: np.full(len(records), 0.5)) -> Champion:
    return Champion("7", "d" * 64, 0.24, score, 0.0)


def traced(serve: Serve, records: Records, champion: Champion, share: float = 1.0) -> Running:
    rows = {one[schema.ID]: {name: one[name] for name in schema.FEATURES} for one in records}
    lookup = lambda ids: {one: rows[one] for one in ids if one in rows}  # noqa: E731
    return serve(champion, lookup, sink=Spans(InMemorySpanExporter(), share))


def finished(running: Running) -> list[ReadableSpan]:
    sink: Any = running.service.sink
    sink.flush()
    return list(sink.exporter.get_finished_spans())


def hexadecimal(span: ReadableSpan) -> tuple[str, str]:
    assert span.context
    return format_trace_id(span.context.trace_id), format_span_id(span.context.span_id)


def parent(span: ReadableSpan) -> str | None:
    return format_span_id(span.parent.span_id) if span.parent else None


def about(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_the_trace_of_one_prediction(serve: Serve, records: Records) -> None:
    """From the caller's span to the row in the evaluation store, by ids alone."""
    running = traced(serve, records, model())
    headers = {**running.headers, "traceparent": PARENT.decode(), "x-request-id": "call-7"}
    answer = running.post({schema.ID: records[0][schema.ID]}, headers=headers)
    (row,) = running.rows()
    spans = finished(running)
    assert {hexadecimal(span)[0] for span in spans} == {ID.decode()} == {row["trace_id"]}
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"] == ID.decode()

    (root,) = [span for span in spans if parent(span) == CALLER.decode()]
    own = hexadecimal(root)[1]
    assert answer.headers["traceparent"] == f"00-{ID.decode()}-{own}-01"
    assert (root.name, root.kind) == ("POST /v1/predict", SpanKind.SERVER)
    assert about(root) == {
        "http.route": "/v1/predict", "http.response.status_code": 200, "churn.request_id": "call-7",
    }  # fmt: skip

    children = [span for span in spans if span is not root]
    assert {parent(span) for span in children} == {own}
    children.sort(key=lambda span: span.start_time or 0)
    assert [span.name for span in children] == [
        "validate request", "look up features", "score", "validate prediction", "keep",
        "write to evaluation store",
    ]  # fmt: skip
    assert about(children[1]) == {"churn.customers": 1, "churn.reason": ""}
    assert about(children[2]) == {"churn.model_version": "7"}
    times = [(span.start_time or 0, span.end_time or 0) for span in (root, *children)]
    assert all(start <= end for start, end in times)
    assert all(times[0][0] <= start and end <= times[0][1] for start, end in times[1:-1])
    assert times[-1][0] >= times[-2][1]  # the database is not on the way of the answer
    assert all(span.status.status_code is not StatusCode.ERROR for span in spans)


def test_a_trace_says_what_went_wrong(serve: Serve, records: Records) -> None:
    def breaks(_: Any) -> Any:
        raise RuntimeError("a bug in the model")

    running = traced(serve, records, model(breaks))
    running.post(records[0])
    running.post({schema.ID: "0000-AAAAA"})
    running.post({"customerID": "?"})
    spans = {span.name: span for span in finished(running)}
    assert spans["score"].status.status_code is StatusCode.ERROR
    assert spans["score"].status.description == "RuntimeError"
    assert about(spans["validate prediction"])["churn.reason"] == "model_failed"
    assert about(spans["look up features"])["churn.reason"] == "unknown_customer"
    assert spans["validate request"].status.description == "ValidationError"
    statuses = [about(span).get("http.response.status_code") for span in finished(running)]
    assert [status for status in statuses if status] == [200, 200, 422]


def test_a_batch_is_one_write_and_other_traces_are_their_own(
    serve: Serve, records: Records
) -> None:
    running = traced(serve, records, model())
    running.post({"customers": records[:3]}, "/v1/predict/batch")
    running.post(records[0])
    unsampled = {**running.headers, "traceparent": UNSAMPLED.decode()}
    running.post(records[0], headers=unsampled)
    assert len(running.rows()) == 5
    spans = finished(running)
    writes = [span for span in spans if span.name == "write to evaluation store"]
    roots = {hexadecimal(span) for span in spans if span.kind is SpanKind.SERVER}
    assert {(hexadecimal(span)[0], parent(span)) for span in writes} == roots
    assert len(writes) == len(roots) == len({trace for trace, _ in roots}) == 2


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_the_traces_is_kept(serve: Serve, records: Records, share: float) -> None:
    running = traced(serve, records, model(), share)
    running.post(records[0])
    assert bool(finished(running)) == bool(share)
    sink: Any = Spans(InMemorySpanExporter(), 0.25)
    assert [sink.samples("f" * 16 + f"{part:x}" + "0" * 15) for part in range(16)] == (
        [True] * 4 + [False] * 12
    )
    sink.close()


def test_what_another_process_left_in_the_journal_belongs_to_its_trace(
    tmp_path: Path, serve: Serve, records: Records
) -> None:
    running = traced(serve, records, model())
    running.post(records[0], headers={**running.headers, "traceparent": PARENT.decode()})
    (root,) = [span for span in finished(running) if span.kind is SpanKind.SERVER]
    # Its process ended before the row was moved; another one moves it, without the first's memory.
    journal = running.service.recorder.journal
    journal._close_segment()
    journal._own.release()
    lines = tmp_path / "traces" / "other.jsonl"
    sink = Spans(exporter(str(lines)), 1.0)
    store = EvaluationStore(f"sqlite:///{tmp_path}/evaluation.db")
    other = Recorder(Journal(journal.folder), store, sink=sink)
    other.close()
    sink.close()
    (line,) = [json.loads(text) for text in lines.read_text().splitlines()]
    assert line["name"] == "write to evaluation store"
    assert line["context"]["trace_id"] == f"0x{ID.decode()}"
    assert line["parent_id"] == f"0x{hexadecimal(root)[1]}"
    assert isinstance(exporter("memory"), InMemorySpanExporter)
