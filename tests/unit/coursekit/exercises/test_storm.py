"""A day that is played to a service: what came back, when, and what the log kept."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Request

from coursekit.exercises.storm import AT_ONCE, Champion, Days, logged

CARD = {"version": "1", "threshold": 0.5, "intercept": 0.0, "weights": {"x": 1.0}}
PEOPLE = {"a": {"x": 0.0}, "b": {"x": 2.0}}


def plain(champions: Any, store: Any, log: str, rule: dict[str, bool]) -> FastAPI:
    """A service without any care."""
    app = FastAPI()

    @app.post("/predict")
    async def predict(request: Request) -> dict[str, Any]:
        body = await request.json()
        features = await store.features(body["who"])
        champion = champions.current()
        row = (body["id"], body["who"], 1, champion.score(features), None, champion.version)
        with closing(sqlite3.connect(log)) as connection, connection:
            connection.execute("insert into log values (?, ?, ?, ?, ?, ?)", row)
        return {"p": row[3], "version": row[5], "rule": rule}

    return app


def day(folder: Path) -> tuple[Days, str]:
    days = Days(plain, folder)
    return days, days.begin("d", PEOPLE, CARD, {"x": True})


def ask(at: float, key: str, who: str = "a") -> dict[str, Any]:
    return {"at": at, "ask": {"id": key, "request_id": key, "who": who}}


def test_requests_are_answered_in_virtual_time_and_logged(tmp_path: Path) -> None:
    days, log = day(tmp_path)
    answers = days.play("d", [ask(0, "1"), ask(0, "2", "b"), ask(5, "3")])
    assert [one["status"] for one in answers] == [200] * 3
    assert [one["seconds"] for one in answers] == pytest.approx([0.02] * 3)
    assert answers[0]["body"] == {"p": 0.5, "version": "1", "rule": {"x": True}}
    assert [row["request_id"] for row in logged(log)] == ["1", "2", "3"]


def test_a_row_that_is_written_after_the_answer_is_seen(tmp_path: Path) -> None:
    def late(champions: Any, store: Any, log: str, rule: dict[str, bool]) -> FastAPI:
        app = FastAPI()

        def write(key: str) -> None:
            with closing(sqlite3.connect(log)) as connection, connection:
                connection.execute(
                    "insert into log (request_id, customer_id, contact) values (?, 'a', 1)", (key,)
                )

        @app.post("/predict")
        async def predict(request: Request, later: BackgroundTasks) -> None:
            later.add_task(write, (await request.json())["id"])

        return app

    for make, recorded in ((plain, True), (late, False)):
        days = Days(make, tmp_path)
        log = days.begin("d", PEOPLE, CARD, {})
        (answer,) = days.play("d", [ask(0, "1")])
        assert (answer["status"], answer["recorded"]) == (200, recorded)
        assert len(logged(log)) == 1


def test_the_world_changes_between_requests(tmp_path: Path) -> None:
    days, _ = day(tmp_path)
    moments = [
        {"at": 0, "store": {"seconds": 3.0, "rows": {"c": {"x": 0.0}}}},
        ask(0, "1", "c"),
        {"at": 1, "card": CARD | {"version": "2"}},
        {"at": 4, "store": {"down": True}},
        ask(4, "2"),
    ]
    first, second = days.play("d", moments)
    assert (first["status"], first["seconds"], first["body"]["version"]) == (200, 3.0, "2")
    assert second["status"] == 500
    days.play("d", [{"at": 0, "store": {"seconds": 100.0, "down": False}}])
    (third,) = days.play("d", [ask(0, "3")])
    assert third == {"status": None, "seconds": 60.0, "body": None, "recorded": None}


def test_the_store_takes_so_many_questions_and_refuses_others(tmp_path: Path) -> None:
    days, log = day(tmp_path)
    answers = days.play("d", [ask(0, str(k)) for k in range(AT_ONCE + 5)])
    assert sorted(one["status"] for one in answers) == [200] * AT_ONCE + [500] * 5
    assert len(logged(log)) == AT_ONCE
    (later,) = days.play("d", [ask(0, "later")])
    assert later["status"] == 200


def test_a_full_log_refuses_rows_until_it_is_not(tmp_path: Path) -> None:
    days, log = day(tmp_path)
    moments = [{"at": 0, "log": "full"}, ask(0, "1"), {"at": 1, "log": "ok"}, ask(1, "2")]
    assert [one["status"] for one in days.play("d", moments)] == [500, 200]
    assert [row["request_id"] for row in logged(log)] == ["2"]


def test_a_service_that_is_killed_answers_nobody_and_another_goes_on(tmp_path: Path) -> None:
    days, log = day(tmp_path)
    moments = [ask(0, "1"), ask(0.9, "2"), {"at": 0.91, "kill": True}, ask(1, "3")]
    assert [one["status"] for one in days.play("d", moments)] == [200, None, 200]
    assert [row["request_id"] for row in logged(log)] == ["1", "3"]


def test_a_day_that_begins_again_has_a_new_log(tmp_path: Path) -> None:
    days, log = day(tmp_path)
    days.play("d", [ask(0, "1")])
    assert days.begin("d", PEOPLE, CARD, {}) == log
    assert logged(log) == []


def test_text_is_sent_as_it_is(tmp_path: Path) -> None:
    days, _ = day(tmp_path)
    assert days.play("d", [{"at": 0, "ask": "{"}])[0]["status"] == 500


@pytest.mark.parametrize(("change", "gives"), [({"gives": 1.7}, 1.7), ({}, 0.880797)])
def test_a_champion_scores_by_its_card(change: dict[str, Any], gives: float) -> None:
    assert Champion(CARD | change).score({"x": 2.0}) == pytest.approx(gives, rel=1e-5)


def test_a_champion_may_fail() -> None:
    with pytest.raises(RuntimeError):
        Champion(CARD | {"fails": True}).score({"x": 2.0})
