"""The parent of warm kernels: imports the libraries once and forks a ready kernel per request.

Runs as a process of its own (`python -m grader.forking.server`), which `forked.ForkServer` starts
inside bubblewrap. It listens on a Unix socket. A connection is the life of one kernel: the request
comes in, the kernel's end goes out, and a connection that closes takes its kernel with it.

Each request makes two processes. The first is process 1 of new PID, mount, network, IPC and UTS
namespaces; it hides all folders but the kernel's own, gives up every privilege and forks the second,
which is the kernel. When the first one ends, everything inside ends.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import random
import resource
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.compilerop import CachingCompiler
from IPython.core.ultratb import AutoFormattedTB
from traitlets.config import Config

from grader.exceptions import ThreadsError
from grader.forking import namespaces
from grader.forking.protocol import MESSAGE, SEPARATOR, Request

#: As root, kernels run under users of their own, from the range that systemd also keeps for
#: short-lived users. Otherwise a limit on processes would count those of other kernels.
FIRST_UID, UIDS = 61184, 4000


@dataclass(frozen=True)
class Child:
    """A kernel that runs: its first process and the connection that asked for it."""

    pid: int
    pidfd: int
    connection: socket.socket


@contextlib.contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Modules that ask when they are imported whether this is IPython (dill) are told what will be."""
    vars(builtins)["__IPYTHON__"] = True
    try:
        yield
    finally:
        del vars(builtins)["__IPYTHON__"]


def load(modules: list[str]) -> None:
    """Import the libraries.

    Raises:
        ThreadsError: one of them left a thread running.
    """
    for name in modules:
        importlib.import_module(name)
    require_single_thread()


def load_where_possible(modules: list[str], restart: Callable[[list[str]], NoReturn]) -> None:
    """Import what only saves time: a module that cannot be imported is left to the kernels.

    Args:
        restart: begins anew with fewer modules, since a thread that one has started stays.
    """
    for place, name in enumerate(modules):
        try:
            importlib.import_module(name)
            require_single_thread()
        except ThreadsError:
            restart(modules[:place] + modules[place + 1 :])
        except Exception:
            traceback.print_exc()


def _format_an_error() -> None:
    """Do what takes 0.3 s in a kernel's first traceback: it looks up the file of every module."""
    compiler, source = CachingCompiler(), "raise NotImplementedError()"
    try:
        exec(compiler(source, compiler.cache(source), "exec"), {})
    except NotImplementedError:
        AutoFormattedTB("Context", theme_name="linux").structured_traceback(*sys.exc_info())


def require_single_thread() -> None:
    """Look at Python's own threads and at the kernel's list, which has those of C libraries too.

    Raises:
        ThreadsError: there is more than one.
    """
    names = [thread.name for thread in threading.enumerate()]
    running = len(os.listdir("/proc/self/task"))
    if running != 1 or len(names) != 1:
        raise ThreadsError(f"{running} threads run after the imports, Python knows {names}")


