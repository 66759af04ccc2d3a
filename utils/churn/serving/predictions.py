"""The two routes that predict, as plain ASGI: from the key to the row that is kept, and the answer.

FastAPI's way to a route (exit stacks, dependencies, a request and a response object, layers that
look for exceptions) takes longer than the model for its score. So these two go past it, and it keeps
what it does best: their documentation, and all other routes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from churn.serving import access, answers, schemas, tracing
from churn.serving.access import Access, AccessError
from churn.serving.fallback import Reason
from churn.serving.journal import JournalError
from churn.serving.metrics import Metrics
from churn.serving.predictor import ContradictionError, Outcome, Predictor
from churn.serving.recorder import Recorder
from churn.serving.replies import Reply, problem, refusal
from churn.serving.reputation import Conduct, Reputation
from churn.serving.schemas import CustomerRequest, Prediction
from churn.serving.tracing import stage

_KEY = access.HEADER.encode()


@dataclass(frozen=True)
class Shape:
    """How one route is asked and answers.

    Attributes:
        read: the customers whom a body is about; raises pydantic's ``ValidationError``.
        write: the answer's model, of one prediction for each.
        where: in the body, the customer with this index stands.
    """

    read: Callable[[bytes], Sequence[CustomerRequest]]
    write: Callable[[Sequence[Prediction]], BaseModel]
    where: Callable[[int], list[str | int]]


ONE = Shape(
    read=lambda body: [schemas.PredictionRequest.model_validate_json(body)],
    write=lambda predictions: predictions[0],
    where=lambda index: [],
)
BATCH = Shape(
    read=lambda body: schemas.BatchRequest.model_validate_json(body).customers,
    write=lambda predictions: schemas.BatchPrediction(predictions=list(predictions)),
    where=lambda index: ["customers", index],
)


@dataclass(frozen=True)
class Predictions:
    """An ASGI application behind :class:`churn.serving.gate.Gate`, which puts into the scope's state
    the trace id and the time when the request came.

    Attributes:
        budget: seconds for look-up and model together.
    """

    shape: Shape
    budget: float
    access: Access
    predictor: Predictor
    recorder: Recorder
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, refuse it, or raise what is a bug of ours."""
        try:
            reply = await self._reply(self.access.admit(*who(scope)), scope, receive)
        except (AccessError, JournalError) as error:
            reply = refusal(error, scope["state"]["trace_id"])
        await reply.send(send)

    async def _reply(self, client: str, scope: Scope, receive: Receive) -> Reply:
        trace_id, reputation = scope["state"]["trace_id"], self.access.reputation
        try:
            with stage("validate request"):
                wanted = self.shape.read(await _body(receive))
            self.access.charge(client, len(wanted))
            predictions = await self._answer(client, wanted, scope)
        except ValidationError as error:
            reputation.note(client, Conduct.INVALID)
            return problem(422, answers.field_problems(error), trace_id)
        except ContradictionError as error:
            reputation.note(client, Conduct.CONTRADICTION)
            where = ["body", *self.shape.where(error.index), error.column]
            wrong = {"loc": where, "msg": error.message, "type": "contradicts_store"}
            return problem(422, [wrong], trace_id)
        return rendered(self.shape.write(predictions))

    async def _answer(
        self, client: str, wanted: Sequence[CustomerRequest], scope: Scope
    ) -> list[Prediction]:
        """The answers, once their rows are kept."""
        reputation = self.access.reputation
        withheld = any(one.explain for one in wanted) and not reputation.may_explain(client)
        asked = (
            [one.model_copy(update={"explain": False}) for one in wanted] if withheld else wanted
        )
        outcomes = await self.predictor.predict(asked, self.budget)
        if withheld:
            for one in outcomes:
                one.explanation_problem = "no explanations for this client at present"
        _note(reputation, client, outcomes)
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        milliseconds = round(1000 * (perf_counter() - scope["state"]["started"]), 3)
        predictions = [answers.prediction(one, scope["state"]["trace_id"]) for one in outcomes]
        with stage("keep"):
            trace = tracing.current.get()
            self.recorder.record(
                [
                    answers.row(prediction, outcome, at, client, milliseconds)
                    for prediction, outcome in zip(predictions, outcomes, strict=True)
                ],
                trace.traceparent if trace is not None and trace.sampled else None,
            )
        self.metrics.predicted(outcomes)
        return predictions


def rendered(answer: BaseModel, status: int = 200) -> Reply:
    """A model as a reply."""
    return Reply(status, answer.model_dump_json().encode())


def who(scope: Scope) -> tuple[str | None, str]:
    """The API key that a request has, if any, and the address that it comes from."""
    key = next((value.decode("latin-1") for name, value in scope["headers"] if name == _KEY), None)
    return key, (scope.get("client") or ("",))[0]


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _note(reputation: Reputation, client: str, outcomes: Sequence[Outcome]) -> None:
    strangers = sum(one.reason is Reason.UNKNOWN_CUSTOMER for one in outcomes)
    for conduct, times in (
        (Conduct.STRANGER, strangers),
        (Conduct.GOOD, len(outcomes) - strangers),
    ):
        if times:
            reputation.note(client, conduct, times)
