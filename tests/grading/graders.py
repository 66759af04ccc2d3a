"""The engines that submissions are tried on, as `trial_course` uses them.

Those with warm kernels grade two submissions at a time, beside a neighbour: an honest learner whose
kernel lives from before the first of the others to after the last, with its secret on every door
that a neighbour might come to: its memory, its command line, files, shared memory, a socket, a key.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import psutil

from grader.course import Course
from grader.engines.engine import Engine, grade_all
from grader.outcomes import Outcome, Submission

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from grader.engines.workers import RunCells
    from grader.isolation.sandbox import Limits
    from grader.trusted.job import Job

NEIGHBOUR = "grace"
NEIGHBOURS_SECRET = "attackmark-the-neighbours-secret"
SIGN, LEAVE, SHARED = "attackmark-neighbour", "attackmark-go-home", "attackmark-shared"
_WAIT = 1200.0
#: The neighbour's solution of the task `add`.
WAITING = f"""
import ctypes, os, pathlib, socket, subprocess, threading, time
from multiprocessing import shared_memory

secret = {NEIGHBOURS_SECRET!r}

memory = shared_memory.SharedMemory({SHARED!r}, create=True, size=4096)
memory.buf[: len(secret)] = secret.encode()
pathlib.Path("/tmp/{SIGN}").write_text(secret)

libc = ctypes.CDLL(None)
ADD_KEY, KEYCTL, SETPERM, INVALIDATE, SESSION = 248, 250, 5, 21, -3
key = libc.syscall(ADD_KEY, b"user", b"attackmark-key", secret.encode(), len(secret), SESSION)
libc.syscall(KEYCTL, SETPERM, key, 0x3F3F3F3F)

door = socket.socket(socket.AF_UNIX)
door.bind("\\0attackmark-neighbour")
door.listen()


def tell():
    while True:
        with door.accept()[0] as visitor:
            visitor.sendall(secret.encode())


threading.Thread(target=tell, daemon=True).start()
child = subprocess.Popen([secret, "300"], executable="/bin/sleep")
sign = pathlib.Path({SIGN!r})
sign.write_text(secret)
while not os.path.exists({LEAVE!r}):
    time.sleep(0.05)

libc.syscall(KEYCTL, INVALIDATE, key)
memory.close()
memory.unlink()
child.kill()
os.unlink("/tmp/{SIGN}")
assert sign.read_text() == secret == {NEIGHBOURS_SECRET!r}


def add(a, b):
    return a + b
