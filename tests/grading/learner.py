"""The process that stands for a learner's kernel, and the runner's handle of it.

:func:`serve` runs in the process: cells in one namespace, without IPython's magics, and the
examiner's questions through the real :mod:`grader.endpoints.agent`. It can fork: the fork goes on
from where the lab has come to, with files that both share.

A frame (:mod:`grader.wire.framing`) begins with one letter. To the process: ``X`` run a cell,
``Q`` question, ``F`` fork, with the fork's own line beside it. From it: ``E`` the error of a cell,
or nothing, ``A`` answer, ``N`` no answer, ``P`` the fork's number.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import io
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from processes import end_group, lead_group, settle

from grader import cell_errors
from grader.endpoints import agent
from grader.exceptions import ConnectionClosedError, KernelGoneError
from grader.isolation.fair_clock import FairClock
from grader.kernels.student_kernel import KernelConfig
from grader.wire.codec import MAX_BYTES, decode
from grader.wire.framing import receive, send

_GRACE = 3.0  # seconds from an interrupt to the end of a learner who ignores it
_STARTUP = 300.0  # seconds for a fork
_LARGEST = MAX_BYTES + 9


class Learner:
    """A process that runs a learner's cells; use it in a `with` statement, which ends it.

    It has what a :class:`grader.trusted.proctor.Proctor` needs of a
    :class:`grader.kernels.student_kernel.StudentKernel`, with the same ends: who is over the time is
    interrupted, and who goes on regardless is ended.

    Args:
        pid: of the process, which leads a group.
        line: to its :func:`serve`.
        wait: called after its line was closed; returns once the process has ended or nobody needs
            to know.
    """

    def __init__(
        self,
        pid: int,
        line: socket.socket,
        config: KernelConfig,
        wait: Callable[[], object] = lambda: None,
    ) -> None:
        self.pid = pid
        self.line = line
        self.config = config
        self.wait = wait
        self.death = ""
        self.clock = FairClock()
        self.clock.watch(pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        with suppress(Exception):
            self.wait()
        end_group(self.pid)

    def run(self, source: str, seconds: float) -> str:
        """Run a cell; one line on how it ended, empty when all went well."""
        if self.death:
            return f"{cell_errors.DEAD_KERNEL}: {self.death}"
        try:
            return self._request(b"X" + source.encode(), seconds)[1:].decode()
        except TimeoutError:
            return f"{cell_errors.TIMEOUT}: stopped after {seconds:g} seconds"
        except KernelGoneError:
            return f"{cell_errors.DEAD_KERNEL}: {self.death}"

    def ask(self, question: bytes, seconds: float) -> bytes:
        """Put an encoded question to the learner's names; the encoded answer, unread.

        Raises:
            KernelGoneError: the process has ended.
            TimeoutError: it took longer than ``seconds``.
            RuntimeError: it gave no answer, or one that is too large.
        """
        if self.death:
            raise KernelGoneError(self.death)
        answer = self._request(b"Q" + question, seconds)
        if answer[:1] != b"A":
            raise RuntimeError("the notebook gave no answer, or one that is too large")
        return answer[1:]

    def fork(self) -> Learner:
        """A learner who has come as far as this one.

        Raises:
            KernelGoneError: this one has ended, or does not answer.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                send(self.line, b"F")
                socket.send_fds(self.line, [b"."], [theirs.fileno()])
                pid = int(self._receive(_STARTUP)[1:])
        except OSError:
            ours.close()
            raise KernelGoneError(self.death or "the kernel does not fork") from None
        return Learner(pid, ours, self.config)

    def _request(self, frame: bytes, seconds: float) -> bytes:
        try:
            send(self.line, frame, self._patience(seconds))
            return self._receive(seconds)
        except TimeoutError:
            self._interrupt()
            message = f"the notebook did not answer within {seconds:g} seconds"
            raise TimeoutError(message) from None
        except OSError:
            self.death = "the kernel died (ended by its code or out of memory)"
            raise KernelGoneError(self.death) from None

    def _receive(self, seconds: float) -> bytes:
        return receive(self.line, _LARGEST, self._patience(seconds))

    def _patience(self, seconds: float) -> Callable[[], bool]:
        deadline = self.clock.now() + seconds
        return lambda: self.clock.now() < deadline

    def _interrupt(self) -> None:
        with suppress(OSError):
            os.kill(self.pid, signal.SIGINT)
        try:
            self._receive(_GRACE)
        except OSError:
            self.death = "the kernel was ended: it did not stop when its time was up"
            end_group(self.pid)


def serve(line: socket.socket) -> None:
    """Do what the runner asks for until it hangs up."""
    # A shell starts what runs in the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    names: dict[str, Any] = {"__name__": "__main__"}
    forks: list[int] = []
    while True:
        try:
            frame = receive(line, _LARGEST)
            if frame[:1] == b"X":
                send(line, b"E" + execute(frame[1:].decode(), names).encode())
            elif frame[:1] == b"Q":
                send(line, _answer(names, frame[1:]))
            else:
                _, (descriptor,), _, _ = socket.recv_fds(line, 1, 1)
                _reap(forks, os.WNOHANG)
                line = _fork(line, socket.socket(fileno=descriptor), forks)
        except KeyboardInterrupt:  # of a cell or call that was through just then
            continue
        except ConnectionClosedError:
            _reap(forks, 0)
            return


def _fork(line: socket.socket, own: socket.socket, forks: list[int]) -> socket.socket:
    """The line on which to go on: in the fork it is its own."""
    # Objects that no collection visits stay in the pages that the two share.
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        settle()
        line.close()
        forks.clear()
        return own
    lead_group(pid)
    own.close()
    forks.append(pid)
    send(line, b"P" + str(pid).encode())
    return line


def _reap(forks: list[int], options: int) -> None:
    forks[:] = [pid for pid in forks if os.waitpid(pid, options)[0] == 0]


def _answer(names: dict[str, Any], question: bytes) -> bytes:
    try:
        return b"A" + agent.answer(names, *decode(question))
    except Exception:
        # In a kernel the agent's cell ends here, and the grader hears that there is no answer.
        return b"N"


def execute(source: str, names: dict[str, Any]) -> str:
    """Run a cell; its error as one line, empty when there is none. What it prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(ast.parse(source), "<cell>", "exec", dont_inherit=True), names)
        except BaseException as error:  # whatever an answer raises is its result
            return f"{type(error).__name__}: {_text(error)}"
    return ""


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).encode("utf-8", "replace").decode().split())
    except Exception:
        return ""
