"""Sits between the examiner and the learner's kernel: starts it, carries questions, keeps time."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from grader import cell_errors
from grader.isolation.fair_clock import FairClock
from grader.isolation.files import DISK_FULL, Fingerprint, copy_tree, fingerprint
from grader.isolation.process import Process
from grader.isolation.sandbox import COURSE, WORK, Sandbox, prlimit
from grader.kernels.student_kernel import KernelConfig, real_course
from grader.trusted.job import Job

_STARTUP = 600.0
_TICK = 0.2

#: Starts an examiner on a socket (its descriptor), in the home of a kernel.
StartExaminer = Callable[[int, KernelConfig], Process]


def start_examiner(descriptor: int, config: KernelConfig) -> Process:
    """A new Python; nothing of the learner's folder can be imported in it."""
    home = config.home
    limit = prlimit({"RLIMIT_DATA": config.limits.memory})
    return subprocess.Popen(
        [*limit, sys.executable, "-P", "-m", "grader.endpoints.examiner", str(descriptor)],
        pass_fds=[descriptor],
        cwd=home / WORK,
        env=Sandbox(home, home, config.sockets).environment() | real_course(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class AskedKernel(Protocol):
    """What the proctor uses of a learner's kernel."""

    config: KernelConfig
    clock: FairClock

    def ask(self, question: bytes, seconds: float) -> bytes:
        """The answer of the learner's process to a question of a test."""
        ...


class Proctor:
    """Runs test cells in an examiner process; use it in a `with` statement, which ends that.

    An examiner that is over its time is ended, and the next test gets a new one.
    """

    def __init__(self, kernel: AskedKernel, job: Job, start: StartExaminer) -> None:
        self.config = config = kernel.config
        self.kernel = kernel
        self.start_process = start
        self.setup = {
            "parameters": job.parameters,
            "imports": job.names.imports,
            "theirs": sorted(job.names.theirs),
            "root": str(config.home),
        }
        self.copied: Fingerprint = ()
        self.process: Process | None = None
        self.link: Connection | None = None
        self.watched = 0

    def __enter__(self) -> Proctor:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, source: str, seconds: float) -> list[dict[str, Any]]:
        """Run one test cell; its outputs."""
        self._copy_home()
        link, clock = self.link or self._start(), self.kernel.clock
        deadline = clock.now() + seconds
        try:
            link.send_bytes(b"T" + source.encode())
            while self._hears(link, deadline):
                frame = link.recv_bytes()
                if frame[:1] == b"D":
                    outputs: list[dict[str, Any]] = json.loads(frame[1:])
                    return outputs
                answer = self._ask(frame[1:], deadline - clock.now())
                if frame[:1] == b"C":
                    self._copy_changes()
                link.send_bytes(answer)
        except (OSError, EOFError) as error:
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise
            self._end()
            return [
                cell_errors.error_output(
                    cell_errors.NO_EXAMINER, "the process that runs the tests has ended"
                )
            ]
        self._end()
        return [cell_errors.timed_out(seconds)]

    def _hears(self, link: Connection, deadline: float) -> bool:
        """Whether the examiner says something in time."""
        while (left := deadline - self.kernel.clock.now()) > 0:
            if link.poll(min(_TICK, left)):
                return True
        return link.poll(0)

    def _ask(self, question: bytes, left: float) -> bytes:
        seconds = max(0.5, min(self.config.limits.call_seconds, left - 0.5))
        try:
            return b"A" + self.kernel.ask(question, seconds)
        except (RuntimeError, OSError) as error:  # dead, out of time, or no answer
            return f"F{error}".encode()

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = self.start_process(theirs.fileno(), self.config)
        self.link = link = Connection(ours.detach())
        link.send_bytes(b"S" + json.dumps(self.setup).encode())
        if not link.poll(_STARTUP) or link.recv_bytes() != b"R":
            raise RuntimeError("the process that runs the tests did not start")
        self.watched = self.kernel.clock.watch(self.process.pid)
        return link

    def _copy_home(self) -> None:
        """Give the examiner a copy of the learner's files, under the path that the learner saw.

        Files that name each other by absolute path, as MLflow's do, then fit together.
        """
        config = self.config
        (config.home / WORK).mkdir(parents=True, exist_ok=True)
        now = self._changed()
        if now is None:
            return
        for part in config.home.iterdir():
            if part.name != COURSE:  # the data sets may be mounted there
                _empty(part)
        copy_tree(config.scratch, config.home, config.limits.disk, skip=_not_for_tests)
        (config.home / WORK).mkdir(exist_ok=True)
        self.copied = now

    def _copy_changes(self) -> None:
        """Bring the copy up to date in the middle of a test, whose own files stay.

        A file that the test has open stays as it was for it.
        """
        now = self._changed()
        if now is None:
            return
        config, unchanged = self.config, set(now) & set(self.copied)
        kept, present = {entry[0] for entry in unchanged}, {entry[0] for entry in now}
        for path, *_ in self.copied:
            if path not in present and not _not_for_tests(Path(path)):
                _delete(config.home, path)
        copy_tree(
            config.scratch,
            config.home,
            config.limits.disk,
            skip=lambda path: _not_for_tests(path) or str(path) in kept,
        )
        self.copied = now

    def _changed(self) -> Fingerprint | None:
        """What the learner's folder holds, if that is not what was copied last."""
        if self.config.home == self.config.scratch:
            return None
        now = fingerprint(self.config.scratch)
        return None if now == self.copied else now

    def _end(self) -> None:
        if self.link is not None:
            self.link.close()
        if self.process is not None:
            with suppress(OSError):
                self.process.kill()
            self.process.wait()
        self.kernel.clock.leave(self.watched)
        self.link = self.process = None


def _not_for_tests(path: Path) -> bool:
    return path.parts[:1] == (COURSE,)


def _delete(folder: Path, name: str) -> None:
    """Delete a file of the copy, and the folders that are empty without it."""
    with suppress(OSError):
        (folder / name).unlink()
        for parent in Path(name).parents[:-1]:
            if parent != Path(WORK):
                (folder / parent).rmdir()


def _empty(path: Path) -> None:
    """Delete what is in a folder, or a file. A process may have the folder as its own."""
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    for part in path.iterdir():
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink()
