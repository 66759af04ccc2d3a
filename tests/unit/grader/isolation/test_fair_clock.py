"""What counts is the time that a process had, whatever else the machine does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from subprocess import PIPE

import pytest

from grader.isolation import fair_clock
from grader.isolation.fair_clock import FairClock


def test_without_a_process_it_is_wall_time() -> None:
    clock = FairClock()
    before, began = clock.now(), time.monotonic()
    assert clock.now() - before <= time.monotonic() - began + 0.001
    assert before == pytest.approx(began, abs=60)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What the clock is told: the wall time, and how long processes 1 and 2 have waited."""
    told = {"wall": 100.0, "1": 7.0, "2": 0.0}
    monkeypatch.setattr(time, "monotonic", lambda: told["wall"])
    monkeypatch.setattr(fair_clock, "_waited", lambda pid: told[str(pid)])
    monkeypatch.setattr(fair_clock, "_innermost", lambda pid: pid)
    return told


def test_what_a_process_waits_for_a_processor_does_not_count(told: dict[str, float]) -> None:
    clock = FairClock()
    clock.watch(1)
    began = clock.now()
    told |= {"wall": 110.0, "1": 11.0}
    assert clock.now() - began == 6
    clock.watch(2)
    told |= {"wall": 112.0, "2": 1.0}
    assert clock.now() - began == 7
    # A process that has ended is not there to be read.
    told["2"] = 0.0
    assert clock.now() - began == 7
    clock.leave(2)
    assert clock.now() - began == 7


def test_a_tenth_of_the_wall_time_always_counts(told: dict[str, float]) -> None:
    clock = FairClock()
    clock.watch(1)
    began = clock.now()
    told |= {"wall": 200.0, "1": 107.0}
    assert clock.now() - began == pytest.approx(10)


@pytest.mark.needs("linux")
def test_the_wait_of_a_process_is_read() -> None:
    """Of two that share one processor, each waits while the other works."""
    core = min(os.sched_getaffinity(0))
    begins = f"import os, time\nos.sched_setaffinity(0, {{{core}}})\nprint(flush=True)\n"
    endless = [sys.executable, "-c", begins + "while True: pass"]
    told = "input()\nwhile time.thread_time() < 1: pass"
    # Through a shell, as a kernel is run through programs that wait for it.
    through = ["sh", "-c", '"$@"; true', "sh", sys.executable, "-c", begins + told]
    with (
        subprocess.Popen(endless, stdout=PIPE) as other,
        subprocess.Popen(through, stdin=PIPE, stdout=PIPE) as one,
    ):
        for process in (other, one):
            assert process.stdout is not None
            process.stdout.readline()
        clock = FairClock()
        assert clock.watch(one.pid) != one.pid
        before, began = clock.now(), time.monotonic()
        assert one.stdin is not None
        one.stdin.write(b"\n")
        one.stdin.flush()
        while one.poll() is None:
            clock.now()
            time.sleep(0.01)
        had, took = clock.now() - before, time.monotonic() - began
        other.kill()
    assert 0.1 * took - 0.1 <= had < took - 0.2


def test_where_nothing_is_told_nothing_is_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: str) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr(fair_clock, "_read", missing)
    clock = FairClock()
    assert clock.watch(os.getpid()) == os.getpid()
    assert fair_clock._waited(os.getpid()) == 0
