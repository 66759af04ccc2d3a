"""Processes that the runner of answers forks and ends.

Linux and macOS. On Linux a fork also ends when the process that made it does, however that ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Collection
from contextlib import suppress

from grader.forking import namespaces

_TICK = 0.01


class Fork:
    """A fork of this process and what it started: a :class:`grader.kernels.student_kernel.Process`.

    Args:
        work: what it does before it ends.
        keep: file descriptors that it keeps, beside the three standard ones and those of
            ``before``. The lines of other processes must not stay open in it: nobody would notice
            their end.
        before: what was open before the first fork.
    """

    def __init__(
        self, work: Callable[[], None], keep: Collection[int], before: Collection[int]
    ) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                settle()
                _close_all_but({*keep, *before})
                work()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        lead_group(self.pid)

    def poll(self) -> int | None:
        """Its exit code, negative when a signal ended it; None while it runs."""
        return self._reap(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: it runs after ``timeout`` seconds.
        """
        end = time.monotonic() + (timeout or 0.0)
        while (code := self._reap(0 if timeout is None else os.WNOHANG)) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a fork", timeout or 0.0)
            time.sleep(_TICK)
        return code

    def kill(self) -> None:
        end_group(self.pid)

    def _reap(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
                end_group(self.pid)
        return self.returncode


def settle() -> None:
    """What a fork does first: a group of its own, which can be ended, and no standard input."""
    lead_group(0)
    die_with_parent()
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def die_with_parent() -> None:
    """The death of the process that made this one ends this one, where the system offers that."""
    if sys.platform == "linux":
        namespaces.die_with_parent()


def lead_group(pid: int) -> None:
    """Done on both sides of a fork, since either may come first."""
    with suppress(OSError):
        os.setpgid(pid, pid)


def end_group(pid: int) -> None:
    """End a process that leads a group, and all that it started and that stayed in it."""
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def open_descriptors() -> set[int]:
    """The file descriptors of this process."""
    folder = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    return {number for number in map(int, os.listdir(folder)) if _is_open(number)}


def _is_open(descriptor: int) -> bool:
    # That of the listing is closed by now. Its number goes to what is opened next.
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _close_all_but(kept: Collection[int]) -> None:
    for descriptor in open_descriptors() - {0, 1, 2} - set(kept):
        os.close(descriptor)
