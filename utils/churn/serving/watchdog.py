"""Ends a process whose event loop is stuck, so that whoever supervises it starts another one.

A fast model is asked in the event loop, since changing threads would cost more than the score. If it
hangs there, nothing is answered any more, not even ``/health`` or SIGTERM. Python's ``faulthandler``
then says on stderr in which line it hangs, and ends the process with status 1; it does so in a thread
that needs nothing of Python's, not even its lock. Rows are in the journal before they are answered,
so none is lost.
"""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def watching(limit: float) -> AsyncIterator[None]:
    """The present event loop must take its turn at least every ``limit`` seconds."""
    beat = asyncio.create_task(_beat(limit))
    try:
        yield
    finally:
        beat.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _beat(limit: float) -> None:
    while True:
        faulthandler.dump_traceback_later(limit, exit=True)
        await asyncio.sleep(limit / 4)
