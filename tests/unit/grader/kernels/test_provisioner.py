"""Programs that use jupyter_client get forks of a fork server, or cold kernels where there is none."""

from __future__ import annotations

import ast
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.manager import start_new_kernel
from jupyter_client.provisioning import KernelProvisionerFactory

from grader.kernels import forked, provisioner

pytestmark = pytest.mark.needs("linux")
PATIENCE = 300
#: Enough to be told from a cold kernel, and quick to import.
MODULES = ("ipykernel.kernelapp", "numpy", "dill")
IS_WARM = "import sys; 'numpy' in sys.modules"


@pytest.fixture(scope="module")
def fork_server() -> Iterator[forked.ForkServer]:
    with forked.ForkServer(preload=MODULES, sandboxed=False) as running:
        yield running


@contextmanager
def kernel(
    cwd: Path, name: str = "python3"
) -> Iterator[tuple[KernelManager, Callable[[str], object]]]:
    """A kernel as nbval starts it, and a function for the value of a cell's last line."""
    manager, client = start_new_kernel(PATIENCE, name, cwd=str(cwd))
    try:
        yield manager, lambda code: ask(client, code)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def ask(client: BlockingKernelClient, code: str) -> object:
    told: list[dict[str, Any]] = []
    client.execute_interactive(code, timeout=PATIENCE, output_hook=told.append)
    errors = [m["content"]["evalue"] for m in told if m["msg_type"] == "error"]
    assert not errors
    value = [m for m in told if m["msg_type"] == "execute_result"][-1]["content"]["data"]
    return ast.literal_eval(value["text/plain"])


