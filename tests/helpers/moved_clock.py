"""The clock of the running event loop, moved on by a test instead of waited for.

Limits can be long then, so that a busy machine never reaches them, and still be over at once.
"""

from __future__ import annotations

import asyncio


class MovedClock:
    """Of the loop that runs now, for as long as it lives; to be made once in each."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        time, self._ahead = loop.time, 0.0
        loop.time = lambda: time() + self._ahead  # type: ignore[method-assign]

    def on(self, seconds: float) -> None:
        """What is due within ``seconds`` is due now."""
        self._ahead += seconds
