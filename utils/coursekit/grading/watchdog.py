"""Limits that no rlimit sets: the memory and the number of all processes together, and the disk."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from coursekit.grading.files import MAX_DEPTH
from coursekit.grading.sandbox import Limits

if TYPE_CHECKING:
    from coursekit.grading.kernel import Process

_EVERY = 0.25
_DISK_EVERY = 4  # looks at the processes per look at the disk


class Watchdog:
    """Watches a process and all it started, and ends them when a limit is passed.

    Attributes:
        problem: which limit it was, as a clause; empty as long as none was passed.
    """

    def __init__(self, process: Process, scratch: Path, limits: Limits) -> None:
        self.process = process
        self.scratch = scratch
        self.limits = limits
        self.problem = ""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End the process and all it started."""
        self._end.set()
        family = _family(self.process.pid) if self.process.poll() is None else []
        with suppress(OSError):
            self.process.kill()
        for member in family:
            with suppress(psutil.Error):
                member.kill()

    def _watch(self) -> None:
        look = 0
        while not self._end.wait(_EVERY) and self.process.poll() is None:
            look += 1
            problem = self._over_memory()
            if not problem and look % _DISK_EVERY == 0:
                problem = self._over_disk()
            if problem:
                self.problem = problem
                self.kill()

    def _over_memory(self) -> str:
        family = _family(self.process.pid)
        used = 0
        for member in family:
            with suppress(psutil.Error):
                used += member.memory_info().rss
        if used > self.limits.memory:
            return f"out of memory: more than {self.limits.memory / 2**30:g} GB"
        if len(family) > self.limits.processes:
            return f"more than {self.limits.processes} processes"
        return ""

    def _over_disk(self) -> str:
        used = 0
        for folder, _, names in os.walk(self.scratch):
            # The files in folders too deep for a path could not be counted.
            if len(Path(folder).relative_to(self.scratch).parts) > MAX_DEPTH:
                return f"more than {MAX_DEPTH} folders in each other"
            for name in names:
                with suppress(OSError):
                    used += os.lstat(os.path.join(folder, name)).st_blocks * 512
        if used > self.limits.disk:
            return f"more than {self.limits.disk / 2**30:g} GB of files"
        return ""


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []
