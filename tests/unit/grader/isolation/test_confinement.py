"""No kernel gets around its limits of memory and files, in a sandbox of either kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.isolation.sandbox import Limits
from grader.kernels import forked
from grader.kernels.student_kernel import StudentKernel
from kernel_queries import PATIENCE, error_name, wait_for_looks
from kernel_queries import value as ask
from open_kernels import opened

pytestmark = pytest.mark.needs("sandbox")
needs_filter = pytest.mark.needs("system call filter")


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
    parent = forked.ForkServer(preload=("ipykernel.kernelapp", "hoarder"), sandboxed=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(forked.switches.KERNEL, "PYTHONPATH", str(tmp_path))
        parent.start()
    try:
        limits = Limits(memory=800 << 20)
        with opened(parent.base / "r", forked.StartForkedKernel(parent), limits) as kernel:
            assert ask(kernel, "import hoarder; len(hoarder.hoard)") == 500 << 20
            wait_for_looks(kernel)
            assert kernel.alive()
    finally:
        parent.stop()
