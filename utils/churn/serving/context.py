"""A customer's columns from the feature store, within a time, whatever state the store is in.

The store is a function (:class:`FeatureLookup`), so that a test or a lesson can put one in its place
that is down, slow or wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from churn.serving.fallback import Reason
from churn.serving.helpers import Helpers

Rows = dict[str, dict[str, Any]]


class FeatureLookup(Protocol):
    """What a feature store does for the service. It may block, and raise anything."""

    def __call__(self, customers: Sequence[str], /) -> Mapping[str, Mapping[str, Any]]:
        """The columns of each customer whom the store knows, by id."""


class ContextError(RuntimeError):
    """There is no context; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Context:
    """Look-ups of many requests through few threads.

    While the threads are busy, requests gather; the next free thread takes them all with one
    look-up, which costs a store less than one for each. When every thread has been busy for longer
    than the budget of a request, the store hangs, and a request is not made to wait for that.
    """

    def __init__(self, lookup: FeatureLookup, threads: int = 2) -> None:
        self._lookup = lookup
        self._helpers = Helpers(threads, "lookup")
        self._free = threads
        self._waiting: list[tuple[Sequence[str], asyncio.Future[Rows]]] = []
        self._running: dict[asyncio.Future[Any], float] = {}

    async def fetch(self, customers: Sequence[str], budget: float) -> Rows:
        """The columns of the known ones among ``customers``.

        Args:
            customers: ids.
            budget: seconds.

        Raises:
            ContextError: if the store raised, or did not answer in time.
        """
        now = asyncio.get_running_loop().time()
        if not self._free and now - min(self._running.values()) > budget:
            raise ContextError(Reason.STORE_SLOW)
        found: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._waiting.append((customers, found))
        self._start(now)
        try:
            async with asyncio.timeout(budget):
                return await found
        except TimeoutError:
            raise ContextError(Reason.STORE_SLOW) from None

    def close(self) -> None:
        """Ends the threads, without waiting for look-ups under way."""
        self._helpers.close()

    def _start(self, now: float) -> None:
        waiting = [(customers, found) for customers, found in self._waiting if not found.done()]
        self._waiting = waiting
        if not self._free or not waiting:
            return
        self._waiting = []
        self._free -= 1
        ids = list(dict.fromkeys(one for customers, _ in waiting for one in customers))
        call = self._helpers.call(lambda: _plain(self._lookup(ids)))
        self._running[call] = now

        def finish(done: asyncio.Future[Rows]) -> None:
            self._free += 1
            del self._running[done]
            failed = done.cancelled() or done.exception() is not None
            for _, found in waiting:
                if found.done():
                    continue
                if failed:
                    found.set_exception(ContextError(Reason.STORE_FAILED))
                else:
                    found.set_result(done.result())
            self._start(done.get_loop().time())

        call.add_done_callback(finish)


def _plain(found: Mapping[str, Mapping[str, Any]]) -> Rows:
    """In the thread, so that an answer of another shape is the store's failure."""
    return {str(customer): dict(row) for customer, row in found.items()}
