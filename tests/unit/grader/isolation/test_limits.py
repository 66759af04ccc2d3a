"""Ways around the common limits: names that trip up who reads them, and what belongs to nobody.

The kernels here are warm ones, which nothing but the watchdog keeps from using it all.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.isolation import resource_usage, watchdog
from grader.isolation.sandbox import Limits
from grader.isolation.watchdog import Watchdog
from grader.kernels import forked
from grader.kernels.student_kernel import KernelConfig, StudentKernel
from kernel_queries import PATIENCE, wait_for_looks
from kernel_queries import value as ask

linux = pytest.mark.needs("linux")
needs_sandbox = pytest.mark.needs("sandbox")
needs_filter = pytest.mark.needs("system call filter")
MODULES = ("ipykernel.kernelapp", "numpy", "grader.endpoints.examiner")
SMALL = Limits(memory=400 << 20, file_size=200 << 20, disk=100 << 20, files=500, cpu_seconds=20)


@pytest.fixture(scope="module")
def fork_server() -> Iterator[forked.ForkServer]:
    with forked.ForkServer(preload=MODULES) as running:
        yield running


@pytest.fixture
def kernel(
    fork_server: forked.ForkServer, request: pytest.FixtureRequest
) -> Iterator[StudentKernel]:
    limits = getattr(request, "param", SMALL)
    base = fork_server.base / "room"
    for part in ("s", "k", "h"):
        (base / part).mkdir(parents=True)
    config = KernelConfig(base / "s", base / "h", base / "k", limits)
    with StudentKernel(config, forked.StartForkedKernel(fork_server)) as running:
        yield running
    shutil.rmtree(base)


# --- names ------------------------------------------------------------------------------------

NAMED = """
import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(15, {name!r}, 0, 0, 0)
child = 'x = bytearray(b"x") * (100 << 20); import time; time.sleep(600)'
ps = [subprocess.Popen([sys.executable, '-c', child]) for _ in range(6)]
time.sleep(600)
"""
NAMES = (b"\xff\xfe", b"\x0bVmRSS:-9999999", b"\x0bVmRSS:", b"a\nVmRSS:-999999", b") R 1 1 1")


@needs_sandbox
@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_process_lifts_the_limits(kernel: StudentKernel, name: bytes) -> None:
    assert kernel.run(NAMED.format(name=name), PATIENCE)[0] == "dead"
    assert "out of memory" in kernel.death


MAPPED = """
import mmap
for name in (b"\\xff\\xfe", b"a\\rb", b"a\\nb", b" \\x0b x (deleted)"):
    f = open(name, "w+b"); f.truncate(4096)
    m = mmap.mmap(f.fileno(), 4096); held = globals().setdefault("held", []); held.append(m)
len(held)
"""


@needs_sandbox
def test_no_name_of_a_mapped_file_ends_the_watch(kernel: StudentKernel) -> None:
    assert ask(kernel, MAPPED) == 4
    wait_for_looks(kernel)
    assert kernel.alive()


@linux
def test_usage_is_read_whatever_a_process_is_called() -> None:
    code = "import ctypes; ctypes.CDLL(None).prctl(15, b'\\x0bVmRSS:-9', 0, 0, 0); "
    with _process(code + "print(flush=True); sum(range(10**7)); print(flush=True); input()") as it:
        pids = [it.pid]
        assert resource_usage.resident(pids) > 1 << 20
        assert resource_usage.proportional(pids) > 1 << 20
        assert it.stdout is not None
        it.stdout.readline()
        ((pid, _),) = resource_usage.times(pids)
        assert pid == it.pid
        assert sum(spent.own for spent in resource_usage.times(pids).values()) > 0.01
    assert resource_usage.resident(pids) == resource_usage.proportional(pids) == 0
    assert resource_usage.times(pids) == {}


# --- a watchdog that cannot see, and what it walks ----------------------------------------------


@contextmanager
def _process(code: str = "print(flush=True); input()") -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def _problem(limits: Limits, scratch: Path, *others: Path, seconds: float = PATIENCE) -> str:
    """Why a process that does nothing is ended; it must be."""
    with _process() as process:
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
    with _process() as process:
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
    with _process() as process:
        dog = Watchdog(process, tmp_path, Limits())
        while dog.looks < 2 and dog._thread.is_alive():
            dog._end.wait(0.05)
        assert (dog.problem, process.poll()) == ("", None)


@linux
def test_a_walk_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s" / "d").mkdir(parents=True)
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "secret").touch()
    really = os.stat

    def swapped(path: str, **more: object) -> os.stat_result:
        state = really(path, **more)  # type: ignore[arg-type]
        if path == "d":
            (tmp_path / "s" / "d").rmdir()
            (tmp_path / "s" / "d").symlink_to(tmp_path / "host")
        return state

    monkeypatch.setattr(os, "stat", swapped)
    assert len(list(resource_usage.entries(tmp_path / "s"))) == 1


# --- what belongs to no process, and processor time ---------------------------------------------

DELETED = """
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True); libc.mmap.restype = ctypes.c_void_p
for i in range(6):
    with open(f"big{i}", "wb+") as f:
        os.unlink(f.name); f.write(bytes(30 << 20)); f.flush()
        libc.mmap(None, ctypes.c_size_t(4096), 1, 1, f.fileno(), ctypes.c_long(0))
