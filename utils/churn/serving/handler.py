"""The decision as a function: an event in, a response out, as AWS Lambda and its like call it.

    os.environ.update(release(Path("models/7"), "7", Path("signing.pub")))
    handler({"body": '{"customerID": "7590-VHVEG", …}'}, None)

Event and response are those of an HTTP gateway, which has checked size, key and rate already. A
process answers one event after the other and may end after any of them, so nothing is kept in it but
the model: each answer's row is a line on standard output, which the platform collects. There is no
feature store; columns that are left out are the rule's business.

A first event waits until the process has started, so what loads slowly is not loaded. The signature
is verified by :func:`release` when the function is deployed, and its result, a fingerprint of the
files, is part of the function's configuration: comparing it takes no time. A new champion is a new
deployment.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import json
import os
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from churn.registry import folders
from churn.serving import answers, schemas
from churn.serving.champion import Champion, ChampionError, load_verified
from churn.serving.predictor import Predictor
from churn.serving.settings import Settings

#: The function's configuration: variables of its environment.
MODEL, VERSION, DIGEST, SETTINGS = "CHURN_MODEL", "CHURN_VERSION", "CHURN_DIGEST", "CHURN_SETTINGS"


def release(folder: Path, version: str, public_key: Path) -> dict[str, str]:
    """Verify a model's signature, and say how a function is configured that serves it.

    Raises:
        churn.registry.supply_chain.signing.SignatureError: if it is not signed with the key, or was
            changed.
    """
    from churn.registry.supply_chain import signing

    signing.verify(folder, public_key)
    return {MODEL: str(folder), VERSION: version, DIGEST: folders.digest(folder)}


class Function:
    """Answers events with the model that ``environ`` names, which is loaded for the first of them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._champion: Champion | None = None
        settings = Settings.model_validate_json(environ.get(SETTINGS, "{}"))
        self._predictor = Predictor(lambda: self._champion, None, settings)

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The response to one event.

        Raises:
            ChampionError: if the files are not the released ones; the platform answers 500 then and
                starts another process.
        """
        started, trace_id = perf_counter(), _trace_id(event)
        if self._champion is None:
            self._champion = self._load()
        try:
            request = schemas.PredictionRequest.model_validate_json(_body(event))
        except ValidationError as error:
            problems = {"detail": answers.field_problems(error), "trace_id": trace_id}
            return _response(422, json.dumps(problems))
        (outcome,) = asyncio.run(self._predictor.predict([request]))
        prediction = answers.prediction(outcome, trace_id)
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        milliseconds = round(1000 * (perf_counter() - started), 3)
        print(json.dumps({"row": answers.row(prediction, outcome, at, "gateway", milliseconds)}))
        return _response(200, prediction.model_dump_json())

    def _load(self) -> Champion:
        folder, version = Path(self._environ[MODEL]), self._environ[VERSION]
        if folders.digest(folder) != self._environ[DIGEST]:
            raise ChampionError(f"the files of version {version} are not those that were released")
        return load_verified(folder, version)


@functools.cache
def _function() -> Function:
    return Function(os.environ)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What the platform calls; ``context`` says which limits it sets, and is not needed."""
    return _function()(event)


def _trace_id(event: Mapping[str, Any]) -> str:
    """The gateway's id of the request, or a new one."""
    return str(event.get("requestContext", {}).get("requestId") or uuid.uuid4().hex)


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def _response(status: int, body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": body}


def main() -> None:
    """Answer events, one a line of standard input, each with a line: the platform's part, in small.

    Rows go to standard error here, so that the two do not mix.
    """
    out = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            print(json.dumps(handler(json.loads(line), None)), file=out, flush=True)


if __name__ == "__main__":
    main()
