"""Limits that no rlimit sets: the memory and the number of all processes together, and the disk."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from coursekit.grading import usage
from coursekit.grading.files import MAX_DEPTH
from coursekit.grading.sandbox import Limits

if TYPE_CHECKING:
    from coursekit.grading.kernel import Process

_EVERY = 0.25
_SLOW_EVERY = 4  # looks at the processes per look at files and at memory of no process


class Watchdog:
    """Watches a process and all it started, and ends them when a limit is passed.

    Attributes:
        problem: which limit it was, as a clause; empty as long as none was passed.
    """

    def __init__(self, process: Process, scratch: Path, limits: Limits) -> None:
        self.process = process
        self.scratch = scratch
        self.disk = scratch.stat().st_dev
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
            family = _numbers(self.process.pid)
            problem = self._over_memory(family) or self._over_number(family)
            look += 1
            if not problem and look % _SLOW_EVERY == 0:
                problem = self._over_disk(family)
            if problem:
                self.problem = problem
                self.kill()

    def _over_memory(self, family: list[int], more: int = 0) -> str:
        # A fork shares much with the process that it was forked from; that is not its own memory.
        limit = self.limits.memory
        if usage.resident(family) + more > limit and usage.proportional(family) + more > limit:
            return f"out of memory: more than {limit / 2**30:g} GB"
        return ""

    def _over_number(self, family: list[int]) -> str:
        if len(family) > self.limits.processes:
            return f"more than {self.limits.processes} processes"
        return ""

    def _over_disk(self, family: list[int]) -> str:
        hidden, used = usage.unmapped(family, self.disk)
        number = 0
        for folder, _, names in os.walk(self.scratch):
            # The files in folders too deep for a path could not be counted.
            if len(Path(folder).relative_to(self.scratch).parts) > MAX_DEPTH:
                return f"more than {MAX_DEPTH} folders in each other"
            number += len(names)
            if number > self.limits.files:
                return f"more than {self.limits.files} files"
            for name in names:
                with suppress(OSError):
                    used += os.lstat(os.path.join(folder, name)).st_blocks * 512
        if used > self.limits.disk:
            return f"more than {self.limits.disk / 2**30:g} GB of files"
        return self._over_memory(family, hidden)


def _numbers(pid: int) -> list[int]:
    """The process and all it started; some that begin or end at this moment may be missing."""
    found = [pid]
    try:
        for member in found:
            for task in os.scandir(f"/proc/{member}/task"):
                found += map(int, Path(task, "children").read_bytes().split())
    except OSError:  # one has ended, or the kernel was built without these lists
        return [member.pid for member in _family(pid)]
    return found


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []
