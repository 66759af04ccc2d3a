"""Progressive delay: who does it again waits twice as long.

The pause is a refusal with ``Retry-After`` and not an answer that is held back: a request that sleeps
keeps its connection, and a thousand of them keep everybody else out. Source for the doubling and its
bound: OWASP Authentication Cheat Sheet, "Account Lockout".
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Record:
    failures: float
    last: float
    until: float


class Backoff:
    """Pauses by name (an address, a client), which double with each failure.

    Args:
        free: failures without a pause: people mistype.
        first: seconds of the first pause.
        longest: seconds of the longest.
        forgive: seconds after which one failure is forgotten.
        names: as many are remembered; of more, those that have been quiet longest are forgotten, so
            that somebody with a million addresses does not fill the memory.
    """

    def __init__(
        self,
        free: int = 5,
        first: float = 1.0,
        longest: float = 900.0,
        forgive: float = 600.0,
        names: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free, self._first, self._longest = free, first, longest
        self._forgive, self.names, self._clock = forgive, names, clock
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def left(self, name: str) -> float:
        """Seconds until ``name`` may try again; 0 if it may now."""
        record = self._records.get(name)
        return 0.0 if record is None else max(0.0, record.until - self._clock())

    def fail(self, name: str) -> float:
        """Count a failure; returns the pause that it brings, in seconds."""
        now = self._clock()
        record = self._records.pop(name, None) or _Record(0.0, now, now)
        # What was owed as a pause is no time of good conduct.
        quiet = max(0.0, now - max(record.last, record.until))
        record.failures = max(0.0, record.failures - quiet / self._forgive) + 1
        record.last = now
        over = record.failures - self._free
        pause = 0.0
        if over > 0:
            # 2 to the 64 is beyond every bound, and 2 to the 5,000 beyond a float.
            pause = min(self._longest, self._first * 2 ** min(over - 1, 64))
            record.until = now + pause
        self._records[name] = record
        if len(self._records) > self.names:
            self._records.popitem(last=False)
        return pause
