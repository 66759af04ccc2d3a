"""Threads for calls that may hang: a request can give such a call up, and the process can end.

Python cannot end a thread from outside. So a call that hangs for good costs its thread, and what
can be done is to put another in its place, to count those that are lost, and to end the process when
there are too many.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, slots=True)
class _Call:
    future: asyncio.Future[Any]
    function: Callable[[], Any]
    started: float | None = None
    lost: bool = False


class Helpers:
    """A fixed number of threads that take calls from an event loop.

    Unlike those of ``ThreadPoolExecutor``, Python does not wait for them when it ends: a look-up
    that never returns would keep a terminated service alive.

    Attributes:
        lost: threads whose calls were given up and have not returned.
    """

    def __init__(self, threads: int, name: str) -> None:
        self.lost = 0
        self._name, self._count = name, threads
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._under_way: set[_Call] = set()
        self._guard = threading.Lock()
        for _ in range(threads):
            self._start()

    def call(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        """What ``function`` returns or raises in a thread; not called if cancelled before."""
        future = asyncio.get_running_loop().create_future()
        self._calls.put(_Call(future, function))
        return future

    def give_up(self, future: asyncio.Future[Any]) -> bool:
        """Put another thread in the place of the one that is busy with this call.

        Returns:
            False if it is not under way: not begun yet, or back by now.
        """
        with self._guard:
            call = next((one for one in self._under_way if one.future is future), None)
            if call is None:
                return False
            call.lost = True
            self._under_way.discard(call)
            self.lost += 1
        self._start()
        return True

    def busy(self) -> float:
        """Seconds for which all threads have been busy with the same calls; 0 if one is free."""
        with self._guard:
            if len(self._under_way) < self._count:
                return 0.0
            return time.monotonic() - max(one.started or 0.0 for one in self._under_way)

    def close(self) -> None:
        """Have the threads end once they have done what was asked of them."""
        for _ in range(self._count):
            self._calls.put(None)

    def _start(self) -> None:
        threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            if call.future.cancelled():
                continue
            with self._guard:
                call.started = time.monotonic()
                self._under_way.add(call)
            result, error = None, None
            try:
                result = call.function()
            # Whoever awaits it judges it.
            except Exception as raised:
                error = raised
            with self._guard:
                self._under_way.discard(call)
                self.lost -= call.lost
            with suppress(RuntimeError):  # the loop was closed in the meantime
                call.future.get_loop().call_soon_threadsafe(_settle, call.future, result, error)
            if call.lost:
                return  # another one has its place


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
