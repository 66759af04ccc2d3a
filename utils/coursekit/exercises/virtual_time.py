"""An event loop in which waiting costs no time: its clock jumps to the next thing that will happen.

``await asyncio.sleep(30)`` takes 30 seconds by ``loop.time()`` and none by the clock on the wall,
so that what depends on time can be tried in full, comes out the same each time, and does not depend
on how busy the machine is. Work costs nothing by this clock, however long it takes. A thread that the
loop waits for is waited for; meanwhile the clock stands still.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter

_LOOK_AGAIN = 0.05  # seconds on the wall between two looks at threads


class _JumpingSelector(selectors.DefaultSelector):
    """Asked to wait for a time, moves the clock instead, unless something is ready or a thread works."""

    now = 0.0

    def __init__(self, threads: Callable[[], int]) -> None:
        super().__init__()
        self._threads = threads

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self._threads() or timeout is None:
            return super().select(_LOOK_AGAIN)
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a clock of its own that begins at 0; see the module.

    It can run while another loop runs in the same thread, as one does in a notebook.
    """

    def __init__(self) -> None:
        self._working = 0
        self._limiter: CapacityLimiter | None = None
        self._jumping = _JumpingSelector(self._threads)
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What ``work`` returns; like ``run_until_complete``, also inside another loop."""
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return self.run_until_complete(self._begun(work))
        finally:
            asyncio._set_running_loop(outer)

    async def _begun(self, work: Coroutine[Any, Any, Any]) -> Any:
        # FastAPI runs what is no coroutine in AnyIO's threads, which this one counts.
        self._limiter = current_default_thread_limiter()
        return await work

    def _threads(self) -> int:
        return self._working + int(self._limiter.borrowed_tokens if self._limiter else 0)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        self._working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: object) -> None:
        self._working -= 1