time.sleep(600)
"""
PAGE_TABLES = """
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True); libc.mmap.restype = ctypes.c_void_p
size = 300 << 30
a = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))
libc.madvise(ctypes.c_void_p(a), ctypes.c_size_t(size), 15)  # no huge pages
for place in range(a, a + size, 2 << 20): ctypes.c_char.from_address(place).value
time.sleep(600)
"""
#: None is over the limit, and nobody gets the time of one that has ended.
BUSY = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    for _ in range(2):
        if os.fork() == 0:
            os.setsid(); end = time.process_time() + 2
            while time.process_time() < end: pass
            os._exit(0)
    try: os.wait()
    except ChildProcessError: pass  # comes when all have ended
"""


@needs_sandbox
@pytest.mark.needs("root")  # only root sees how large a mapped file is
def test_deleted_files_that_are_mapped_count(kernel: StudentKernel) -> None:
    assert kernel.run(DELETED, PATIENCE)[0] == "dead"
    assert "GB of files" in kernel.death


@needs_sandbox
def test_page_tables_are_memory(kernel: StudentKernel) -> None:
    assert kernel.run(PAGE_TABLES, PATIENCE)[0] == "dead"
    assert "out of memory" in kernel.death


@needs_filter
@needs_sandbox
def test_no_memory_is_left_to_the_system(kernel: StudentKernel) -> None:
    code = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
calls = libc.semget(0, 9, 0o600), libc.msgget(0, 0o600), libc.shmget(0, 9, 0o600), libc.mq_open(b"/a", 66, 0o600, None)
(calls, ctypes.get_errno())
"""
    assert ask(kernel, code) == ((-1, -1, -1, -1), 38)
    # Semaphores of POSIX are files in /dev/shm, and what multiprocessing is made of.
    assert ask(kernel, "import multiprocessing as m; m.Lock().acquire()") is True


@needs_filter
@needs_sandbox
def test_what_sockets_hold_is_memory(kernel: StudentKernel) -> None:
    code = """
import socket
one, other = socket.socketpair(); one.setblocking(False)
usual = one.getsockopt(1, 7); one.setsockopt(1, 7, 8 << 20); other.setsockopt(1, 8, 8 << 20)
one.getsockopt(1, 7) == usual, one.getsockopt(1, 8) == usual, one.send(b"x")
"""
    assert ask(kernel, code) == (True, True, 1)
    before, _ = resource_usage.unmapped(_pids(kernel), 0)
    assert before < 60 << 20
    ask(kernel, "held = [socket.socketpair() for _ in range(300)]; 1")
    after, _ = resource_usage.unmapped(_pids(kernel), 0)
    assert after - before > 100 << 20


def _pids(kernel: StudentKernel) -> list[int]:
    return watchdog._numbers(kernel.process.pid)


@needs_sandbox
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_files_in_memory_are_limited_in_number(kernel: StudentKernel, folder: str) -> None:
    code = f"import os\ntry:\n    for n in range(30_000): os.mknod(f'{folder}/{{n}}')\nexcept OSError: pass\nn"
    found = ask(kernel, code)
    assert isinstance(found, int)
    assert 10_000 < found < 20_000
    hidden, _ = resource_usage.unmapped(_pids(kernel), 0)
    assert hidden > 10 << 20


@needs_sandbox
@pytest.mark.parametrize("kernel", [replace(SMALL, cpu_seconds=8)], indirect=True, ids=["8 s"])
def test_processor_time_counts_for_all_together(kernel: StudentKernel) -> None:
    assert kernel.run(BUSY, PATIENCE)[0] == "dead"
    assert kernel.death == "more than 8 seconds of processor time"


@needs_sandbox
def test_a_kernel_gives_way_to_the_grader(kernel: StudentKernel) -> None:
    assert ask(kernel, "import os; os.nice(0)") == os.nice(0) + 10