"""


@dataclass(frozen=True)
class Grader:
    """Grades a batch.

    Attributes:
        together: whether it wants many submissions, with the neighbour's as the first.
    """

    grade: Callable[[Sequence[Submission]], list[Outcome]]
    together: bool = False


MakeGrader = Callable[[Course], AbstractContextManager[Grader]]


def _one_by_one(course: Course, engine: Engine) -> Grader:
    return Grader(lambda batch: list(grade_all(engine, course, batch)))


@contextmanager
def stock(course: Course) -> Iterator[Grader]:
    """nbgrader as it comes."""
    from grader.engines.stock import StockEngine

    yield _one_by_one(course, StockEngine(course, cell_seconds=60, notebook_seconds=300))


@contextmanager
def trusted(course: Course) -> Iterator[Grader]:
    """A sandboxed kernel for each notebook, tests in their own process: `nbgrader autograde`."""
    from grader.engines.trusted import TrustedEngine

    yield _one_by_one(course, TrustedEngine(course, cell_seconds=4, notebook_seconds=20))


@contextmanager
def forked(course: Course) -> Iterator[Grader]:
    """The same with kernels forked from a fork server, many at once: `course grade`."""
    from grader.engines.workers import on_this_machine

    with on_this_machine() as run:
        yield Grader(partial(_grade_beside_neighbour, course, run), together=True)


@contextmanager
def unprotected(course: Course) -> Iterator[Grader]:
    """Forked kernels without a sandbox, to see that an attack on a neighbour is noticed."""
    from grader.kernels.forked import ForkServer, StartForkedExaminer, StartForkedKernel
    from grader.trusted import runner

    with ForkServer(sandboxed=False) as fork_server:
        start, examiner = StartForkedKernel(fork_server), StartForkedExaminer(fork_server)
        with (
            mock.patch.object(tempfile, "tempdir", str(fork_server.base)),
            # The engine then takes a path to mean the same folder inside and outside.
            mock.patch.object(runner, "start_unprotected", start),
        ):

            def run(job: Job, limits: Limits) -> NotebookNode:
                return runner.run(job, limits, start, examiner)

            # Attacks that wait for another process have time to succeed on a busy machine.
            patient = partial(_grade_beside_neighbour, course, run, seconds=(90.0, 300.0))
            try:
                yield Grader(patient, together=True)
            finally:
                _tidy_up()


def _tidy_up() -> None:
    """Remove what a neighbour that was killed without a sandbox has left behind."""
    for path in (Path("/dev/shm", SHARED), Path("/tmp", SIGN)):
        path.unlink(missing_ok=True)
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [""])[0] == NEIGHBOURS_SECRET:
            process.kill()


def _grade_beside_neighbour(
    course: Course,
    run: RunCells,
    batch: Sequence[Submission],
    seconds: tuple[float, float] = (3.0, 8.0),
) -> list[Outcome]:
    """``seconds``: of a cell and of a notebook."""
    from grader.engines.pool import PooledEngine, grade_many

    stay = Stay(PooledEngine(course, *seconds), run, batch)
    jobs = 2 if stay.arrived else 3  # the neighbour only waits
    return list(grade_many(stay, course, batch, stay.run_cells, jobs, again=True))


class Stay:
    """An engine under which the neighbour, if it is in the batch, stays until the others are through.

    Attributes:
        left: how many others are not through.
        arrived: whether the neighbour's kernel lives, or nobody waits for it.
    """

    def __init__(self, engine: Engine, run: RunCells, batch: Sequence[Submission]) -> None:
        self.engine = engine
        self.run = run
        self.left = sum(submission.student != NEIGHBOUR for submission in batch)
        self.arrived = self.left == len(batch)

    def terms(self) -> str:
        return self.engine.terms()

    def grade(self, submission: Submission) -> Outcome:
        """Called by one thread at a time, as `grade_many` does."""
        others_remain = False
        try:
            outcome = self.engine.grade(submission)
            self.left -= submission.student != NEIGHBOUR
            others_remain = self.left > 0
            return outcome
        finally:
            self.arrived |= submission.student == NEIGHBOUR  # nobody need wait for it any more
            if not others_remain:
                for sign in _signs():
                    sign.with_name(LEAVE).touch()

    def run_cells(self, job: Job, limits: Limits) -> NotebookNode:
        if job.parameters["student_id"] == NEIGHBOUR:
            return self.run(job, replace(limits, cell_seconds=7200.0, notebook_seconds=7200.0))
        end = time.monotonic() + _WAIT
        while not self.arrived:
            self.arrived = bool(_signs())
            if time.monotonic() > end:
                raise TimeoutError("the neighbour's kernel did not start")
            time.sleep(0.05)
        return self.run(job, limits)


def _signs() -> list[Path]:
    """The neighbour's file, wherever its kernel's folder is; the grader sees all of them."""
    return list(Path(tempfile.gettempdir()).glob(f"*/s/work/{SIGN}"))


ENGINES: dict[str, MakeGrader] = {
    "stock": stock,
    "trusted": trusted,
    "forked": forked,
    "unprotected": unprotected,
}
#: Where learners' code can do what the grader can.
UNPROTECTED = ("stock", "unprotected")
#: Where other kernels live beside a learner's.
TOGETHER = ("forked", "unprotected")
