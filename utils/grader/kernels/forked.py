"""Warm kernels: forks of a process that has imported the libraries already.

`ForkServer` starts that parent; `StartForkedKernel` and `StartForkedExaminer` let the grading engine have its processes
from it. Other programs get theirs through `provisioner.ForkProvisioner`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from coursekit.environment import known, switches
from grader.exceptions import ForkError
from grader.forking.protocol import MESSAGE, SEPARATOR
from grader.isolation.files import end_orphans, scratch_folder
from grader.isolation.sandbox import COURSE, WORK, Sandbox, shared

if TYPE_CHECKING:
    from grader.kernels.student_kernel import KernelConfig

#: What nearly every lab uses.
PRELOAD = (
    "ipykernel.kernelapp",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "tornado.queues",
    # Not matplotlib_inline: it teaches the shell to show figures when it is imported, once there is one.
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "churn.data",
    "churn.training",
    "coursekit.checks",
    "coursekit.variants",
    "coursekit.workspace",
    "grader.endpoints.agent",
    "grader.endpoints.examiner",
)
READY_SECONDS = 600.0
#: The memory allocators of Arrow and Delta Lake each start a thread when they are imported.
NO_THREADS = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "_RJEM_MALLOC_CONF": "background_thread:false",
}


class ForkServer:
    """The parent of warm kernels, as a context manager. Several processes can share one.

    Args:
        base: an empty or new folder in which the folders of all kernels lie; default: a temporary
            one, deleted at the end. Its path must be short: the path of a Unix socket has at most
            107 bytes.
        preload: modules to import before the first fork.
        lab: modules that the lab imports; those that cannot be imported are left to the kernels.
        sandboxed: False for trusted notebooks (lessons): kernels then see the whole machine.
    """

    def __init__(
        self,
        base: Path | None = None,
        preload: Sequence[str] = PRELOAD,
        *,
        lab: Sequence[str] = (),
        sandboxed: bool = True,
    ) -> None:
        self._temporary = ExitStack()
        own = base or self._temporary.enter_context(scratch_folder("warm-"))
        self.base = own.resolve()
        self.base.mkdir(parents=True, exist_ok=True)
        self.modules = (*preload, SEPARATOR, *lab)
        self.sandboxed = sandboxed
        self.control = self.base / "control"
        self.log = self.base / "fork-server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the process, if it is not running, and do not wait for it."""
        if self._process is not None:
            return
        self.control.unlink(missing_ok=True)
        home = self.base / "home"
        home.mkdir(exist_ok=True)
        python = [sys.executable, "-Xfrozen_modules=off", "-m", "grader.forking.server"]
        # A fork's /proc/self/environ shows this for ever, whatever its own environment is.
        own = Sandbox(home, home, home).environment()
        environment = own if self.sandboxed else known.environment(switches.KERNEL)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(_view(self.base) if self.sandboxed else ()),
                    *python,
                    str(self.base),
                    *self.modules,
                ],
                # The last word is ours: polars sets one of these in the process that imports it.
                env=environment | NO_THREADS,
                stdin=subprocess.PIPE,  # closes when this process ends, and the fork server with it
                stdout=log,
                stderr=log,
            )

    def start(self) -> Self:
        """Start the process and wait until it has imported everything.

        Raises:
            ForkError: it ended instead, or was not ready in time.
        """
        self.launch()
        assert self._process is not None
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace").strip().splitlines()
                self.stop()
                raise ForkError(f"The fork server is not ready: {said[-1] if said else 'no word'}")
            time.sleep(0.02)
        return self

    def _answers(self) -> bool:
        try:
            connect(self.control).close()
        except OSError:
            return False
        return True

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End the fork server, and with it every kernel."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            end_orphans(self.base)
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None
        self.control.unlink(missing_ok=True)
        self._temporary.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _view(base: Path) -> list[str]:
    """The bubblewrap command for a fork server: it sees what a cold sandbox sees, and `base`.

    It keeps its capabilities, within a user namespace unless this is root, because each fork needs
    them to enter its own sandbox; a fork gives them up before it becomes a kernel.
    """
    words = ["bwrap", "--die-with-parent", "--new-session", "--cap-add", "ALL"]
    words += ["--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    if os.getuid() != 0:
        # With another user than 0, bubblewrap makes a second user namespace inside the first, and
        # capabilities there are of no use for the namespaces that belong to the first.
        words += ["--unshare-user", "--uid", "0", "--gid", "0"]
    words += Sandbox(base, base, base).folders()
    return [*words, "--chdir", "/", "--"]


def connect(control: Path | str) -> socket.socket:
    """A connection to a fork server.

    Raises:
        OSError: nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        # The system then tells us the sender's process number as it is on this side.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        connection.connect(str(control))
    except OSError:
        connection.close()
        raise
    return connection


class ForkedProcess:
    """The process that a fork lives in; it can be used like a `subprocess.Popen`.

    Attributes:
        pid: its first process. When that one ends, all inside end.
        returncode: None while it runs; -n when signal n ended the kernel.
        usage: after the end, CPU seconds and the largest memory of one process in bytes, as
            {"exit": int, "cpu": float, "peak": int}.
    """

    def __init__(
        self, control: Path | str, request: Mapping[str, Any], pass_fd: int | None = None
    ) -> None:
        """Ask for a fork and wait until it is in its sandbox.

        Args:
            request: the fields of a `forking.protocol.Request`.
            pass_fd: a file descriptor that the fork gets a copy of.

        Raises:
            ForkError: it could not enter its sandbox, or the fork server is gone.
        """
        self.returncode: int | None = None
        self.usage: dict[str, float] = {}
        try:
            self._connection = connect(control)
            passed = [] if pass_fd is None else [pass_fd]
            socket.send_fds(self._connection, [json.dumps(request).encode()], passed)
            message, ancillary, _, _ = self._connection.recvmsg(MESSAGE, socket.CMSG_SPACE(12))
        except OSError as error:
            raise ForkError(f"The fork server does not answer: {error}") from error
        answer = json.loads(message or b'{"error": "the fork server ended"}')
        if "error" in answer:
            self._connection.close()
            raise ForkError(f"No warm kernel could be started: {answer['error']}")
        self.pid: int = next(
            struct.unpack("3i", data)[0]
            for level, kind, data in ancillary
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)
        )

    def poll(self) -> int | None:
        return self._receive(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        code = self._receive(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("warm kernel", timeout or 0.0)
        return code

    def _receive(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            try:
                self._connection.settimeout(timeout)
                message = self._connection.recv(MESSAGE)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                message = b""
            # Without a last word the fork server itself has ended, and took all kernels along.
            self.usage = json.loads(message) if message else {"exit": -signal.SIGKILL}
            code = int(self.usage["exit"])
            self.returncode = 128 - code if code > 128 else code
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel; SIGKILL ends everything in its sandbox."""
        if self.poll() is None:
            with suppress(OSError):
                self._connection.sendall(json.dumps({"signal": int(number)}).encode())

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of it: what still runs ends."""
        self._connection.close()
        if self.returncode is None:
            self.returncode = -signal.SIGKILL


class StartForkedKernel:
    """Starts the engine's kernels as forks: a `kernel.Start`.

    The folders of each kernel must lie below the fork server's base.
    """

    def __init__(self, fork_server: ForkServer) -> None:
        self.fork_server = fork_server

    def __call__(self, config: KernelConfig) -> ForkedProcess:
        """Fork a kernel that enters its own sandbox before it runs anything.

        Raises:
            ForkError: see `ForkedProcess`.
        """
        binds = [_writable(config.scratch, config.home), _writable(config.sockets, config.sockets)]
        request = _request(self.fork_server, config, binds) | {
            "connection_file": str(config.connection),
            "limits": config.limits.rlimits(),
        }
        return ForkedProcess(self.fork_server.control, request)


class StartForkedExaminer:
    """Starts the engine's examiners as forks: a `proctor.StartExaminer`."""

    def __init__(self, fork_server: ForkServer) -> None:
        self.fork_server = fork_server

    def __call__(self, descriptor: int, config: KernelConfig) -> ForkedProcess:
        """Fork a process that serves test cells on the socket `descriptor`.

        It sees its copy of the learner's files and none of the learner's processes.

        Raises:
            ForkError: see `ForkedProcess`.
        """
        request = _request(self.fork_server, config, [_writable(config.home, config.home)]) | {
            "main": "grader.endpoints.examiner:examine",
            "own_user": False,
            "limits": {"RLIMIT_DATA": config.limits.memory},
        }
        return ForkedProcess(self.fork_server.control, request, descriptor)


Bind = tuple[str, str, bool]


def _writable(source: Path, target: Path) -> Bind:
    return str(source), str(target), True


def _request(fork_server: ForkServer, config: KernelConfig, binds: list[Bind]) -> dict[str, Any]:
    """The fields that a kernel and an examiner share; both see the course's data sets."""
    mounted, course = fork_server.base / COURSE, config.home / COURSE
    parts = [name for name in shared() if (mounted / name).exists()]
    return {
        "connection_file": "",
        "cwd": str(config.home / WORK),
        "env": Sandbox(config.scratch, config.home, config.sockets).environment(),
        "binds": [*binds, *((str(mounted / name), str(course / name), False) for name in parts)],
        "sandboxed": fork_server.sandboxed,
    }
