"""The memory of a program with everything that it starts, for benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def largest_memory(every: float = 0.5) -> Iterator[list[int]]:
    """Bytes of all that this process started meanwhile, and what these started, in a list of one.

    Looked at each ``every`` seconds; pages that processes share are counted once (PSS).
    """
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(every):
            used = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    used += process.memory_full_info().pss
                except psutil.Error:
                    continue
            most[0] = max(most[0], used)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()
