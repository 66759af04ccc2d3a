"""What code cannot do in a sandbox of either kind: system calls, and memory out of sight."""

from __future__ import annotations

import os
import platform
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import coursekit
from grader.forking import seccomp
from grader.isolation.sandbox import Limits, Sandbox, prlimit
from grader.kernels import forked
from grader.kernels.student_kernel import KernelConfig, StartKernel, StudentKernel, start_sandboxed
from kernel_queries import PATIENCE, error_name, wait_for_looks
from kernel_queries import value as ask

pytestmark = pytest.mark.needs("sandbox")
needs_filter = pytest.mark.needs("system call filter")
MODULES = ("ipykernel.kernelapp", "numpy", "grader.endpoints.examiner")
LIMITS = Limits(memory=400 << 20, file_size=200 << 20, disk=100 << 20)


@pytest.fixture(scope="module")
def fork_server() -> Iterator[forked.ForkServer]:
    with forked.ForkServer(preload=MODULES) as running:
        yield running


@pytest.fixture(params=["cold", "warm"])
def kernel(request: pytest.FixtureRequest) -> Iterator[StudentKernel]:
    """A kernel in a new Python under bubblewrap, and one in a fork that entered a sandbox."""
    parent: forked.ForkServer = request.getfixturevalue("fork_server")
    start: StartKernel = (
        start_sandboxed if request.param == "cold" else forked.StartForkedKernel(parent)
    )
    base = parent.base / f"{abs(hash(request.node.nodeid)):x}"[:8]
    with opened(base, start) as running:
        yield running


@contextmanager
def opened(base: Path, start: StartKernel, limits: Limits = LIMITS) -> Iterator[StudentKernel]:
    for part in ("s", "k", "h"):
        (base / part).mkdir(parents=True)
    with StudentKernel(KernelConfig(base / "s", base / "h", base / "k", limits), start) as kernel:
        yield kernel
    shutil.rmtree(base)


# --- system calls -------------------------------------------------------------------------------

CALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *map(ctypes.c_ulong, arguments)) >= 0:
        return 'done'
    return errno.errorcode[ctypes.get_errno()]
"""


@needs_filter
def test_forbidden_calls_fail_and_others_do_not(kernel: StudentKernel) -> None:
    column = ["x86_64", "aarch64"].index(platform.machine())
    forbidden = [numbers[column] for numbers in seccomp._FORBIDDEN.values()]
    assert set(ask(kernel, f"{CALL}\n[call(n, 0, 0, 0, 0) for n in {forbidden}]")) == {"EPERM"}  # type: ignore[call-overload]
    missing = [numbers[column] for numbers in seccomp._MISSING.values()]
    assert set(ask(kernel, f"{CALL}\n[call(n, 0, 0, 0, 0) for n in {missing}]")) == {"ENOSYS"}  # type: ignore[call-overload]
    # Threads, processes and pipes are made with calls that the filter looks at.
    code = """
import subprocess, threading
seen = []
thread = threading.Thread(target=seen.append, args=(1,)); thread.start(); thread.join()
(seen, subprocess.run(['echo', 'x'], capture_output=True, text=True).stdout, os.waitpid(os.fork() or os._exit(3), 0)[1])
"""
    assert ask(kernel, code) == ([1], "x\n", 768)


@needs_filter
@pytest.mark.parametrize("flag", [0x20000, 0x10000000, 0x40000000])
def test_nobody_gets_a_namespace_of_their_own(kernel: StudentKernel, flag: int) -> None:
    clone = seccomp._CLONE[["x86_64", "aarch64"].index(platform.machine())]
    code = f"{CALL}\n[call({clone}, {flag} | 17, 0, 0, 0, 0), subprocess.run(['unshare', '-U', 'true'], capture_output=True).returncode]"
    assert ask(kernel, f"import subprocess\n{code}") == ["EPERM", 1]


@needs_filter
def test_a_sandbox_has_one_filter_for_each_process(kernel: StudentKernel) -> None:
    code = """
import pathlib, subprocess
own = pathlib.Path('/proc/self/status').read_text()
child = subprocess.run(['cat', '/proc/self/status'], capture_output=True, text=True).stdout
['Seccomp:\\t2' in status and 'NoNewPrivs:\\t1' in status for status in (own, child)]
"""
    assert ask(kernel, code) == [True, True]


def _run(code: bytes, machine: str, number: int, *arguments: int, same: bool = True) -> int:
    """What a filter returns, by an interpreter for the few instructions that there are."""
    arch = seccomp._ARCHITECTURE[machine] if same else 0
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *(0,) * (6 - len(arguments)))
    place = accumulator = 0
    while True:
        operation, yes, no, operand = struct.unpack_from("=HBBI", code, 8 * place)
        place += 1
        match operation:
            case seccomp._LOAD:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case seccomp._RETURN:
                return int(operand)
            case seccomp._EQUAL:
                place += yes if accumulator == operand else no
            case seccomp._AT_LEAST:
                place += yes if accumulator >= operand else no
            case seccomp._ANY_BIT:
                place += yes if accumulator & operand else no


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_of_each_machine(machine: str) -> None:
    code, column = seccomp.program(machine), seccomp._COLUMN[machine]
    forbidden = {numbers[column] for numbers in seccomp._FORBIDDEN.values()}
    missing = {numbers[column] for numbers in seccomp._MISSING.values()}
    clone = seccomp._CLONE[column]
    for number in range(500):
        expected = 0x50001 if number in forbidden else 0x50026 if number in missing else 0x7FFF0000
        assert _run(code, machine, number) == expected
    assert _run(code, machine, clone, 0x3D0F00) == 0x7FFF0000  # what a thread is made with
    assert _run(code, machine, clone, 0x10000011) == 0x50001
    option = seccomp._SET_OPTION[column]
    assert [_run(code, machine, option, 3, 1, name) for name in (6, 7, 8, 9)] == [
        *(0x7FFF0000, 0x50000, 0x50000, 0x7FFF0000)
    ]
    assert _run(code, machine, option, 3, 6, 7) == 0x7FFF0000
    assert _run(code, machine, 0x40000000) == _run(code, machine, 0, same=False) == 0x50026


# --- memory and files ---------------------------------------------------------------------------

HEAP = "x = [bytearray(b'x') * (100 << 20) for _ in range(8)]"
CHILDREN = """
import subprocess, sys, time
child = 'x = bytearray(b"x") * (150 << 20); import time; time.sleep(600)'
ps = [subprocess.Popen([sys.executable, '-c', child]) for _ in range(6)]
time.sleep(600)
"""
SHARED = """
import mmap, os, time
held = []
for _ in range(6):
    part = mmap.mmap(-1, 150 << 20)
    if os.fork() == 0:  # what only a process that has ended had touched
        for place in range(0, len(part), 4096): part[place] = 1
        os._exit(0)
    os.wait(); held.append(part)
time.sleep(600)
"""
TMPFS = """
import time
for folder in ('/dev/shm', '/tmp'):
    for name in 'abcdef':
        try:
            with open(f'{folder}/{name}', 'wb') as file:
                for _ in range(190): file.write(bytes(1 << 20))
        except OSError: break
x = bytearray(b'x') * (150 << 20)
time.sleep(600)
"""
MEMFD = """
import os, time
held = []
for _ in range(6):
    held.append(os.memfd_create('a'))
    for _ in range(150): os.write(held[-1], bytes(1 << 20))
time.sleep(600)
"""
DELETED = """
import os, time
held = []
for number in range(6):
    file = open(f'file{number}', 'wb'); os.unlink(file.name); held.append(file)
    file.write(bytes(50 << 20)); file.flush()
time.sleep(600)
"""


@pytest.mark.parametrize("bomb", [CHILDREN, SHARED, TMPFS], ids=["children", "shared", "tmpfs"])
def test_a_memory_bomb_is_stopped(kernel: StudentKernel, bomb: str) -> None:
    assert kernel.run(bomb, PATIENCE)[0] == "dead"
    assert "out of memory" in kernel.death


def test_memory_of_one_process_is_an_error_and_not_its_end(kernel: StudentKernel) -> None:
    status, outputs = kernel.run(HEAP, PATIENCE)
    assert (status, error_name(outputs)) == ("error", "MemoryError")
    assert ask(kernel, "1 + 1") == 2


@needs_filter
def test_there_is_no_memory_in_files_without_a_name(kernel: StudentKernel) -> None:
    status, outputs = kernel.run(MEMFD, PATIENCE)
    assert (status, error_name(outputs)) == ("error", "OSError")


def test_deleted_files_count_as_files(kernel: StudentKernel) -> None:
    assert kernel.run(DELETED, PATIENCE)[0] == "dead"
    assert "GB of files" in kernel.death


def test_memory_shared_with_the_fork_server_is_not_the_forks_own(tmp_path: Path) -> None:
    """Two forks of a large parent are over the limit together, and have taken nothing."""
    (tmp_path / "hoarder.py").write_text("hoard = b'x' * (500 << 20)\n")
    path = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    parent = forked.ForkServer(preload=(*MODULES, "hoarder"), sandboxed=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        parent.start()
    try:
        limits = Limits(memory=800 << 20)
        with opened(parent.base / "r", forked.StartForkedKernel(parent), limits) as kernel:
            assert ask(kernel, "import hoarder; len(hoarder.hoard)") == 500 << 20
            wait_for_looks(kernel)
            assert kernel.alive()
    finally:
        parent.stop()


# --- limits and users ---------------------------------------------------------------------------


def test_limits_are_words_before_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    words = prlimit({"RLIMIT_DATA": 300 << 20, "RLIMIT_CORE": 0})
    code = "import resource as r; print(r.getrlimit(r.RLIMIT_DATA)[0] >> 20, r.getrlimit(r.RLIMIT_CORE)[1])"
    done = subprocess.run(
        [*words, sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "300 0\n"
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert prlimit({"RLIMIT_DATA": 1}) == []


def test_the_folders_of_a_sandbox_end_with_a_root_that_cannot_be_written(tmp_path: Path) -> None:
    words = Sandbox(tmp_path, tmp_path / "h", tmp_path / "k").folders()
    assert words[-2:] == ["--remount-ro", "/"]
    assert str(Path(coursekit.__file__).parent) in words
