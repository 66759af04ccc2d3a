"""The service over HTTP: what it answers, what it refuses, and that it never fails with a 500."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest

from churn import schema
from churn.serving.app import create_app
from churn.serving.champion import load
from churn.serving.journal import JournalError
from churn.serving.reputation import Conduct
from churn.serving.schemas import MAX_ROWS
from running_service import Running, Serve, Signed, knows, model

Records = list[dict[str, Any]]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_signed_champion_answers_and_all_is_kept(
    serve: Serve, signed: Signed, records: Records
) -> None:
    champion = load(signed.folder, "3", signed.public_key)
    running = serve(champion, knows(records))
    whole = running.post({**records[0], "explain": True})
    part = running.post({schema.ID: records[0][schema.ID]})
    assert whole.status_code == part.status_code == 200
    answer = whole.json()
    assert answer["probability"] == champion.score(records[:1])[0] == part.json()["probability"]
    assert answer["contact"] == (answer["probability"] >= champion.threshold)
    assert (answer["source"], answer["reason"], answer["model_version"]) == ("model", None, "3")
    assert len(answer["explanation"]["contributions"]) == len(schema.FEATURES)
    assert set(part.json()["looked_up"]) == set(schema.FEATURES)
    first, second = running.rows()
    for row, response in ((first, whole), (second, part)):
        sent = response.json()
        kept = ("prediction_id", "trace_id", "probability", "contact", "reason", "explanation")
        assert {name: row[name] for name in kept} == {name: sent[name] for name in kept}
        assert (row["client"], row["customer_id"]) == ("tests", records[0][schema.ID])
        assert row["model_digest"] == champion.digest
        assert row["known"] == {name: records[0][name] for name in schema.FEATURES}
        assert row["looked_up"] == sent["looked_up"]
        assert row["milliseconds"] > 0


def test_an_unknown_customer_gets_the_documented_fallback(serve: Serve, records: Records) -> None:
    running = serve(model(), knows(records))
    answer = running.post({schema.ID: "0000-AAAAA"})
    assert answer.status_code == 200
    said = {name: answer.json()[name] for name in ("source", "reason", "probability", "contact")}
    assert said == {
        "source": "rule", "reason": "unknown_customer", "probability": None, "contact": False
    }  # fmt: skip
    assert running.rows()[0]["reason"] == "unknown_customer"


def test_one_trace_id_goes_through_all(
    serve: Serve, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    from churn.serving import tracing

    running = serve(model())
    seen: list[str | None] = []

    class Reads(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(json.loads(tracing.JsonFormatter().format(record))["trace_id"])

    log, handler = logging.getLogger("churn.serving.access"), Reads()
    log.addHandler(handler)
    before = log.level
    log.setLevel(logging.INFO)
    try:
        for given in ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, {}):
            answer = running.post(records[0], headers={**running.headers, **given})
            found = answer.headers["x-trace-id"]
            assert (found == TRACE) is bool(given)  # the caller's, or a new one
            assert re.fullmatch("[0-9a-f]{32}", found)
            assert re.fullmatch(f"00-{found}-[0-9a-f]{{16}}-00", answer.headers["traceparent"])
            assert answer.json()["trace_id"] == found
            assert [row["prediction_id"] for row in running.rows(trace_id=found)] == [
                answer.json()["prediction_id"]
            ]
            assert seen[-1] == found
            refused = running.post({}, headers={**running.headers, **given})
            assert refused.json()["trace_id"] == refused.headers["x-trace-id"]
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


@pytest.mark.parametrize("path", ["/v1/predict", "/v1/predict/batch"])
def test_a_request_is_judged_in_this_order(serve: Serve, path: str) -> None:
    running = serve(model(), max_body=50, burst=2.0, rate=1e-9)
    large, nonsense = {"content": b"x" * 51}, {"content": b"nonsense"}
    stranger = {"headers": {"x-api-key": "other"}}
    answers = running.ask(
        ("POST", path, {**large, **stranger}),
        ("POST", path, {**nonsense, **stranger}),
        ("POST", path, {**nonsense, "headers": {}}),
        ("POST", path, nonsense),
        ("POST", path, nonsense),
        ("POST", path, nonsense),
    )
    assert [one.status_code for one in answers] == [413, 401, 401, 422, 422, 429]
    assert answers[-1].headers["retry-after"]
    assert answers[1].headers["www-authenticate"]
    assert all(one.headers["x-trace-id"] == one.json()["trace_id"] for one in answers)


def test_conduct_decides_what_a_client_gets(serve: Serve, signed: Signed, records: Records) -> None:
    running = serve(load(signed.folder, "3", signed.public_key), knows(records))
    reputation, asked = running.service.access.reputation, {**records[0], "explain": True}
    assert running.post(asked).json()["explanation"]
    before = reputation.score("tests")
    running.post({schema.ID: "0000-AAAAA"})
    after_stranger = reputation.score("tests")
    running.post({"customers": [{"tenure": -1}] * 100}, "/v1/predict/batch")
    assert before == 1 > after_stranger > reputation.score("tests") > 0.9  # one request, one slip
    reputation.note("tests", Conduct.INVALID, 60)
    answer = running.post(asked).json()
    assert answer["probability"] is not None
    assert answer["explanation"] is None
    assert answer["explanation_problem"] == "no explanations for this client at present"


def test_an_address_that_guesses_is_made_to_wait(serve: Serve) -> None:
    running = serve(model(), free_failures=1)
    guess = ("GET", "/v1/champion", {"headers": {"x-api-key": "guess"}})
    assert [one.status_code for one in running.ask(guess, guess, guess)] == [401, 401, 429]


def test_a_body_is_too_large_whether_or_not_it_says_so(serve: Serve) -> None:
    running = serve(model(), max_body=100)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 10

    (unannounced,) = running.ask(("POST", "/v1/predict", {"content": pieces()}))
    assert unannounced.status_code == 413
    (fits,) = running.ask(("POST", "/v1/predict", {"content": b" " * 100}))
    assert fits.status_code == 422


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"text"', b"{", b"\xff\xfe", b'{"customerID": "\\ud800"}', b"[" * 10_000,
     b'{"customerID": 1e999}', b"NaN", b'{"tenure": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_nonsense_is_a_422(serve: Serve, body: bytes) -> None:
    running = serve(model())
    for path in ("/v1/predict", "/v1/predict/batch"):
        (answer,) = running.ask(("POST", path, {"content": body}))
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"][0] == "body"


def test_a_wrong_field_is_named_and_not_repeated(serve: Serve, records: Records) -> None:
    running = serve(model(), knows(records))
    answer = running.post({**records[0], "gender": "secret", "tenure": -1})
    assert answer.status_code == 422
    assert {tuple(one["loc"]) for one in answer.json()["detail"]} >= {
        ("body", "gender"), ("body", "tenure")
    }  # fmt: skip
    assert "secret" not in answer.text
    batch = {"customers": [records[0], {**records[1], "tenure": 73}]}
    answer = running.post(batch, "/v1/predict/batch")
    assert [one["loc"] for one in answer.json()["detail"]] == [["body", "customers", 1, "tenure"]]
    with_dsl = next(one for one in records if one["InternetService"] == "DSL")
    asked = {schema.ID: with_dsl[schema.ID], "InternetService": "No"}
    answer = running.post(asked)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "InternetService"]
    answer = running.post({"customers": [records[0], asked]}, "/v1/predict/batch")
    assert answer.json()["detail"][0]["loc"] == ["body", "customers", 1, "InternetService"]
    assert running.rows() == []


def test_a_batch_is_answered_in_its_order(serve: Serve, records: Records) -> None:
    running = serve(model(), knows(records), rate=1e-9, burst=MAX_ROWS)
    customers = [*records[:3], {schema.ID: "0000-AAAAA"}]
    answer = running.post({"customers": customers}, "/v1/predict/batch")
    assert answer.status_code == 200
    predictions = answer.json()["predictions"]
    assert [one[schema.ID] for one in predictions] == [one[schema.ID] for one in customers]
    assert [one["source"] for one in predictions] == ["model"] * 3 + ["rule"]
    assert len({one["prediction_id"] for one in predictions}) == 4
    assert len(running.rows(trace_id=answer.headers["x-trace-id"])) == 4
    # Each customer of a batch counts.
    many = {"customers": records[: MAX_ROWS - 3]}
    assert running.post(many, "/v1/predict/batch").status_code == 200
    assert running.post(records[0]).status_code == 429


def test_a_prediction_that_cannot_be_kept_is_not_answered(
    serve: Serve, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve(model())
    journal = running.service.recorder.journal

    def full(lines: bytes) -> None:
        raise JournalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "append", full)
        answer = running.post(records[0])
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert running.post(records[0]).status_code == 200
    assert len(running.rows()) == 1


def test_a_bug_is_a_503_and_stands_in_the_log(
    serve: Serve,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = serve(model())

    def bug(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(running.service.predictor, "predict", bug)
    monkeypatch.setattr(running.service.predictor, "stuck", bug)
    # One goes past FastAPI, the other through it.
    for asked in (("POST", "/v1/predict", {"json": records[0]}), ("GET", "/health")):
        caplog.clear()
        (answer,) = running.ask(asked)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.headers["x-trace-id"] == answer.json()["trace_id"]
        assert "bug" not in answer.text
        assert "ZeroDivisionError: a bug" in caplog.text


def test_the_routes_that_go_past_fastapi_are_where_it_says(serve: Serve, records: Records) -> None:
    running = serve(model())
    for path, body in (
        ("/v1/predict", records[0]),
        ("/v1/predict/batch", {"customers": records[:2]}),
    ):
        under = httpx.ASGITransport(running.app, root_path="/telco")

        async def ask(where: Any = under, path: str = path, body: Any = body) -> httpx.Response:
            async with httpx.AsyncClient(transport=where, base_url="http://service") as client:
                return await client.post(f"/telco{path}", json=body, headers=running.headers)

        assert asyncio.run(ask()).status_code == 200
        get, near = running.ask(("GET", path), ("POST", f"{path}%0A", {"json": body}))
        assert (get.status_code, get.headers["allow"], near.status_code) == (405, "POST", 404)


def test_a_request_is_found_by_its_callers_name_for_it(
    serve: Serve, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    running = serve(model())
    with caplog.at_level(logging.INFO, "churn.serving.access"):
        running.post(records[0], headers={**running.headers, "x-request-id": "call-7"})
        running.post(records[0])
    named = [vars(one).get("request_id") for one in caplog.records]
    assert named == ["call-7", None]


def test_ready_health_and_champion_say_how_it_is(serve: Serve, records: Records) -> None:
    running = serve(model())
    paths = [("GET", "/health"), ("GET", "/ready"), ("GET", "/v1/champion")]
    assert [one.status_code for one in running.ask(*paths)] == [200, 200, 200]
    running.service.champions.current = None
    running.service.champions.problem = "version 8 is refused"
    health, ready, champion = running.ask(*paths)
    assert (health.status_code, ready.status_code, champion.status_code) == (200, 503, 503)
    assert ready.json()["problems"] == ["version 8 is refused"]
    # It answers all the same, by the rule.
    answer = running.post(records[0])
    assert (answer.status_code, answer.json()["reason"]) == (200, "no_champion")
    running.service.champions.current = model()
    running.service.recorder.journal.problem = "the disk is full"
    assert running.ask(("GET", "/ready"))[0].json()["problems"] == ["the disk is full"]


def states(running: Running) -> tuple[int, int, str, list[str]]:
    """What an orchestrator reads: status of health and of readiness, and its words."""
    health, ready = running.ask(("GET", "/health"), ("GET", "/ready"))
    return health.status_code, ready.status_code, ready.json()["status"], ready.json()["problems"]


def test_a_store_that_hangs_degrades_and_in_the_end_asks_for_a_restart(
    serve: Serve, records: Records
) -> None:
    released = threading.Event()

    def hangs(customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        released.wait()
        return {}

    running = serve(
        model(), hangs, lookup_threads=1, lookup_patience=0.05, lookup_pause=0.01, lookup_lost=2
    )
    assert states(running) == (200, 200, "ready", [])
    asked = ("POST", "/v1/predict", {"json": {schema.ID: records[0][schema.ID]}})
    (slow,) = running.ask(asked)
    assert slow.json()["reason"] == "store_slow"
    problem = "the feature store hangs; it is tried now and again"
    assert states(running) == (200, 200, "degraded", [problem])
    while running.ask(("GET", "/health"))[0].status_code == 200:
        assert running.ask(asked)[0].json()["reason"] == "store_slow"
    (_, _, status, problems), (figures_,) = states(running), running.ask(("GET", "/metrics"))
    assert (status, len(problems)) == ("degraded", 2)
    assert "churn_stuck 1.0" in figures_.text
    assert running.ask(("GET", "/health"))[0].json()["status"] == "stuck"
    assert running.post(records[0]).json()["source"] == "model"  # whole records need no store
    released.set()


def test_a_model_that_hangs_in_its_threads_asks_for_a_restart_and_a_swap_helps_too(
    serve: Serve, records: Records
) -> None:
    released = threading.Event()

    def hangs(rows: Any) -> Any:
        released.wait()
        return np.full(len(rows), 0.5)

    running = serve(replace(model(), score=hangs, seconds=1.0), budget=0.05, hang_limit=0.1)
    assert states(running) == (200, 200, "ready", [])
    while running.ask(("GET", "/health"))[0].status_code == 200:  # until both of its threads hang
        assert running.post(records[0]).json()["reason"] == "model_slow"
    assert states(running) == (503, 200, "degraded", ["the model hangs in all of its threads"])
    running.service.champions.current = model()
    assert states(running) == (200, 200, "ready", [])
    released.set()


def test_what_does_not_reach_the_database_degrades(
    serve: Serve,
) -> None:
    running = serve(model())
    running.service.champions.problem = "version 8 is refused"
    running.service.recorder.problem = "the evaluation store cannot be written"
    expected = ["version 8 is refused", "the evaluation store cannot be written"]
    assert states(running) == (200, 200, "degraded", expected)


@pytest.mark.parametrize("watchdog", [True, False])
def test_only_a_process_of_its_own_is_watched(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, watchdog: bool
) -> None:
    running = serve(model(), hang_limit=7.0)
    armed: list[float] = []
    monkeypatch.setattr(
        faulthandler, "dump_traceback_later", lambda limit, exit: armed.append(limit)
    )
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: armed.append(0.0))

    async def live() -> None:
        app = create_app(running.service, watchdog)
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(live())
    assert armed == ([7.0, 0.0] if watchdog else [])


def test_what_the_store_does_never_becomes_an_error(serve: Serve, records: Records) -> None:
    mood: list[Any] = [None]

    def moody(customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        if isinstance(mood[0], Exception):
            raise mood[0]
        return mood[0]

    running = serve(model(), moody)
    asked = {schema.ID: records[0][schema.ID]}
    for mood[0] in (
        OSError("down"),
        KeyError("x"),
        [],
        None,
        {},
        {asked[schema.ID]: {"gender": 3}},
    ):
        answer = running.post(asked)
        assert answer.status_code == 200
        assert answer.json()["source"] == "rule"
    assert len(running.rows()) == 6


def test_the_document_is_whole_and_needs_no_network(serve: Serve) -> None:
    running = serve(model())
    document, docs = running.ask(("GET", "/openapi.json"), ("GET", "/docs"))
    assert docs.status_code == 404
    text = document.text
    schemas = document.json()["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(schemas)
    assert set(schemas["PredictionRequest"]["properties"]) >= set(schema.FEATURES)
    operation = document.json()["paths"]["/v1/predict"]["post"]
    assert set(operation["responses"]) == {"200", "401", "413", "422", "429", "503"}
    assert operation["security"] == [{"apiKey": []}]
