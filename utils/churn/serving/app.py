"""The HTTP service: routes, and in which order a request is judged.

Size (413), key (401), rate (429), fields (422), then the answer, and it is sent once its row is
kept. The routes that predict read the body themselves: FastAPI would parse it before it asks who
sent it, and takes longer for it than the model for its score.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from churn.serving import access, answers, schemas, tracing
from churn.serving.access import Access, AccessError
from churn.serving.champions import Champions
from churn.serving.fallback import Reason
from churn.serving.gate import Gate
from churn.serving.journal import JournalError
from churn.serving.metrics import CONTENT_TYPE, Metrics
from churn.serving.predictor import ContradictionError, Outcome, Predictor
from churn.serving.recorder import Recorder
from churn.serving.reputation import Conduct, Reputation
from churn.serving.settings import Settings
from churn.serving.tracing import stage
from churn.serving.watchdog import watching

_REFS = "#/components/schemas/{model}"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": schemas.Problem, "description": "no valid API key"},
    413: {"model": schemas.Problem, "description": "the body is too large"},
    422: {"model": schemas.FieldProblems, "description": "fields that are wrong, by name"},
    429: {"model": schemas.Problem, "description": "too many requests; see Retry-After"},
    503: {"model": schemas.Problem, "description": "not now; see Retry-After"},
}


@dataclass(frozen=True)
class Service:
    """The parts of a service."""

    settings: Settings
    access: Access
    champions: Champions
    predictor: Predictor
    recorder: Recorder
    sink: tracing.Sink | None = None

    def start(self) -> None:
        """Look for the champion and begin to move rows."""
        self.recorder.start()
        self.champions.watch(self.settings.poll)

    def close(self) -> None:
        """End the threads; returns when all rows are where they belong."""
        self.champions.close()
        self.predictor.close()
        self.recorder.close()
        if self.sink is not None:
            self.sink.close()

    def problems(self) -> list[str]:
        """Why the service should get no requests now."""
        champion = self.champions.problem if self.champions.current is None else None
        return [problem for problem in (champion, self.recorder.journal.problem) if problem]

    def troubles(self) -> list[str]:
        """What is wrong although requests are answered, all or some by the rule."""
        waiting = self.champions.problem if self.champions.current is not None else None
        found = [*self.predictor.problems(), *self.predictor.stuck()]
        return [problem for problem in (*found, waiting, self.recorder.problem) if problem]


def create_app(service: Service, watchdog: bool = False) -> FastAPI:
    """The ASGI application of a service, which it starts and ends.

    Args:
        watchdog: whether to end the process when its event loop is stuck, see ``watchdog``. For one
            that somebody starts again.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with watching(service.settings.hang_limit) if watchdog else nullcontext():
            await asyncio.to_thread(service.start)
            yield
            await asyncio.to_thread(service.close)

    # The pages of documentation load their scripts from elsewhere; /openapi.json does not.
    app = FastAPI(title="Churn", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    metrics = Metrics(service.champions, service.recorder, service.predictor)
    limit = service.settings.max_body
    app.add_middleware(Gate, metrics=metrics, max_body=limit, sink=service.sink)
    app.add_exception_handler(AccessError, _refused)
    app.add_exception_handler(JournalError, _not_kept)
    _add_predictions(app, service, metrics)
    _add_state(app, service, metrics)
    app.openapi = _documented(app)  # type: ignore[method-assign]
    return app


def _add_predictions(app: FastAPI, service: Service, metrics: Metrics) -> None:
    settings = service.settings

    async def answer(
        request: Request, client: str, wanted: Sequence[schemas.CustomerRequest], budget: float
    ) -> list[schemas.Prediction]:
        reputation = service.access.reputation
        withheld = any(one.explain for one in wanted) and not reputation.may_explain(client)
        asked = (
            [one.model_copy(update={"explain": False}) for one in wanted] if withheld else wanted
        )
        outcomes = await service.predictor.predict(asked, budget)
        if withheld:
            for one in outcomes:
                one.explanation_problem = "no explanations for this client at present"
        _note(reputation, client, outcomes)
        trace_id, started = request.state.trace_id, request.state.started
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        milliseconds = round(1000 * (perf_counter() - started), 3)
        predictions = [answers.prediction(one, trace_id) for one in outcomes]
        with stage("keep"):
            trace = tracing.current.get()
            service.recorder.record(
                [
                    answers.row(prediction, outcome, at, client, milliseconds)
                    for prediction, outcome in zip(predictions, outcomes, strict=True)
                ],
                trace.traceparent if trace is not None and trace.sampled else None,
            )
        metrics.predicted(outcomes)
        return predictions

    @app.post("/v1/predict", response_model=schemas.Prediction, **_documents("PredictionRequest"))
    async def predict(request: Request) -> Response:
        """Shall this customer be contacted? Columns that are left out are looked up."""
        client = _admitted(request, service.access)
        try:
            with stage("validate request"):
                wanted = schemas.PredictionRequest.model_validate_json(await request.body())
            (prediction,) = await answer(request, client, [wanted], settings.budget)
        except ValidationError as error:
            service.access.reputation.note(client, Conduct.INVALID)
            return _wrong(request, error)
        except ContradictionError as error:
            service.access.reputation.note(client, Conduct.CONTRADICTION)
            return _contradicts(request, error, [])
        return _json(prediction)

    @app.post(
        "/v1/predict/batch", response_model=schemas.BatchPrediction, **_documents("BatchRequest")
    )
    async def predict_batch(request: Request) -> Response:
        """The same for many customers; if one is wrong, none is answered."""
        client = _admitted(request, service.access)
        try:
            with stage("validate request"):
                wanted = schemas.BatchRequest.model_validate_json(await request.body()).customers
            service.access.charge(client, len(wanted))
            found = await answer(request, client, wanted, settings.batch_budget)
        except ValidationError as error:
            service.access.reputation.note(client, Conduct.INVALID)
            return _wrong(request, error)
        except ContradictionError as error:
            service.access.reputation.note(client, Conduct.CONTRADICTION)
            return _contradicts(request, error, ["customers", error.index])
        return _json(schemas.BatchPrediction(predictions=found))


def _add_state(app: FastAPI, service: Service, metrics: Metrics) -> None:
    @app.get("/v1/champion", response_model=schemas.Champion, **_documents(None))
    async def champion(request: Request) -> Response:
        """Which version answers now."""
        _admitted(request, service.access)
        now = service.champions.current
        if now is None:
            return _problem(request, 503, service.champions.problem or "nobody is champion")
        return _json(
            schemas.Champion(version=now.version, digest=now.digest, threshold=now.threshold)
        )

    @app.get(
        "/health", response_model=schemas.Health,
        responses={503: {"model": schemas.Health, "description": "start the process again"}},
    )  # fmt: skip
    async def health() -> Response:
        """200 as long as the process does its work: start it again if it does not, or is silent."""
        if stuck := service.predictor.stuck():
            return _json(schemas.Health(status="stuck", problems=stuck), 503)
        return _json(schemas.Health(status="alive"))

    @app.get(
        "/ready", response_model=schemas.Health,
        responses={503: {"model": schemas.Health, "description": "send requests elsewhere"}},
    )  # fmt: skip
    async def ready() -> Response:
        """200 with a champion and a journal. ``degraded`` is 200, too: all instances share a store
        that hangs, and if none of them got requests, not even the rule would answer."""
        if problems := service.problems():
            return _json(schemas.Health(status="not ready", problems=problems), 503)
        if troubles := service.troubles():
            return _json(schemas.Health(status="degraded", problems=troubles))
        return _json(schemas.Health(status="ready"))

    @app.get("/metrics", response_class=PlainTextResponse)
    async def figures() -> Response:
        """In Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _admitted(request: Request, to: Access) -> str:
    address = request.client.host if request.client else ""
    return to.admit(request.headers.get(access.HEADER), address)


def _note(reputation: Reputation, client: str, outcomes: Sequence[Outcome]) -> None:
    strangers = sum(one.reason is Reason.UNKNOWN_CUSTOMER for one in outcomes)
    reputation.note(client, Conduct.STRANGER, strangers)
    reputation.note(client, Conduct.GOOD, len(outcomes) - strangers)


def _json(answer: BaseModel, status: int = 200) -> Response:
    return Response(answer.model_dump_json(), status, media_type="application/json")


def _problem(request: Request, status: int, detail: str, **headers: str) -> Response:
    body = {"detail": detail, "trace_id": request.state.trace_id}
    return JSONResponse(body, status, headers)


def _wrong(request: Request, error: ValidationError) -> Response:
    return JSONResponse(
        {"detail": answers.field_problems(error), "trace_id": request.state.trace_id}, 422
    )


def _contradicts(request: Request, error: ContradictionError, where: list[str | int]) -> Response:
    location = ["body", *where, error.column]
    problem = {"loc": location, "msg": error.message, "type": "contradicts_store"}
    return JSONResponse({"detail": [problem], "trace_id": request.state.trace_id}, 422)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AccessError)
    return JSONResponse(
        {"detail": error.detail, "trace_id": request.state.trace_id},
        error.status,
        dict(error.headers),
    )


async def _not_kept(request: Request, error: Exception) -> Response:
    return JSONResponse(
        {"detail": "the prediction cannot be kept now", "trace_id": request.state.trace_id},
        503,
        {"retry-after": "1"},
    )


def _documents(body: str | None) -> dict[str, Any]:
    """What FastAPI cannot see of a route: its key, its body, and its refusals."""
    extra: dict[str, Any] = {"security": [{"apiKey": []}]}
    problems = dict(_PROBLEMS)
    if body is None:
        del problems[413], problems[422]
    else:
        content = {"application/json": {"schema": {"$ref": _REFS.format(model=body)}}}
        extra["requestBody"] = {"required": True, "content": content}
    return {"responses": problems, "openapi_extra": extra}


def _documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            document = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _, bodies = models_json_schema(
                [(schemas.PredictionRequest, "validation"), (schemas.BatchRequest, "validation")],
                ref_template=_REFS,
            )
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(bodies["$defs"])
            key = {"type": "apiKey", "in": "header", "name": access.HEADER}
            components["securitySchemes"] = {"apiKey": key}
            app.openapi_schema = document
        return app.openapi_schema

    return openapi
