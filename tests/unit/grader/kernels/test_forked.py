"""Warm kernels are forks: they start ready, alone in their sandbox, and leave nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from grader.isolation.sandbox import Limits
from grader.kernels import forked
from grader.kernels.student_kernel import KernelConfig
from kernel_queries import PATIENCE, error, error_name
from kernel_queries import value as ask
from open_kernels import OpenKernel

pytestmark = pytest.mark.needs("sandbox")


def test_a_fork_has_the_imports_and_is_alone(open_kernel: OpenKernel) -> None:
    with open_kernel() as kernel:
        code = "import os, sys; ('deltalake' in sys.modules, os.getpid(), os.getcwd())"
        assert ask(kernel, code) == (True, 2, f"{kernel.config.home}/work")
        assert ask(kernel, "[p for p in os.listdir('/proc') if p.isdigit()]") == ["1", "2"]
        assert ask(kernel, "import socket; [n for _, n in socket.if_nameindex()]") == ["lo"]
        # Loopback works: some lessons start a service.
        code = "s = socket.create_server((socket.gethostname(), 0)); c = socket.create_connection("
        assert ask(kernel, code + "s.getsockname()); c.getpeername()[0]") == "127.0.0.1"


def test_everything_ends_with_the_kernel(open_kernel: OpenKernel) -> None:
    start = (
        "import subprocess; subprocess.Popen(['sleep', '4711'], start_new_session=True); "
        "subprocess.Popen(['setsid', '-f', 'sleep', '4711']); 1"
    )
    with open_kernel() as kernel:
        ask(kernel, start)
        family = psutil.Process(kernel.process.pid).children(recursive=True)
        assert len(family) >= 2
    assert not [member for member in family if _lives(member)]


def _lives(process: psutil.Process, seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
                continue
        return False
    return True


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_dead_kernel_is_noticed(open_kernel: OpenKernel, end: str) -> None:
    with open_kernel() as kernel:
        assert kernel.run(f"import os; {end}", PATIENCE)[0] == "dead"
        codes = {"os._exit(3)": 3, "os.kill(os.getpid(), 9)": -9, "os.abort()": -6}
        assert kernel.process.wait(300) == codes[end]


def test_an_endless_cell_is_interrupted(open_kernel: OpenKernel) -> None:
    with open_kernel() as kernel:
        status, outputs = kernel.run("while True: pass", 3)
        assert (status, error_name(outputs)) == ("timeout", "KeyboardInterrupt")
        assert ask(kernel, "1 + 1") == 2


def test_limits_hold(open_kernel: OpenKernel) -> None:
    limits = Limits(memory=2**30, file_size=10_000, open_files=200, processes=40)
    with open_kernel(limits=limits) as kernel:
        assert error(kernel, "x = bytearray(1 << 31)") == "MemoryError"
        assert error(kernel, "open('big', 'wb').write(b'x' * 20_000)") == "OSError"
        assert error(kernel, "files = [open('/dev/null') for _ in range(300)]") == "OSError"
        bomb = "import subprocess; ps = [subprocess.Popen(['sleep', '900']) for _ in range(60)]"
        assert error(kernel, bomb) == "BlockingIOError"


def test_a_folder_outside_is_refused(fork_server: forked.ForkServer, tmp_path: Path) -> None:
    config = KernelConfig(tmp_path / "s", tmp_path / "h", tmp_path / "k")
    config.sockets.mkdir()
    config.prepare()
    with pytest.raises(forked.ForkError, match="does not lie below"):
        forked.StartForkedKernel(fork_server)(config)


def test_kernels_end_with_the_fork_server_and_with_their_driver(tmp_path: Path) -> None:
    fork_server = forked.ForkServer(preload=("ipykernel.kernelapp",)).start()
    base = fork_server.base / "r"
    configs = [KernelConfig(base / n / "s", base / n / "h", base / n / "k") for n in "ab"]
    for config in configs:
        config.sockets.mkdir(parents=True)
        config.prepare()
    first, second = (forked.StartForkedKernel(fork_server)(config) for config in configs)
    process = psutil.Process(first.pid)
    first.close()
    assert not _lives(process)
    assert second.poll() is None
    fork_server.stop()
    assert second.wait(300) == -9
    with pytest.raises(forked.ForkError, match="does not answer"):
        forked.StartForkedKernel(fork_server)(configs[0])


def test_the_fork_server_ends_with_its_owner(tmp_path: Path) -> None:
    code = (
        "from grader.kernels.forked import ForkServer; from pathlib import Path; import time\n"
        f"z = ForkServer(Path({str(tmp_path / 'z')!r}), ['json'], sandboxed=False).start()\n"
        "print(z.pid, flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    parent = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert not _lives(parent)


@pytest.mark.parametrize("milliseconds", range(0, 40, 4))
def test_a_parent_that_is_stopped_while_it_starts_leaves_nothing(milliseconds: int) -> None:
    starting = forked.ForkServer(preload=())
    starting.launch()
    time.sleep(milliseconds / 1000)
    starting.stop()
    assert _left_of(starting) == []


def test_a_parent_that_is_stopped_before_its_sandbox_is_set_up_leaves_nothing() -> None:
    """Its inner process then waits for ever for the outer one, unless somebody ends it."""
    for _ in range(10):
        starting = forked.ForkServer(preload=())
        starting.launch()
        inner = Path(f"/proc/{starting.pid}/task/{starting.pid}/children")
        while not inner.read_bytes():
            pass
        starting.stop()
        assert _left_of(starting) == []


def _left_of(fork_server: forked.ForkServer) -> list[dict[str, object]]:
    """The processes of a fork server that go on; one that was killed is listed until it has ended."""
    own = [
        process
        for process in psutil.process_iter(["pid", "cmdline"])
        if any(str(fork_server.base) in word for word in process.info["cmdline"] or ())
    ]
    return [process.info for process in own if _lives(process)]