def gone(pid: int, seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    with suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
    return True


def test_this_environment_knows_the_provisioner() -> None:
    assert provisioner.available(), "run `make setup`"


def test_a_kernel_is_a_fork_and_otherwise_what_it_would_be(
    fork_server: forked.ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(provisioner.DEFAULT, "local-provisioner")
    # The one is ipykernel's watch on the parent, the other is set by the debugger.
    seen = "import os; (os.getcwd(), os.environ['PYTHONHASHSEED'], hash('a'), sys.path, "
    seen += "sorted(set(os.environ) - {'JPY_PARENT_PID', 'PYDEVD_USE_FRAME_EVAL'}))"
    with kernel(tmp_path) as (manager, cold):
        assert manager.transport == "tcp"
        assert cold(IS_WARM) is False
        expected: Any = cold(seen)
    with provisioner.kernels_of(fork_server), kernel(tmp_path) as (manager, answer):
        assert manager.transport == "ipc"
        assert answer(IS_WARM) is True
        told = answer(seen)
    assert told == (*expected[:-1], sorted([*expected[-1], provisioner.CONTROL]))


def test_a_kernel_that_a_notebook_starts_is_a_fork_too(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    """As papermill starts them; each with the folder and the variables that it was given."""
    inner = tmp_path / "inner"
    inner.mkdir()
    code = f"""
import os
from jupyter_client.manager import start_new_kernel
os.environ["MINE"] = "1"
manager, client = start_new_kernel({PATIENCE}, cwd={str(inner)!r})
told = []
client.execute_interactive(
    "import os, sys; print(('numpy' in sys.modules, os.getcwd(), os.environ['MINE']))",
    output_hook=told.append,
)
client.stop_channels()
manager.shutdown_kernel(now=True)
[one["content"]["text"] for one in told if one["msg_type"] == "stream"]
"""
    with provisioner.kernels_of(fork_server), kernel(tmp_path) as (_, answer):
        told: Any = answer(code)
    assert [ast.literal_eval(one) for one in told] == [(True, str(inner), "1")]


def test_nothing_is_carried_over_to_the_next_kernel(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    state = """
import builtins, json, os, random, signal, sys, tempfile, warnings, numpy
(os.getpid(), random.random(), float(numpy.random.random()), tempfile.mkdtemp()), (
    builtins.abs(-2), hasattr(json, "mine"), float(numpy.mean([1, 3])), "pandas" in sys.modules,
    "/poison" in sys.path, os.environ.get("POISON"), os.getcwd(), tempfile.gettempdir(),
    str(warnings.filters[:1]), repr(signal.getsignal(signal.SIGTERM)), globals().get("left"))
"""
    poison = f"""
import builtins, json, os, signal, sys, tempfile, warnings, numpy
builtins.abs = lambda _: 100
json.mine = 1
numpy.mean = lambda *_: 1.0
sys.modules["pandas"] = None
sys.path.insert(0, "/poison")
os.environ["POISON"] = "1"
os.chdir("/")
tempfile.tempdir = {str(tmp_path)!r}
warnings.simplefilter("error")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
left = 1
"""
    found: list[Any] = []
    with provisioner.kernels_of(fork_server):
        for _ in range(2):
            with kernel(tmp_path) as (_, answer):
                found.append(answer(state))
                assert answer(poison + state) != found[-1]
    (first, clean), (second, again) = found
    assert clean == again
    assert not set(first) & set(second)


def test_a_library_imported_before_the_fork_finds_the_cells(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    """Dill asks once, when it is imported, whether this is IPython; Feast needs it for the source."""
    code = "import dill, sys\ndef f(): return 1\n'numpy' in sys.modules, dill.source.getsource(f)"
    with provisioner.kernels_of(fork_server), kernel(tmp_path) as (_, answer):
        assert answer(code) == (True, "def f(): return 1\n")


def test_what_a_notebook_started_ends_with_its_kernel(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    start = "import os, subprocess; (os.getpid(), subprocess.Popen(['sleep', '4711']).pid)"
    with provisioner.kernels_of(fork_server), kernel(tmp_path) as (_, answer):
        pids = answer(start)
        assert isinstance(pids, tuple)
        assert all(psutil.pid_exists(pid) for pid in pids)
    assert all(gone(pid) for pid in pids)


def test_it_can_be_interrupted_and_restarted(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    with provisioner.kernels_of(fork_server):
        manager, client = start_new_kernel(PATIENCE, "python3", cwd=str(tmp_path))
    try:
        ask(client, "left = 1; left")
        endless = "print('begun', flush=True)\nwhile True: pass"
        client.execute(endless, stop_on_error=False)
        while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=PATIENCE)["content"]["ename"] == "KeyboardInterrupt"
        assert ask(client, "left") == 1
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=PATIENCE)
        assert ask(client, f"{IS_WARM} and 'left' not in globals()") is True
    finally:
        client.stop_channels()
        manager.shutdown_kernel()  # with a request, not a signal
    assert not manager.has_kernel


ENDS_WHEN_TOLD = """
import os, threading, time
def wait():
    while not os.path.exists("end"): time.sleep(0.02)
    os._exit(3)
threading.Thread(target=wait).start()
os.getpid()
"""


def test_a_kernel_that_ended_is_noticed(fork_server: forked.ForkServer, tmp_path: Path) -> None:
    with provisioner.kernels_of(fork_server), kernel(tmp_path) as (manager, answer):
        pid = answer(ENDS_WHEN_TOLD)
        assert isinstance(pid, int)
        # Not before: an answer of a kernel that has ended may be lost on its way.
        (tmp_path / "end").touch()
        assert gone(pid)
        own = manager.provisioner
        assert isinstance(own, provisioner.ForkProvisioner)
        assert own.process
        assert gone(own.process.pid)
        # The parent of the forks sees the end a moment after the system does, and says so.
        assert own.process.wait(PATIENCE) == 3
        assert not manager.is_alive()


def test_a_killed_fork_server_ends_its_kernels_and_the_next_starts_cold(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        forked.ForkServer(preload=MODULES, sandboxed=False) as fork_server,
        provisioner.kernels_of(fork_server),
    ):
        with kernel(tmp_path) as (_, answer):
            pid = answer("import os; os.getpid()")
            assert isinstance(pid, int)
            assert fork_server.pid is not None
            os.kill(fork_server.pid, 9)
            assert gone(pid)
        assert not caplog.messages
        with caplog.at_level(logging.WARNING), kernel(tmp_path) as (_, cold):
            assert cold(IS_WARM) is False
        assert len(caplog.messages) == 1
        assert "This kernel starts cold" in caplog.messages[0]


def test_a_notebook_of_another_environment_gets_its_own_kernel(
    fork_server: forked.ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nTHEIRS=1 exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = tmp_path / "kernels" / "theirs" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": argv, "display_name": "Theirs", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with provisioner.kernels_of(fork_server), kernel(tmp_path, "theirs") as (_, theirs):
        assert theirs("import os, sys; (os.environ['THEIRS'], 'numpy' in sys.modules)") == (
            "1",
            False,
        )


def test_a_setting_that_a_library_made_here_starts_no_thread_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polars writes its memory allocator's settings into the environment of who imports it."""
    for name in forked.NO_THREADS:
        monkeypatch.setenv(name, "background_thread:true")
    monkeypatch.setattr(forked, "PRELOAD", MODULES)
    monkeypatch.setattr(provisioner, "LESSONS", ("pyarrow", "polars"))
    server = provisioner.start_fork_server()
    assert server is not None
    server.stop()


def test_a_library_with_threads_means_cold_kernels_and_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "restless.py").write_text(
        "import threading, time; threading.Thread(target=time.sleep, args=(900,), daemon=True).start()"
    )
    monkeypatch.setitem(forked.switches.KERNEL, "PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(forked, "PRELOAD", MODULES)
    monkeypatch.setattr(provisioner, "LESSONS", ("restless",))
    assert provisioner.start_fork_server() is None
    with kernel(tmp_path) as (_, cold):
        assert cold(IS_WARM) is False
    assert len(caplog.messages) == 1
    assert "2 threads run" in caplog.messages[0]


@pytest.mark.parametrize("why", ["not Linux", "not installed"])
def test_no_fork_server_is_started_without_ado(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    monkeypatch.delattr(forked, "ForkServer")
    if why == "not Linux":
        monkeypatch.setattr(sys, "platform", "darwin")
    if why == "not installed":
        monkeypatch.setattr(provisioner, "PROVISIONER", "unheard-of")
    assert provisioner.start_fork_server() is None
    assert not caplog.messages


def test_everything_is_as_before_afterwards(fork_server: forked.ForkServer) -> None:
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name, dict(os.environ)
    with (
        pytest.raises(KeyError),
        provisioner.kernels_of(fork_server),
        provisioner.kernels_of(fork_server),
    ):
        raise KeyError
    assert (factory.default_provisioner_name, dict(os.environ)) == before


def test_another_program_is_told_by_its_environment(
    fork_server: forked.ForkServer, tmp_path: Path
) -> None:
    code = (
        "from jupyter_client.manager import start_new_kernel\n"
        f"manager, client = start_new_kernel({PATIENCE})\n"
        "print(manager.provisioner.forked)\n"
        "client.stop_channels(); manager.shutdown_kernel(now=True)"
    )
    environment = os.environ | provisioner.fork_environment(fork_server)
    words = [sys.executable, "-c", code]
    done = psutil.Popen(words, env=environment, stdout=-1, text=True, cwd=tmp_path)
    assert done.communicate()[0] == "True\n"
