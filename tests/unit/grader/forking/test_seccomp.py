"""Which system calls the filter lets through, on each machine and in a sandbox of either kind."""

from __future__ import annotations

import platform
import struct

import pytest

from grader.forking import seccomp
from grader.kernels.student_kernel import StudentKernel
from kernel_queries import value as ask

needs_sandbox = pytest.mark.needs("sandbox")
needs_filter = pytest.mark.needs("system call filter")
CALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *map(ctypes.c_ulong, arguments)) >= 0:
        return 'done'
    return errno.errorcode[ctypes.get_errno()]
"""


@needs_sandbox
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


@needs_sandbox
@needs_filter
@pytest.mark.parametrize("flag", [0x20000, 0x10000000, 0x40000000])
def test_nobody_gets_a_namespace_of_their_own(kernel: StudentKernel, flag: int) -> None:
    clone = seccomp._CLONE[["x86_64", "aarch64"].index(platform.machine())]
    code = f"{CALL}\n[call({clone}, {flag} | 17, 0, 0, 0, 0), subprocess.run(['unshare', '-U', 'true'], capture_output=True).returncode]"
    assert ask(kernel, f"import subprocess\n{code}") == ["EPERM", 1]


@needs_sandbox
@needs_filter
def test_a_sandbox_has_one_filter_for_each_process(kernel: StudentKernel) -> None:
    code = """
import pathlib, subprocess
own = pathlib.Path('/proc/self/status').read_text()
child = subprocess.run(['cat', '/proc/self/status'], capture_output=True, text=True).stdout
['Seccomp:\\t2' in status and 'NoNewPrivs:\\t1' in status for status in (own, child)]
"""
    assert ask(kernel, code) == [True, True]


def filtered(code: bytes, machine: str, number: int, *arguments: int, same: bool = True) -> int:
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
        assert filtered(code, machine, number) == expected
    assert filtered(code, machine, clone, 0x3D0F00) == 0x7FFF0000  # what a thread is made with
    assert filtered(code, machine, clone, 0x10000011) == 0x50001
    option = seccomp._SET_OPTION[column]
    assert [filtered(code, machine, option, 3, 1, name) for name in (6, 7, 8, 9)] == [
        *(0x7FFF0000, 0x50000, 0x50000, 0x7FFF0000)
    ]
    assert filtered(code, machine, option, 3, 6, 7) == 0x7FFF0000
    assert filtered(code, machine, 0x40000000) == filtered(code, machine, 0, same=False) == 0x50026
