"""A learner's kernel as the grader sees it: it runs cells, answers questions, and can be ended.

How the process comes to be is left to a :class:`Start`: a new Python under bubblewrap here, a fork
of a warm one elsewhere. Nothing that comes from the kernel is trusted: messages are bounded in
size and number, outputs are made fit to be saved, and files are opened without following links.
"""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Literal, Protocol

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from coursekit.grading import values
from coursekit.grading.outputs import Collector
from coursekit.grading.sandbox import COURSE, WORK, WORKSPACE, Limits, Sandbox
from coursekit.grading.watchdog import Watchdog

CONNECTION = "kernel.json"
_GRACE = 3.0  # seconds from an interrupt to the end of a kernel that ignores it
_TICK = 0.2
_STARTUP = 120.0
_LARGEST_MESSAGE = 64 * 2**20

Status = Literal["ok", "error", "timeout", "dead"]


class KernelGoneError(RuntimeError):
    """The kernel cannot answer any more; the message says why."""


@dataclass(frozen=True)
class Room:
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
        """Write the connection file and the folders that the kernel expects in its home."""
        for part in (WORK, WORKSPACE, f"{COURSE}/modules"):
            (self.scratch / part).mkdir(parents=True, exist_ok=True)
        (self.scratch / COURSE / "nbgrader_config.py").touch()
        write_connection_file(
            str(self.connection),
            ip=str(self.sockets / "k"),
            transport="ipc",
            key=secrets.token_hex(32).encode(),
        )


class Process(Protocol):
    """What is needed of the process that a kernel runs in; `subprocess.Popen` has it."""

    pid: int

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


#: Starts an ipykernel on ``room.connection`` in the room's home, isolated from everything else.
Start = Callable[[Room], Process]


def start_sandboxed(room: Room) -> Process:
    """A new Python under bubblewrap.

    Call it from a thread that lives as long as the kernel: the sandbox dies with its parent.
    """
    sandbox = Sandbox(room.scratch, room.home, room.sockets, room.limits)
    if os.getuid() == 0:
        _give_away([room.scratch, room.sockets], sandbox.uid)
    return _spawn(sandbox.command(_launch(room), folder=WORK), cwd="/")


def start_unprotected(room: Room) -> Process:
    """A new Python without any protection: the learner's code can do what the grader can."""
    sandbox = Sandbox(room.scratch, room.scratch, room.sockets, room.limits)
    return _spawn(_launch(room), cwd=str(room.scratch / WORK), env=sandbox.environment())


def _launch(room: Room) -> list[str]:
    options = ["--HistoryManager.enabled=False", "--IPKernelApp.parent_handle=0"]
    return [sys.executable, "-m", "ipykernel_launcher", "-f", str(room.connection), *options]


def _spawn(argv: list[str], **settings: Any) -> Process:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(
        argv, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True, **settings
    )


def _give_away(folders: list[Path], uid: int) -> None:
    for folder in folders:
        for path, _, files in os.walk(folder):
            for place in (path, *(os.path.join(path, name) for name in files)):
                os.chown(place, uid, uid, follow_symlinks=False)


class StudentKernel:
    """A running kernel; use it in a `with` statement, which ends it and all it started."""

    def __init__(self, room: Room, start: Start) -> None:
        self.room = room
        room.prepare()
        self.process = start(room)
        context = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        context.setsockopt(zmq.LINGER, 0)
        self.client = BlockingKernelClient(context=context)
        self.context = context
        self.watchdog = Watchdog(self.process, room.scratch, room.limits)
        self.death = ""
        self.output_left = 20 * room.limits.output

    def __enter__(self) -> StudentKernel:
        try:
            self.client.load_connection_file(str(self.room.connection))
            self.client.start_channels()
            deadline = time.monotonic() + _STARTUP
            while True:
                try:
                    self.client.wait_for_ready(timeout=1)
                    return self
                except RuntimeError:
                    if self.process.poll() is not None or time.monotonic() > deadline:
                        raise KernelGoneError("the kernel did not start") from None
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

    def run(self, source: str, seconds: float) -> tuple[Status, list[dict[str, Any]]]:
        """Run a cell of the learner; what became of it, and its outputs."""
        limit = max(0, min(self.room.limits.output, self.output_left))
        collector = Collector(limit)
        status = self._run(source, seconds, collector, silent=False)
        self.output_left -= collector.size
        return status, collector.outputs

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Put an encoded question to the agent in the kernel; its encoded answer, unread.

        Raises:
            KernelGoneError: the kernel is dead.
            TimeoutError: it took longer than ``seconds``.
            RuntimeError: it gave no answer, or one that is too large.
        """
        token = secrets.token_hex(8)
        asked, told = f".ask-{token}", f".tell-{token}"
        path = self.room.scratch / asked
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(path, flags, 0o644), "wb") as file:
            file.write(question)
            if os.getuid() == 0:
                os.fchown(file.fileno(), *self._owner())
        home = self.room.home
        code = (
            "__import__('coursekit.grading.agent', fromlist=['serve'])"
            f".serve({str(home / asked)!r}, {str(home / told)!r})"
        )
        status = self._run(code, seconds, Collector(0), silent=True)
        try:
            if status == "timeout":
                raise TimeoutError(f"the notebook did not answer within {seconds:g} seconds")
            if status == "dead":
                raise KernelGoneError(self.death)
            return _read_untrusted(self.room.scratch / told)
        finally:
            for name in (asked, told):
                with suppress(OSError):
                    os.unlink(self.room.scratch / name)

    def _owner(self) -> tuple[int, int]:
        owner = os.stat(self.room.scratch)
        return owner.st_uid, owner.st_gid

    def _run(self, source: str, seconds: float, collector: Collector, silent: bool) -> Status:
        if not self.alive():
            return "dead"
        client = self.client
        message = client.execute(
            source, silent=silent, store_history=not silent, allow_stdin=False, stop_on_error=False
        )
        deadline = time.monotonic() + seconds
        interrupted = False
        while self.alive():
            if time.monotonic() > deadline:
                if interrupted:
                    self.death = "the kernel was ended: it did not stop when its time was up"
                    self.watchdog.kill()
                    break
                interrupted, deadline = True, time.monotonic() + _GRACE
                client.control_channel.send(client.session.msg("interrupt_request", {}))
            try:
                found = client.get_iopub_msg(timeout=_TICK)
                if found["parent_header"].get("msg_id") != message:
                    continue
                if found["header"]["msg_type"] == "status":
                    if found["content"]["execution_state"] == "idle":
                        return "timeout" if interrupted else collector.status
                    continue
                collector.add(found)
            except Empty:
                continue
            except Exception:
                # A kernel can send anything: what cannot be read is not an output.
                continue
        return "timeout" if interrupted else "dead"


def _read_untrusted(path: Path) -> bytes:
    """A regular file in a folder of the learner's, and not what it may link to."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise RuntimeError("the notebook gave no answer") from None
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size > values.MAX_BYTES + 8:
            raise RuntimeError("the answer of the notebook is too large")
        return file.read(values.MAX_BYTES + 9)
