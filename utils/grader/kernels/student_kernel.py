"""A learner's kernel as the grader sees it: it runs cells, answers questions, and can be ended.

How the process comes to be is left to a :class:`Start`: a new Python under bubblewrap here, a fork
of a warm one elsewhere. Nothing that comes from the kernel is trusted: messages are bounded in
size and number, outputs are made fit to be saved, and files are opened without following links.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from coursekit.environment import known
from coursekit.paths import course_root
from grader.exceptions import KernelGoneError
from grader.isolation.fair_clock import FairClock
from grader.isolation.process import Process
from grader.isolation.sandbox import COURSE, WORK, WORKSPACE, Limits, Sandbox
from grader.isolation.watchdog import Watchdog
from grader.kernels.outputs import Collector
from grader.wire import codec
from grader.wire.framing import AgentListener, receive, send

CONNECTION = "kernel.json"
_GRACE = 3.0  # seconds from an interrupt to the end of a kernel that ignores it
_TICK = 0.2
_RECONNECT = 10  # milliseconds between attempts to reach a kernel that is not there yet
_STARTUP = 600.0  # no code of the learner's runs until then: only a machine can be slow
_LARGEST_MESSAGE = 64 * 2**20

CellStatus = Literal["ok", "error", "timeout", "dead"]


@dataclass(frozen=True)
class KernelConfig:
    """Where one kernel lives.

    Attributes:
        scratch: the folder it may write to, as this machine names it.
        home: the same folder as the kernel names it.
        sockets: the folder of its connection; short, since a socket's path has at most 107 bytes.
    """

    scratch: Path
    home: Path
    sockets: Path
    limits: Limits = field(default_factory=Limits)

    @property
    def connection(self) -> Path:
        """The connection file, written before the kernel starts."""
        return self.sockets / CONNECTION

    def prepare(self) -> None:
        """Write the connection file and the folders that kernel and examiner expect at home."""
        for place in (self.scratch, self.home):
            for part in (WORK, WORKSPACE, f"{COURSE}/modules"):
                (place / part).mkdir(parents=True, exist_ok=True)
            (place / COURSE / "nbgrader_config.py").touch()
        write_connection_file(
            str(self.connection),
            ip=str(self.sockets / "k"),
            transport="ipc",
            key=secrets.token_hex(32).encode(),
        )


#: Starts an ipykernel on ``config.connection`` in the kernel's home, isolated from everything else.
StartKernel = Callable[[KernelConfig], Process]


def start_sandboxed(config: KernelConfig) -> Process:
    """A new Python under bubblewrap.

    Call it from a thread that lives as long as the kernel: the sandbox dies with its parent.
    """
    sandbox = Sandbox(config.scratch, config.home, config.sockets, config.limits)
    if os.getuid() == 0:
        _give_away([config.scratch, config.sockets], sandbox.uid)
    command = sandbox.command(_launch(config), folder=WORK)
    return _spawn(command, cwd="/", env=known.environment())


def start_unprotected(config: KernelConfig) -> Process:
    """A new Python without any protection: the learner's code can do what the grader can."""
    sandbox = Sandbox(config.scratch, config.scratch, config.sockets, config.limits)
    environment = sandbox.environment() | real_course()
    return _spawn(_launch(config), cwd=str(config.scratch / WORK), env=environment)


def real_course() -> dict[str, str]:
    """The setting with which a process outside of a sandbox finds the course's data sets."""
    try:
        return {"COURSE_ROOT": str(course_root())}
    except FileNotFoundError:
        return {}


def _launch(config: KernelConfig) -> list[str]:
    options = ["--HistoryManager.enabled=False", "--IPKernelApp.parent_handle=0"]
    return [sys.executable, "-m", "ipykernel_launcher", "-f", str(config.connection), *options]


def _spawn(argv: list[str], cwd: str, env: dict[str, str]) -> Process:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        start_new_session=True,
    )


def _give_away(folders: list[Path], uid: int) -> None:
    for folder in folders:
        for path, _, files in os.walk(folder):
            for place in (path, *(os.path.join(path, name) for name in files)):
                os.chown(place, uid, uid, follow_symlinks=False)


