"""The watchdog sees all that a process started, ends what passes a limit, and what it cannot see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.isolation import resource_usage, watchdog
from grader.isolation.sandbox import Limits
from grader.isolation.watchdog import Watchdog
from idle_process import idle_process
from kernel_queries import PATIENCE

linux = pytest.mark.needs("linux")
PARENT = """
import os, subprocess, sys, threading
def of_a_thread():
    print(subprocess.Popen([sys.executable, "-c", "input()"]).pid)
thread = threading.Thread(target=of_a_thread); thread.start(); thread.join()
print(subprocess.Popen(["sleep", "60"], start_new_session=True).pid, flush=True)
input()
"""


@pytest.mark.parametrize("listed", [True, False])
def test_all_that_a_process_started_counts(listed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not listed:  # as where the kernel was built without lists of children

        def scandir(folder: str) -> None:
            raise FileNotFoundError(folder)

        monkeypatch.setattr(os, "scandir", scandir)
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        children = [int(parent.stdout.readline()) for _ in range(2)]
        try:
            assert sorted(watchdog._numbers(parent.pid)) == sorted([parent.pid, *children])
        finally:
            for child in children:
                os.kill(child, 9)
            parent.kill()
    assert watchdog._numbers(parent.pid) == []


def _problem(limits: Limits, scratch: Path, *others: Path, seconds: float = PATIENCE) -> str:
    """Why a process that does nothing is ended; it must be."""
    with idle_process() as process:
        dog = Watchdog(process, scratch, limits, *others)
        assert process.wait(seconds) == -signal.SIGKILL
        return dog.problem


@linux
@pytest.mark.parametrize("place", ["resident", "unmapped", "times", "closed", "entries"])
def test_a_watchdog_that_cannot_see_ends_the_kernel(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "a trick nobody has thought of")

    monkeypatch.setattr(resource_usage, place, fails)
    assert _problem(Limits(), tmp_path) == "the kernel's use of the machine could not be read"


@linux
def test_the_end_of_a_kernel_is_no_problem(tmp_path: Path) -> None:
    with idle_process() as process:
        dog = Watchdog(process, tmp_path, Limits())
        process.kill()
        process.wait()
        dog._thread.join(PATIENCE)
        assert not dog._thread.is_alive()
        assert dog.problem == ""


def _folders(scratch: Path, other: Path) -> None:
    for number in range(60):
        (scratch / str(number)).mkdir()


def _elsewhere(scratch: Path, other: Path) -> None:
    for number in range(3):
        (other / str(number)).write_bytes(b"x" * (1 << 20))


@linux
@pytest.mark.parametrize(
    ("harm", "problem"), [(_folders, "more than 50 files and folders"), (_elsewhere, "GB of files")]
)
def test_folders_count_and_every_writable_place(
    tmp_path: Path, harm: Callable[[Path, Path], None], problem: str
) -> None:
    scratch, other = tmp_path / "s", tmp_path / "k"
    scratch.mkdir()
    other.mkdir()
    harm(scratch, other)
    assert problem in _problem(Limits(files=50, disk=2 << 20), scratch, other)


@linux
def test_a_folder_that_cannot_be_read_is_over_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shut").mkdir(mode=0o300)
    really = os.open

    def opened(path: str | Path, flags: int, **more: int) -> int:  # as it is for all but root
        if path == "shut":
            raise PermissionError(path)
        return really(path, flags, **more)

    monkeypatch.setattr(os, "open", opened)
    assert _problem(Limits(), tmp_path) == "a folder cannot be read"


@linux
def test_a_walk_has_an_end_and_memory_is_seen_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = os.stat(tmp_path)

    def endless(_: Path) -> Iterator[tuple[int, os.stat_result]]:
        while True:
            yield 1, state

    monkeypatch.setattr(resource_usage, "entries", endless)
    many = Limits(files=10**12, disk=2**62)
    assert _problem(many, tmp_path).startswith("too many files")
    calls: list[int] = []

    def more_each_time(_: object) -> int:
        calls.append(1)
        return 2**40 if len(calls) > 8 else 0

    monkeypatch.setattr(watchdog, "_MOST", 10**18)
    monkeypatch.setattr(resource_usage, "resident", more_each_time)
    monkeypatch.setattr(resource_usage, "proportional", lambda _: 2**40)
    assert "out of memory" in _problem(many, tmp_path)


@linux
def test_a_busy_machine_makes_no_look_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it takes to read what is used: what counts is how much there is to count."""
    seconds = iter(range(10**6))
    monkeypatch.setattr(time, "thread_time", lambda: 10.0 * next(seconds))
    monkeypatch.setattr(time, "monotonic", lambda: 10.0 * next(seconds))
    for number in range(30):
        (tmp_path / str(number)).touch()
    with idle_process() as process:
        dog = Watchdog(process, tmp_path, Limits())
        while dog.looks < 2 and dog._thread.is_alive():
            dog._end.wait(0.05)
        assert (dog.problem, process.poll()) == ("", None)