class Server:
    """Forks kernels on request until it is killed."""

    def __init__(self, listener: socket.socket, base: Path) -> None:
        self.listener = listener
        self.base = base
        self.children: list[Child] = []
        # Fork servers that run side by side start from users of their own.
        self.started = int.from_bytes(os.urandom(2))

    def serve(self) -> NoReturn:
        while True:
            self._wait_once()

    def _wait_once(self) -> None:
        # poll() keeps no file descriptor of its own that a fork would have to close.
        poller = select.poll()
        poller.register(self.listener, select.POLLIN)
        poller.register(0, select.POLLIN)  # nobody writes there: it closes when the owner ends
        for child in self.children:
            poller.register(child.pidfd, select.POLLIN)
            poller.register(child.connection, select.POLLIN)
        ready = {descriptor for descriptor, _ in poller.poll()}
        if 0 in ready:
            sys.exit()
        for child in list(self.children):
            if child.pidfd in ready:
                self._bury(child)
            elif child.connection.fileno() in ready:
                self._listen(child)
        if self.listener.fileno() in ready:
            self._accept()

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        passed: list[int] = []
        try:
            message, passed, _, _ = socket.recv_fds(connection, MESSAGE, 1)
            if not message:  # somebody only wanted to know whether the fork server is ready
                connection.close()
                return
            require_single_thread()
            pid = self._fork(Request(**json.loads(message)), connection, passed)
            self.children.append(Child(pid, os.pidfd_open(pid), connection))
        except Exception as error:
            _send(connection, {"error": f"{type(error).__name__}: {error}"})
            connection.close()
        finally:
            for descriptor in passed:
                os.close(descriptor)

    def _listen(self, child: Child) -> None:
        """Pass a signal on; without a driver the kernel ends."""
        try:
            message = child.connection.recv(MESSAGE)
        except OSError:
            message = b""
        number = json.loads(message)["signal"] if message else signal.SIGKILL
        signal.pidfd_send_signal(child.pidfd, number)

    def _bury(self, child: Child) -> None:
        _, status, usage = os.wait4(child.pid, 0)
        report = {
            "exit": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        }
        _send(child.connection, report)
        child.connection.close()
        os.close(child.pidfd)
        self.children.remove(child)

    def _fork(self, request: Request, connection: socket.socket, passed: list[int]) -> int:
        self.started += 1
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        if request.sandboxed:
            os.unshare(os.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                self._become_first_process(request, connection, passed, own)
        finally:
            if request.sandboxed:
                os.setns(own, os.CLONE_NEWPID)
            os.close(own)
        return pid

    def _become_first_process(
        self, request: Request, connection: socket.socket, passed: list[int], own: int
    ) -> NoReturn:
        code = 1
        try:
            if not request.sandboxed:
                namespaces.die_with_parent()
            os.close(own)
            _detach_input()
            self.listener.close()
            for child in self.children:
                child.connection.close()
                os.close(child.pidfd)
            self.children.clear()
            self._enter(request, connection)
            code = first_process(request, passed)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _enter(self, request: Request, connection: socket.socket) -> None:
        """Enter the sandbox and say so; the system tells the driver this process's number."""
        with connection:
            try:
                if request.sandboxed:
                    binds = [namespaces.Bind(*bind) for bind in request.binds]
                    uid = FIRST_UID + self.started % UIDS if request.own_user else None
                    namespaces.enter(self.base, binds, uid)
            except Exception as error:
                _send(connection, {"error": f"{type(error).__name__}: {error}"})
                raise
            _send(connection, {"entered": True})


def first_process(request: Request, passed: list[int]) -> int:
    """Start the kernel and wait for its end; returns its exit code.

    A kernel that was ended by signal n gives 128 + n.
    """
    waited_for = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    # Nobody inside may look into this process or make it exit with another code.
    namespaces.set_dumpable(False)
    kernel = os.fork()
    if kernel == 0:
        namespaces.set_dumpable(True)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, waited_for)
        _become_kernel(request, passed)
    for descriptor in passed:
        os.close(descriptor)
    while True:
        number = signal.sigwait(waited_for)
        if number != signal.SIGCHLD:
            os.kill(kernel, number)
            continue
        code = _reap(kernel)
        if code is not None:
            return code if code >= 0 else 128 - code


def _reap(kernel: int) -> int | None:
    """Collect processes that ended; the kernel's exit code if it is among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == 0:
            return None
        if pid == kernel:
            return os.waitstatus_to_exitcode(status)


def _become_kernel(request: Request, passed: list[int]) -> NoReturn:
    code = 1
    try:
        if not request.sandboxed:
            namespaces.die_with_parent()
        os.setsid()
        os.environ.clear()
        os.environ.update(request.env)
        os.chdir(request.cwd)
        for name, value in request.limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))
        _start_afresh()
        if request.main:
            module, _, name = request.main.partition(":")
            getattr(importlib.import_module(module), name)(Connection(passed[0]))
        else:
            run_kernel(request.connection_file)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _detach_input() -> None:
    with open(os.devnull) as nowhere:
        os.dup2(nowhere.fileno(), 0)


def _start_afresh() -> None:
    """Give up what the fork shares with its siblings: random numbers and names of files."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    tempfile.tempdir = None
    tempfile._name_sequence = None  # type: ignore[attr-defined]


def run_kernel(connection_file: str) -> None:
    """Serve as an IPython kernel until the shutdown request.

    What programs started by the kernel write goes nowhere; cells print through messages. An error
    at the start still reaches the fork server's log, which must not stay open for the learner's code.
    """
    from ipykernel.kernelapp import IPKernelApp

    log = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), "-f", connection_file]
    # No thread and no file for a history that nobody will look up.
    config = Config()
    config.HistoryManager.enabled = False
    # Half of the time to start would go into the debugger, which nobody attaches here.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        app = IPKernelApp.instance(config=config)
        app.initialize(sys.argv[1:])
    except BaseException:
        os.write(log, traceback.format_exc().encode())
        raise
    del sys.modules["debugpy"]
    os.close(log)
    app.start()


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # the driver is gone; its kernels end anyway
        connection.send(json.dumps(message).encode())


def main(base: str, modules: list[str], lab: list[str]) -> NoReturn:
    """Import `modules`, and of those of the `lab` what can be, and fork kernels from then on."""
    # `python -m` put the working directory first; a kernel adds its own.
    sys.path = [entry for entry in sys.path if entry not in ("", os.getcwd())]
    with _as_in_a_notebook():
        load(modules)
        load_where_possible(lab, _run_again)
    _format_an_error()
    gc.collect()
    gc.freeze()  # forks then share these objects' memory instead of copying it
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"{base}/control")
    listener.listen(64)
    Server(listener, Path(base)).serve()


def _run_again(lab: list[str]) -> NoReturn:
    command = sys.orig_argv[: sys.orig_argv.index(SEPARATOR) + 1]
    os.execv(sys.executable, [*command, *lab])


if __name__ == "__main__":
    end = sys.argv.index(SEPARATOR)
    main(sys.argv[1], sys.argv[2:end], sys.argv[end + 1 :])
