"""What an assistant did, as OpenTelemetry's spans with the attributes of its GenAI conventions.

    invoke_agent support            the whole task
      chat scripted-obedient-1      one turn of the model
      execute_tool grant_credit     one call of a tool, executed or refused

The conventions are still in development and names may change; they are taken from
``opentelemetry.semconv``, so that a new version of it is noticed. What the guard thought of a call is
not in them: those attributes have the prefix ``churn``. Texts can hold personal data: they are
recorded only on request, and masked (:mod:`churn.assistant.pii`).
Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import NoOpTracer, Span, SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from churn.assistant import pii
from churn.assistant.guard import Decision, Verdict
from churn.assistant.provenance import Call

PROVIDER = "churn.scripted"
DECISION, REASON = "churn.guard.verdict", "churn.guard.reason"
UNTRUSTED = "churn.context.untrusted_pieces"


class Recorder:
    """Records a session.

    Args:
        tracer: of OpenTelemetry; by default one that records nothing.
        texts: whether tools' arguments are recorded, masked.
    """

    def __init__(self, tracer: Tracer | None = None, texts: bool = False) -> None:
        self._tracer = tracer or NoOpTracer()
        self._texts = texts

    @contextmanager
    def agent(self, name: str, conversation: str) -> Iterator[Span]:
        """The span of a whole task."""
        about = {
            gen_ai.GEN_AI_OPERATION_NAME: "invoke_agent",
            gen_ai.GEN_AI_PROVIDER_NAME: PROVIDER,
            gen_ai.GEN_AI_AGENT_NAME: name,
            gen_ai.GEN_AI_CONVERSATION_ID: conversation,
        }
        with self._tracer.start_as_current_span(f"invoke_agent {name}", attributes=about) as span:
            yield span

    def chat(self, model: str, words: int, calls: int, untrusted: int) -> None:
        """One turn of a model that read ``words`` words and asked for ``calls`` new calls."""
        about: dict[str, AttributeValue] = {
            gen_ai.GEN_AI_OPERATION_NAME: "chat",
            gen_ai.GEN_AI_PROVIDER_NAME: PROVIDER,
            gen_ai.GEN_AI_REQUEST_MODEL: model,
            # The scripted model has no tokens: words stand for them.
            gen_ai.GEN_AI_USAGE_INPUT_TOKENS: words,
            gen_ai.GEN_AI_RESPONSE_FINISH_REASONS: ["tool_calls" if calls else "stop"],
            UNTRUSTED: untrusted,
        }
        self._tracer.start_span(f"chat {model}", kind=SpanKind.CLIENT, attributes=about).end()

    def tool(self, call: Call, decision: Decision, executed: bool) -> None:
        """A call, with what the guard said and whether it was executed."""
        about = {
            gen_ai.GEN_AI_OPERATION_NAME: "execute_tool",
            gen_ai.GEN_AI_TOOL_NAME: call.tool,
            gen_ai.GEN_AI_TOOL_TYPE: "function",
            DECISION: decision.verdict.value,
            REASON: decision.reason,
        }
        if self._texts:
            about[gen_ai.GEN_AI_TOOL_CALL_ARGUMENTS] = pii.mask(str(call.value))
        span = self._tracer.start_span(f"execute_tool {call.tool}", attributes=about)
        if not executed:
            refused = "denied" if decision.verdict is Verdict.DENY else "not_executed"
            span.set_attribute(ERROR_TYPE, refused)
            span.set_status(StatusCode.ERROR, decision.reason)
        span.end()
