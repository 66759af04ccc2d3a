"""The HTTP service: routes, and in which order a request is judged.

Size (413), key (401), rate (429), fields (422), then the answer, and it is sent once its row is
kept. The two routes that predict go past FastAPI, see ``predictions``; it has their documentation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse, Response
from pydantic.json_schema import models_json_schema
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.serving import access, schemas, tracing
from churn.serving.access import Access, AccessError
from churn.serving.champions import Champions
from churn.serving.gate import Gate
from churn.serving.metrics import CONTENT_TYPE, Metrics
from churn.serving.predictions import BATCH, ONE, Predictions, rendered, who
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from churn.serving.replies import failure, problem, refusal
from churn.serving.settings import Settings
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
    app = _Gated(title="Churn", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    metrics = Metrics(service.champions, service.recorder, service.predictor)
    app.gate = Gate(
        partial(FastAPI.__call__, app), metrics, service.settings.max_body, service.sink,
        posts=_predictions(service, metrics),
    )  # fmt: skip
    app.add_exception_handler(AccessError, _refused)
    app.add_exception_handler(Exception, _failed)
    _document_predictions(app)
    _add_state(app, service, metrics)
    app.openapi = _documented(app)  # type: ignore[method-assign]
    return app


class _Gated(FastAPI):
    """FastAPI with a gate around all of it: a middleware would stand within some of its layers."""

    gate: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gate(scope, receive, send)


def _predictions(service: Service, metrics: Metrics) -> dict[str, Predictions]:
    settings = service.settings
    parts = (service.access, service.predictor, service.recorder, metrics)
    return {
        "/v1/predict": Predictions(ONE, settings.budget, *parts),
        "/v1/predict/batch": Predictions(BATCH, settings.batch_budget, *parts),
    }


def _document_predictions(app: FastAPI) -> None:
    """Routes for the document, and for a 405; a POST goes past them."""

    @app.post("/v1/predict", response_model=schemas.Prediction, **_documents("PredictionRequest"))
    async def predict() -> None:
        """Shall this customer be contacted? Columns that are left out are looked up."""
        raise HTTPException(404)

    @app.post(
        "/v1/predict/batch", response_model=schemas.BatchPrediction, **_documents("BatchRequest")
    )
    async def predict_batch() -> None:
        """The same for many customers; if one is wrong, none is answered."""
        raise HTTPException(404)


def _add_state(app: FastAPI, service: Service, metrics: Metrics) -> None:
    @app.get("/v1/champion", response_model=schemas.Champion, **_documents(None))
    async def champion(request: Request) -> Response:
        """Which version answers now."""
        service.access.admit(*who(request.scope))
        now = service.champions.current
        if now is None:
            why = service.champions.problem or "nobody is champion"
            return problem(503, why, request.state.trace_id).response()
        said = schemas.Champion(version=now.version, digest=now.digest, threshold=now.threshold)
        return rendered(said).response()

    @app.get(
        "/health", response_model=schemas.Health,
        responses={503: {"model": schemas.Health, "description": "start the process again"}},
    )  # fmt: skip
    async def health() -> Response:
        """200 as long as the process does its work: start it again if it does not, or is silent."""
        if stuck := service.predictor.stuck():
            return rendered(schemas.Health(status="stuck", problems=stuck), 503).response()
        return rendered(schemas.Health(status="alive")).response()

    @app.get(
        "/ready", response_model=schemas.Health,
        responses={503: {"model": schemas.Health, "description": "send requests elsewhere"}},
    )  # fmt: skip
    async def ready() -> Response:
        """200 with a champion and a journal. ``degraded`` is 200, too: all instances share a store
        that hangs, and if none of them got requests, not even the rule would answer."""
        if problems := service.problems():
            return rendered(schemas.Health(status="not ready", problems=problems), 503).response()
        if troubles := service.troubles():
            return rendered(schemas.Health(status="degraded", problems=troubles)).response()
        return rendered(schemas.Health(status="ready")).response()

    @app.get("/metrics", response_class=PlainTextResponse)
    async def figures() -> Response:
        """In Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


async def _failed(request: Request, error: Exception) -> Response:
    """FastAPI raises the error once more, so that the gate writes it into the log."""
    return failure(request.state.trace_id).response()


async def _refused(request: Request, error: Exception) -> Response:
    return refusal(error, request.state.trace_id).response()


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