class StudentKernel:
    """A running kernel; use it in a `with` statement, which ends it and all it started.

    Attributes:
        clock: the time that it had, by which its limits go.
    """

    def __init__(self, config: KernelConfig, start: StartKernel) -> None:
        self.config = config
        self.clock = FairClock()
        config.prepare()
        self.exchange = AgentListener(config.sockets / "a")
        self.process = start(config)
        context = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        context.setsockopt(zmq.LINGER, 0)
        context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT)
        self.client = BlockingKernelClient(context=context)
        self.context = context
        self.watchdog = Watchdog(self.process, config.scratch, config.limits, config.sockets)
        self.death = ""
        self.output_left = 20 * config.limits.output

    def __enter__(self) -> StudentKernel:
        try:
            self.client.load_connection_file(str(self.config.connection))
            self.client.start_channels(stdin=False, hb=False)
            deadline = time.monotonic() + _STARTUP
            # Published before the kernel hears our subscription, a message is lost: ask again.
            self.client.kernel_info()
            while self._heard() is None:
                self.client.kernel_info()
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise KernelGoneError("the kernel did not start")
            self.clock.watch(self.process.pid)
            return self
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the kernel and everything it started. Can be called twice."""
        self.watchdog.kill()
        with suppress(Exception):
            self.process.wait(10)
        if self.client.channels_running:
            self.client.stop_channels()
        self.context.term()
        self.exchange.close()

    def alive(self) -> bool:
        """Whether the kernel can run a cell; once it cannot, `death` says why."""
        if not self.death:
            self.death = self.watchdog.problem or (
                "the kernel died (ended by its code or out of memory)"
                if self.process.poll() is not None
                else ""
            )
            if self.death:
                self.watchdog.kill()
        return not self.death

    def run(self, source: str, seconds: float) -> tuple[CellStatus, list[dict[str, Any]]]:
        """Run a cell of the learner; what became of it, and its outputs."""
        limit = max(0, min(self.config.limits.output, self.output_left))
        collector = Collector(limit)
        status = self._run(source, seconds, collector)
        self.output_left -= collector.size
        return status, collector.outputs

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Put an encoded question to the agent in the kernel; its encoded answer, unread.

        Raises:
            KernelGoneError: the kernel is dead.
            TimeoutError: it took longer than ``seconds``.
            RuntimeError: it gave no answer, or one that is too large.
        """
        deadline = self.clock.now() + seconds

        def go_on() -> bool:
            return self.alive() and self.clock.now() < deadline

        try:
            connection = self.exchange.connection or self._call_agent(go_on)
            send(connection, question, go_on)
            return receive(connection, codec.MAX_BYTES + 8, go_on)
        except TimeoutError:
            if not self.alive():
                raise KernelGoneError(self.death) from None
            self._interrupt_agent()
            raise TimeoutError(f"the notebook did not answer within {seconds:g} seconds") from None
        except OSError:
            self.exchange.hang_up()
            if not self.alive():
                raise KernelGoneError(self.death) from None
            raise RuntimeError("the notebook gave no answer, or one that is too large") from None

    def _call_agent(self, go_on: Callable[[], bool]) -> socket.socket:
        """Have the kernel run the agent, which answers until the next cell is to be run."""
        if not self.alive():
            raise TimeoutError
        code = (
            "__import__('grader.endpoints.agent', fromlist=['serve'])"
            f".serve({str(self.exchange.place)!r})"
        )
        self.client.execute(
            code, silent=True, store_history=False, allow_stdin=False, stop_on_error=False
        )
        return self.exchange.accept(go_on)

    def _interrupt_agent(self) -> None:
        """Stop what the agent is at; a kernel that goes on regardless is ended."""
        self._interrupt()
        deadline = self.clock.now() + _GRACE
        try:
            if self.exchange.connection is not None:
                most = codec.MAX_BYTES + 8
                receive(self.exchange.connection, most, lambda: self.clock.now() < deadline)
        except TimeoutError:
            self._end_stubborn()
        except OSError:
            pass
        self.exchange.hang_up()

    def _interrupt(self) -> None:
        self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))

    def _end_stubborn(self) -> None:
        self.death = "the kernel was ended: it did not stop when its time was up"
        self.watchdog.kill()

    def _run(self, source: str, seconds: float, collector: Collector) -> CellStatus:
        if not self.alive():
            return "dead"
        self.exchange.hang_up()
        message = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        deadline = self.clock.now() + seconds
        interrupted = False
        while self.alive():
            late = self.clock.now() - deadline
            found = self._heard(message)
            # What it said in time may have waited here to be heard, but not for ever.
            if late > (0 if found is None else _GRACE):
                if interrupted:
                    self._end_stubborn()
                    break
                interrupted, deadline = True, self.clock.now() + _GRACE
                self._interrupt()
            if found is None:
                continue
            if found["header"]["msg_type"] != "status":
                collector.take(found)
            elif found["content"].get("execution_state") == "idle":
                return "timeout" if interrupted else collector.status
        return "timeout" if interrupted else "dead"

    def _heard(self, request: str = "") -> dict[str, Any] | None:
        """What the kernel publishes next, about a request or anything.

        None when that is nothing for a while, and when it is about something else.
        """
        channel = self.client.iopub_channel.socket
        try:
            if not channel.poll(_TICK * 1000):
                return None
            _, found = self.client.session.recv(channel)
            if not request or found["parent_header"]["msg_id"] == request:
                return {"header": found["header"], "content": found["content"]}
        except Exception:
            # A kernel can send anything: what cannot be read is not an output.
            return None
        return None
