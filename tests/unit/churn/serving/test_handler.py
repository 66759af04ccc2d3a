"""The function answers as the service does, with the released files only, and starts light."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from churn.registry.supply_chain.signing import SignatureError
from churn.serving import handler
from churn.serving.champion import ChampionError, load
from coursekit.environment import known
from running_service import Serve, Signed

Records = list[dict[str, Any]]
SLOW = {"mlflow", "sklearn", "pandas", "fastapi", "feast", "model_signing", "sqlalchemy"}
BUDGET = {handler.SETTINGS: json.dumps({"budget": 30})}


@pytest.fixture
def function(signed: Signed) -> handler.Function:
    return handler.Function(handler.release(signed.folder, "7", signed.public_key) | BUDGET)


def ask(function: handler.Function, body: Any, **more: Any) -> tuple[int, Any]:
    response = function({"body": json.dumps(body), **more})
    return response["statusCode"], json.loads(response["body"])


def test_answers_and_rows_are_those_of_the_service(
    function: handler.Function,
    signed: Signed,
    serve: Serve,
    records: Records,
    capsys: pytest.CaptureFixture[str],
) -> None:
    service = serve(load(signed.folder, "7", signed.public_key))
    stranger = {"customerID": records[0]["customerID"]}
    explained = {**records[1], "explain": True}
    asked = [*records[:20], stranger, explained]
    ours = [ask(function, record)[1] for record in asked]
    theirs = [service.post(record).json() for record in asked]
    own = ("prediction_id", "trace_id")
    assert [{k: v for k, v in one.items() if k not in own} for one in ours] == [
        {k: v for k, v in one.items() if k not in own} for one in theirs
    ]
    assert ours[20]["reason"] == "no_store"
    assert ours[21]["explanation"]
    assert {one["contact"] for one in ours} == {True, False}
    printed = [json.loads(line)["row"] for line in capsys.readouterr().out.splitlines()]
    told = {one["prediction_id"]: one["probability"] for one in ours}
    assert {row["prediction_id"]: row["probability"] for row in printed} == told
    service.store.add(printed)
    assert {row["prediction_id"] for row in service.rows(client="gateway")} == set(told)


def test_a_wrong_field_is_named_as_the_service_names_it(
    function: handler.Function, serve: Serve, records: Records
) -> None:
    wrong = {**records[0], "Contract": "monthly"}
    status, said = ask(function, wrong, requestContext={"requestId": "abc"})
    answer = serve().post(wrong)
    assert (status, said["detail"]) == (answer.status_code, answer.json()["detail"])
    assert said["detail"][0]["loc"] == ["body", "Contract"]
    assert said["trace_id"] == "abc"
    assert function({"body": None})["statusCode"] == 422


def test_a_body_in_base64_is_read(function: handler.Function, records: Records) -> None:
    encoded = base64.b64encode(json.dumps(records[3]).encode()).decode()
    response = function({"body": encoded, "isBase64Encoded": True})
    assert json.loads(response["body"])["customerID"] == records[3]["customerID"]
    assert function({"body": encoded})["statusCode"] == 422


def test_only_the_released_files_are_loaded(
    signed: Signed, tmp_path: Path, records: Records
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(signed.folder, folder)
    environ = handler.release(folder, "7", signed.public_key) | BUDGET
    about = folder / "MLmodel"
    about.write_text(about.read_text().replace("threshold: 0.24", "threshold: 0.9"))
    with pytest.raises(ChampionError, match="not those that were released"):
        ask(handler.Function(environ), records[0])
    with pytest.raises(SignatureError):
        handler.release(folder, "7", signed.public_key)


def test_a_process_of_its_own_starts_without_what_loads_slowly(
    signed: Signed, records: Records
) -> None:
    code = (
        "import json, sys; from churn.serving import handler; handler.main();"
        "print(json.dumps(list(sys.modules)))"
    )
    env = known.environment(handler.release(signed.folder, "7", signed.public_key), BUDGET)
    events = "".join(json.dumps({"body": json.dumps(record)}) + "\n" for record in records[:3])
    done = subprocess.run(
        [sys.executable, "-c", code], input=events, capture_output=True, text=True, check=True, env=env
    )  # fmt: skip
    *answers, loaded = (json.loads(line) for line in done.stdout.splitlines())
    rows = [json.loads(line)["row"]["customer_id"] for line in done.stderr.splitlines()]
    assert [json.loads(one["body"])["source"] for one in answers] == ["model"] * 3
    assert rows == [record["customerID"] for record in records[:3]]
    assert {"onnxruntime", "pydantic"} <= set(loaded)
    assert set(loaded) & SLOW == set()
