"""The service against its own OpenAPI document: schemathesis makes requests that follow it or do not.

The number of cases is fixed and so are they. What JSON Schema cannot say (amounts in steps, rules
between columns) may refuse a request that follows the document, and only that.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from churn.serving import predictions as served
from churn.serving.replies import Reply
from running_service import Running, Serve, knows, model

CASES = 40
BEYOND_JSON_SCHEMA = {"schema_rule", "price_step", "contradicts_store"}
Records = list[dict[str, Any]]

load_all_checks()


@pytest.fixture
def running(serve: Serve, records: Records) -> Running:
    # It tries many wrong keys, for which it would have to pause.
    return serve(model(), knows(records), rate=1e9, burst=1e9, free_failures=10_000)


class AlwaysOn:
    """The application without its start and end, which schemathesis would have around every call."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)
            return
        for _ in range(2):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})


def fuzz(running: Running, mode: GenerationMode, cases: int) -> Counter[tuple[str, int]]:
    """How often each operation gave each status; raises at what breaks the document."""
    found: Counter[tuple[str, int]] = Counter()
    acceptance: list[Any] = CHECKS.get_by_names(["positive_data_acceptance"])

    def check(case: schemathesis.Case) -> None:
        response = case.call(headers=running.headers)
        case.validate_response(response, excluded_checks=acceptance)
        found[f"{case.operation.method.upper()} {case.operation.path}", response.status_code] += 1
        if mode is GenerationMode.POSITIVE and response.status_code != 200:
            assert response.status_code == 422, response.text
            assert {one["type"] for one in response.json()["detail"]} <= BEYOND_JSON_SCHEMA

    document = schemathesis.openapi.from_asgi("/openapi.json", AlwaysOn(running.app))
    for result in document.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # there is nothing in it that could be wrong
        settings(
            max_examples=cases, derandomize=True, database=None, deadline=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )(given(case=operation.as_strategy(mode))(check))()  # fmt: skip
    return found


def test_what_follows_the_document_is_answered(running: Running) -> None:
    found = fuzz(running, GenerationMode.POSITIVE, CASES)
    assert {operation for operation, _ in found} == {
        "POST /v1/predict", "POST /v1/predict/batch", "GET /v1/champion", "GET /health",
        "GET /ready", "GET /metrics",
    }  # fmt: skip
    assert found["POST /v1/predict", 200] > 0
    assert found["POST /v1/predict/batch", 200] > 0
    assert {row["source"] for row in running.rows()} == {"rule"}  # nobody knows these customers


def test_what_does_not_follow_it_is_refused(running: Running) -> None:
    found = fuzz(running, GenerationMode.NEGATIVE, CASES)
    for operation in ("POST /v1/predict", "POST /v1/predict/batch"):
        # Some change or repeat the header with the key.
        assert found[operation, 422] + found[operation, 401] == CASES, found
        assert found[operation, 422] > 0
    assert running.rows() == []


@pytest.mark.parametrize("planted", ["server error", "another answer", "accepts everything"])
def test_a_planted_fault_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    mode = GenerationMode.POSITIVE
    with monkeypatch.context() as harmed:
        if planted == "server error":
            harmed.setattr(served, "rendered", lambda answer: Reply(500, b"{}"))
        elif planted == "another answer":
            harmed.setattr(served, "rendered", lambda answer: Reply(200, b'{"contact": 3}'))
        else:
            mode = GenerationMode.NEGATIVE
            harmed.setattr(served, "problem", lambda *_: Reply(200, b'{"detail": ""}'))
        with pytest.raises((AssertionError, BaseExceptionGroup)) as caught:
            fuzz(running, mode, 10)
    if isinstance(caught.value, BaseExceptionGroup):
        assert caught.value.exceptions
