"""Copies of requests for a version that answers nobody yet, and what they would have been told.

A copy is sent when the one who asked has got the answer. It costs the router's time, and nobody's
patience: so many are under way at once, the others are left out and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

from churn.release.admin import Admin
from churn.release.answers import Answer, Headers
from churn.release.backends import NoAnswerError


class Shadow:
    """Sends copies of predictions and compares the decisions."""

    def __init__(self, admin: Admin, limit: int, patience: float) -> None:
        self._admin, self._limit, self._patience = admin, limit, patience
        self._under_way: set[asyncio.Task[None]] = set()
        self._turns = itertools.count()

    def copy(
        self, servers: Sequence[str], path: str, headers: Headers, body: bytes, served: Answer
    ) -> None:
        """Ask one of the servers, later, what it would have said instead of ``served``."""
        if len(self._under_way) >= self._limit:
            self._admin.not_copied += 1
            return
        name = servers[next(self._turns) % len(servers)]
        task = asyncio.create_task(self._compare(name, path, headers, body, served))
        self._under_way.add(task)
        self._admin.copying = len(self._under_way)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._under_way):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._admin.copying = len(self._under_way)

    async def _compare(
        self, name: str, path: str, headers: Headers, body: bytes, served: Answer
    ) -> None:
        backend = self._admin.backends.named.get(name)
        if backend is None:  # taken away meanwhile
            return
        version, started = backend.server.version, time.perf_counter()
        try:
            copy = await self._admin.backends.ask(name, "POST", path, headers, body, self._patience)
        except NoAnswerError:
            self._admin.note(version, True, time.perf_counter() - started)
            return
        self._admin.note(version, copy.status >= 400, time.perf_counter() - started)
        ours, theirs = decisions(served), decisions(copy)
        if ours is not None and theirs is not None:
            self._admin.compared(version, ours != theirs)


def decisions(answer: Answer) -> list[Any] | None:
    """Whom an answer says to contact, one entry for each customer; None if it is no prediction."""
    if answer.status != 200:
        return None
    try:
        said = json.loads(answer.body)
        return [one["contact"] for one in said.get("predictions", [said])]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
