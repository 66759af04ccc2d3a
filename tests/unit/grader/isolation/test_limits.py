"""Ways around the common limits: names that trip up who reads them, and what belongs to nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.isolation import resource_usage, watchdog
from grader.isolation.sandbox import Limits
from grader.kernels.student_kernel import StudentKernel
from kernel_queries import PATIENCE, wait_for_looks
from kernel_queries import value as ask
from open_kernels import OpenKernel

needs_sandbox = pytest.mark.needs("sandbox")
needs_filter = pytest.mark.needs("system call filter")
SMALL = Limits(memory=400 << 20, file_size=200 << 20, disk=100 << 20, files=500, cpu_seconds=20)


@pytest.fixture
def kernel(open_kernel: OpenKernel, request: pytest.FixtureRequest) -> Iterator[StudentKernel]:
    """A fork, which nothing but the watchdog keeps from using it all."""
    with open_kernel(limits=getattr(request, "param", SMALL)) as running:
        yield running


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
