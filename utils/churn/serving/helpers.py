"""Threads for calls that may hang: a request can give such a call up, and the process can end."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Helpers:
    """A fixed number of threads that take calls from an event loop.

    Unlike those of ``ThreadPoolExecutor``, Python does not wait for them when it ends: a look-up
    that never returns would keep a terminated service alive.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._calls: queue.SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None]
        self._calls = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def call(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        """What ``function`` returns or raises in a thread; not called if cancelled before."""
        future = asyncio.get_running_loop().create_future()
        self._calls.put((future, function))
        return future

    def close(self) -> None:
        """Have the threads end once they have done what was asked of them."""
        for _ in self._threads:
            self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function = call
            if future.cancelled():
                continue
            result, error = None, None
            try:
                result = function()
            # Whoever awaits it judges it.
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the loop was closed in the meantime
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
