"""The telco's service with a fault in its code, as a bad release has one.

    python -m coursekit.exercises.broken_release …   # what `python -m churn.serving` takes

The file ``trouble`` beside the models says which fault, and is read for each prediction: ``errors``
fails every second one, ``slow`` makes each take ``SECONDS`` longer; without it the service is well.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.serving.__main__ import arguments, build
from churn.serving.app import create_app
from churn.serving.tracing import JsonFormatter

#: What a slow answer takes longer.
SECONDS = 0.5


class Faulty:
    """Around the service's application."""

    def __init__(self, app: ASGIApp, trouble: Path) -> None:
        self._app, self._trouble, self._count = app, trouble, itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the service does, or not."""
        kind = ""
        if scope["type"] == "http" and scope["path"].startswith("/v1/predict"):
            kind = self._trouble.read_text() if self._trouble.exists() else ""
        if kind == "errors" and next(self._count) % 2:
            start = {"type": "http.response.start", "status": 500, "headers": []}
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        if kind == "slow":
            await asyncio.sleep(SECONDS)
        await self._app(scope, receive, send)


def main() -> None:
    """Serve until SIGTERM."""
    given = arguments().parse_args()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    app = Faulty(create_app(build(given), watchdog=True), given.models / "trouble")
    uvicorn.run(
        app, host=given.host, port=given.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=20,
    )  # fmt: skip


if __name__ == "__main__":
    main()
