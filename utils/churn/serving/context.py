"""A customer's columns from the feature store, within a time, whatever state the store is in.

The store is a function (:class:`FeatureLookup`), so that a test or a lesson can put one in its place
that is down, slow or wrong.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from churn.serving.fallback import Reason
from churn.serving.helpers import Helpers
from churn.serving.settings import Settings

log = logging.getLogger(__name__)

Rows = dict[str, dict[str, Any]]
#: Seconds that the circuit stays open at most before a look-up is tried.
LONGEST_PAUSE = 30.0


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
    than the budget of a request, a request is not made to wait for that.

    A look-up that takes longer than ``lookup_patience`` is given up. That opens a *circuit breaker*:
    nothing is looked up any more, but for one look-up after a pause, which closes the circuit when
    it comes back and otherwise doubles the pause. Each look-up that hangs costs a thread until it
    returns; ``lookup_lost`` of them at most, then no more are tried and :attr:`stuck` is true.

    Attributes:
        problem: what is wrong with the store, as far as the last look-ups can tell; None if nothing.
    """

    def __init__(self, lookup: FeatureLookup, settings: Settings | None = None) -> None:
        self.problem: str | None = None
        self._settings = settings or Settings()
        self._lookup = lookup
        self._free = self._settings.lookup_threads
        self._helpers = Helpers(self._free, "lookup")
        self._waiting: list[tuple[Sequence[str], asyncio.Future[Rows]]] = []
        self._running: dict[asyncio.Future[Any], float] = {}
        self._pause = 0.0  # of the open circuit; 0 while it is closed
        self._try_at = 0.0

    @property
    def stuck(self) -> bool:
        """Whether so many look-ups hang that only a new process will look anything up again."""
        return self._pause > 0 and self._helpers.lost >= self._settings.lookup_lost

    async def fetch(self, customers: Sequence[str], budget: float) -> Rows:
        """The columns of the known ones among ``customers``.

        Args:
            customers: ids.
            budget: seconds.

        Raises:
            ContextError: if the store raised, or did not answer in time.
        """
        now = asyncio.get_running_loop().time()
        if self._refuses(now) or (not self._free and now - min(self._running.values()) > budget):
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

    def _refuses(self, now: float) -> bool:
        """Whether the circuit is open, and it is not time for the one look-up that tries it."""
        if not self._pause:
            return False
        return bool(self._running) or now < self._try_at or self.stuck

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
        loop, seconds = call.get_loop(), self._settings.lookup_patience
        patience: asyncio.TimerHandle

        def give_up() -> None:
            nonlocal patience
            if self._helpers.give_up(call):
                self._open(loop.time())
                call.cancel()
            elif not call.done():  # its thread did not come to it yet, or it is back just now
                patience = loop.call_later(seconds, give_up)

        patience = loop.call_later(seconds, give_up)

        def finish(done: asyncio.Future[Rows]) -> None:
            patience.cancel()
            self._free += 1
            del self._running[done]
            reason = self._judge(done)
            for _, found in waiting:
                if found.done():
                    continue
                if reason is not None:
                    found.set_exception(ContextError(reason))
                else:
                    found.set_result(done.result())
            if self._pause:  # whoever waits has no better luck
                for _, found in self._waiting:
                    if not found.done():
                        found.set_exception(ContextError(Reason.STORE_SLOW))
            self._start(loop.time())

        call.add_done_callback(finish)

    def _open(self, now: float) -> None:
        """Open the circuit; for twice as long if it was open."""
        self._pause = min(2 * self._pause or self._settings.lookup_pause, LONGEST_PAUSE)
        self._try_at = now + self._pause

    def _judge(self, done: asyncio.Future[Rows]) -> Reason | None:
        """What the end of a look-up says about the store."""
        if done.cancelled():
            self._note("the feature store hangs; it is tried now and again")
            return Reason.STORE_SLOW
        self._pause = 0.0
        if (error := done.exception()) is not None:
            self._note(f"the feature store fails: {type(error).__name__}")
            return Reason.STORE_FAILED
        self._note(None)
        return None

    def _note(self, problem: str | None) -> None:
        if problem != self.problem:
            log.warning(problem or "the feature store answers again")
        self.problem = problem


def _plain(found: Mapping[str, Mapping[str, Any]]) -> Rows:
    """In the thread, so that an answer of another shape is the store's failure."""
    return {str(customer): dict(row) for customer, row in found.items()}
