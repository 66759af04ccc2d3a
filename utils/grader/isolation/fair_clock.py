"""A clock that stands still while a process waits for a processor.

How long it waits depends on what else the machine does, and must not cost a learner points.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

#: However long the processes wait, this share of the wall time counts: everything has an end.
_LEAST = 0.1


class FairClock:
    """Wall time without the time that the watched processes have waited for a processor.

    They work one at a time, as a kernel and an examiner do that ask each other. Of each its first
    thread counts, which runs the cells. Where the system does not tell, this is wall time.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._before = 0.0
        self._waited: dict[int, tuple[float, float]] = {}

    def watch(self, pid: int) -> int:
        """Take a process into account; the number to `leave` it with.

        Of a line of processes that each only wait for the next, as a sandbox has them, the last
        one is meant.
        """
        pid = _innermost(pid)
        self._waited[pid] = (_waited(pid), 0.0)
        return pid

    def leave(self, pid: int) -> None:
        """The process has ended, or does nothing any more."""
        self._look()
        self._before += self._waited.pop(pid, (0.0, 0.0))[1]

    def now(self) -> float:
        """Seconds since some moment."""
        self._look()
        now = time.monotonic()
        waited = self._before + sum(seconds for _, seconds in self._waited.values())
        return now - max(0.0, min(waited, (1 - _LEAST) * (now - self._began)))

    def _look(self) -> None:
        for pid, (first, seconds) in self._waited.items():
            self._waited[pid] = first, max(seconds, _waited(pid) - first)


def _waited(pid: int) -> float:
    """Seconds that a process's first thread was ready to run and did not; 0 where that is unknown."""
    with suppress(OSError, ValueError, IndexError):
        return int(_read(f"/proc/{pid}/schedstat").split()[1]) / 1e9
    return 0.0


def _innermost(pid: int) -> int:
    with suppress(OSError):
        while children := _read(f"/proc/{pid}/task/{pid}/children").split():
            pid = int(children[0])
    return pid


def _read(path: str) -> bytes:
    # Several times for each question of a test, so not by Path, which takes three times as long.
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)
