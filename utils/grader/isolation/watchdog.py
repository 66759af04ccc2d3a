"""Limits that no rlimit sets: memory, processes and processor time together, and the disk."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import psutil

from grader.exceptions import LimitPassedError
from grader.isolation import resource_usage
from grader.isolation.files import MAX_DEPTH
from grader.isolation.process import Process
from grader.isolation.sandbox import Limits

_EVERY = 0.25
_SLOW_EVERY = 4  # looks at the processes per look at files and at memory of no process
#: Files, folders and mapped parts of memory that one look counts, which is a second's work. A limit
#: in seconds would depend on what others do meanwhile, and on how much memory is looked at.
_MOST = 500_000
_UNREADABLE = "the kernel's use of the machine could not be read"


class Watchdog:
    """Watches a process and all it started, and ends them when a limit is passed.

    It ends them as well when it cannot see what they use.

    Attributes:
        problem: which limit it was, as a clause; empty as long as none was passed.
        looks: how often it has looked at everything.
    """

    def __init__(self, process: Process, scratch: Path, limits: Limits, *others: Path) -> None:
        """Start to watch.

        Args:
            scratch: a folder that the process can write to.
            others: further such folders.
        """
        self.process = process
        self.folders = (scratch, *others)
        self.disk = scratch.stat().st_dev
        self.limits = limits
        self.problem = ""
        self._closed = False
        self._spent: dict[tuple[int, int], float] = {}
        self.looks = self._counted = 0
        self._glanced = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End the process and all it started."""
        self._end.set()
        family: list[psutil.Process] = []
        with suppress(Exception):  # whatever cannot be listed, the process itself must end
            family = _family(self.process.pid) if self.process.poll() is None else []
        with suppress(OSError):
            self.process.kill()
        for member in family:
            with suppress(psutil.Error):
                member.kill()

    def _watch(self) -> None:
        try:
            self._look_on()
        except LimitPassedError as passed:
            self._stop(str(passed))
        except Exception:
            # A learner who finds a way to make a look fail must not be rid of all limits by it.
            if not self._end.is_set() and self._runs():
                self._stop(_UNREADABLE)

    def _stop(self, problem: str) -> None:
        self.problem = problem
        self.kill()

    def _runs(self) -> bool:
        with suppress(Exception):
            return self.process.poll() is None
        return True

    def _look_on(self) -> None:
        look = 0
        while not self._end.wait(_EVERY) and self.process.poll() is None:
            family = self._glance()
            look += 1
            if look % _SLOW_EVERY == 0:
                self._look(family)

    def _glance(self) -> list[int]:
        family = _numbers(self.process.pid)
        self._check_memory(family)
        if len(family) > self.limits.processes:
            raise LimitPassedError(f"more than {self.limits.processes} processes")
        # After that: a glance at many processes can take longer than the time between two.
        self._glanced = time.monotonic()
        return family

    def _look(self, family: list[int]) -> None:
        self._counted = 0
        self._check_time(family)
        self._check_openness(family)
        hidden, used = resource_usage.unmapped(family, self.disk, self._tick)
        self._check_files(used)
        self._check_memory(family, hidden)
        self.looks += 1

    def _tick(self, number: int = 1) -> None:
        """In the middle of a look, before what it counts: never blind for long, nor busy for long."""
        self._counted += number
        if self._counted > _MOST:
            raise LimitPassedError("too many files, folders and mapped parts of memory to count")
        if time.monotonic() > self._glanced + _EVERY:
            self._glance()

    def _check_memory(self, family: list[int], more: int = 0) -> None:
        # A fork shares much with the process that it was forked from; that is not its own memory.
        limit = self.limits.memory
        if (
            resource_usage.resident(family) + more > limit
            and resource_usage.proportional(family) + more > limit
        ):
            raise LimitPassedError(f"out of memory: more than {limit / 2**30:g} GB")

    def _check_time(self, family: list[int]) -> None:
        """Add up processor time, also of processes that have ended.

        Their parent has the time of those it waited for. Of those that nobody waited for, the time
        at the last look counts.
        """
        now = resource_usage.times(family)
        self._spent |= {key: spent.own for key, spent in now.items() if spent.own}
        waited_for = sum(spent.own + spent.children for spent in now.values())
        if max(waited_for, sum(self._spent.values())) > self.limits.cpu_seconds:
            raise LimitPassedError(f"more than {self.limits.cpu_seconds} seconds of processor time")

    def _check_openness(self, family: list[int]) -> None:
        before, self._closed = self._closed, bool(resource_usage.closed(family[1:]))
        if before and self._closed:
            raise LimitPassedError("a process forbids to look at its open files")

    def _check_files(self, used: int) -> None:
        limits = self.limits
        for number, state in enumerate(self._entries(), start=1):
            used += state.st_blocks * 512
            if number > limits.files:
                raise LimitPassedError(f"more than {limits.files} files and folders")
            if used > limits.disk:
                break
        if used > limits.disk:
            raise LimitPassedError(f"more than {limits.disk / 2**30:g} GB of files")

    def _entries(self) -> Iterator[os.stat_result]:
        """All that is in the folders, as far as it can be counted."""
        try:
            for depth, state in chain.from_iterable(map(resource_usage.entries, self.folders)):
                self._tick()
                if depth > MAX_DEPTH and stat.S_ISDIR(state.st_mode):
                    raise LimitPassedError(f"more than {MAX_DEPTH} folders in each other")
                yield state
        except PermissionError:
            raise LimitPassedError("a folder cannot be read") from None


def _numbers(pid: int) -> list[int]:
    """The process and all it started; some that begin or end at this moment may be missing."""
    found = [pid]
    try:
        for member in found:
            tasks = f"/proc/{member}/task"
            for task in os.listdir(tasks):
                found += map(int, Path(tasks, task, "children").read_bytes().split())
    except OSError:  # one has ended, or the kernel was built without these lists
        return [member.pid for member in _family(pid)]
    return found


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []
