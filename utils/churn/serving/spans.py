"""OpenTelemetry's spans of the service's requests, made and exported when the answer is sent.

    spans = Spans(exporter("traces.jsonl"), share=0.01)

A sampled request becomes a span, a child of the caller's, with one child for each of its stages and
one for the write to the evaluation store, which happens later and perhaps in another process. The
SDK's ``BatchSpanProcessor`` exports them in a thread of its own, and drops what a full queue does
not take: a trace may be lost, a prediction's row never.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from churn.serving.tracing import Trace

#: Spans that an exporter in memory holds at most, the latest.
IN_MEMORY = 10_000
#: Milliseconds until finished spans are exported.
DELAY = 500.0


def exporter(where: str) -> SpanExporter:
    """``memory``, for a test or a lesson; else the path of a file of JSON lines, of one process."""
    if where == "memory":
        return InMemorySpanExporter(IN_MEMORY)
    return _Lines(Path(where))


class Spans:
    """A :class:`churn.serving.tracing.Sink`.

    Args:
        exporter: any of OpenTelemetry's.
        share: of the traces that are kept, where the caller did not decide; from 0 to 1.
    """

    def __init__(self, exporter: SpanExporter, share: float) -> None:
        self.exporter = exporter
        # The rule of OpenTelemetry's TraceIdRatioBased.
        self._below = round(share * 2**64)
        self._ids = _Ids()
        # Who is sampled was decided when the request came.
        self._provider = TracerProvider(
            ALWAYS_ON, Resource.create({"service.name": "churn"}), shutdown_on_exit=False,
            id_generator=self._ids,
        )  # fmt: skip
        processor = BatchSpanProcessor(exporter, schedule_delay_millis=DELAY)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("churn.serving")

    def samples(self, trace_id: str) -> bool:
        """By the lower half of the id."""
        return int(trace_id[16:], 16) < self._below

    def finished(self, trace: Trace, name: str, status: int, about: Mapping[str, Any]) -> None:
        """The request's span, from its beginning to now, and those of its stages."""
        parent = Context() if trace.parent_id is None else _under(trace.trace_id, trace.parent_id)
        self._ids.give(trace.trace_id, trace.span_id)
        span = self._tracer.start_span(
            name, parent, api.SpanKind.SERVER, about, start_time=trace.started
        )
        if status >= 500:
            span.set_status(api.StatusCode.ERROR)
        inside = api.set_span_in_context(span, Context())
        for stage in trace.stages:
            child = self._tracer.start_span(
                stage.name, inside, attributes=stage.about, start_time=stage.start
            )
            if stage.error is not None:
                child.set_status(api.StatusCode.ERROR, stage.error)
            child.end(stage.end)
        span.end()

    def stored(self, traceparents: Sequence[str], start: int, end: int) -> None:
        """One span in each trace, for the same transaction."""
        for one in traceparents:
            _, trace_id, span_id, _ = one.split("-")
            span = self._tracer.start_span(
                "write to evaluation store", _under(trace_id, span_id), api.SpanKind.CONSUMER,
                start_time=start,
            )  # fmt: skip
            span.end(end)

    def flush(self) -> None:
        """Export what is finished, now."""
        self._provider.force_flush()

    def close(self) -> None:
        """Export the rest, and end the thread. What is in memory stays to be read."""
        self._provider.shutdown()


class _Ids(RandomIdGenerator):
    """A request's span gets the ids that its answer named; all others random ones."""

    def __init__(self) -> None:
        self._given = threading.local()

    def give(self, trace_id: str, span_id: str) -> None:
        self._given.trace_id, self._given.span_id = int(trace_id, 16), int(span_id, 16)

    def generate_trace_id(self) -> int:
        return self._given.__dict__.pop("trace_id", None) or super().generate_trace_id()

    def generate_span_id(self) -> int:
        return self._given.__dict__.pop("span_id", None) or super().generate_span_id()


class _Lines(ConsoleSpanExporter):
    """OpenTelemetry's own JSON of a span, one a line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        out = path.open("a", encoding="utf-8")
        super().__init__(out=out, formatter=lambda span: span.to_json(indent=None) + "\n")

    def shutdown(self) -> None:
        self.out.close()


def _under(trace_id: str, span_id: str) -> Context:
    """The context of a span elsewhere."""
    flags = api.TraceFlags(api.TraceFlags.SAMPLED)
    there = api.SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=flags)
    return api.set_span_in_context(api.NonRecordingSpan(there), Context())
