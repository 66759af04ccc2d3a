"""Grading many submissions at once, with one writer to the gradebook.

Each submission has a thread, but only one thread at a time is inside nbgrader: it hands over
while a notebook's cells run, which is where the time goes. The cells themselves run in processes:
kernels forked from a zygote on this machine, or on the workers of a Dask cluster.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from threading import Event, Lock

from nbformat import NotebookNode
from traitlets.config import Config

from coursekit.grading.course import Course
from coursekit.grading.engine import Engine, Outcome, Submission, load_outcome, save_outcome
from coursekit.grading.execute import Job, TrustedExecute, run
from coursekit.grading.sandbox import Limits
from coursekit.grading.trusted import TrustedEngine
from coursekit.grading.warm import EXAMINER, WarmStart, Zygote, start_examiner

#: Runs the cells of a job and gives the notebook with their outputs.
Run = Callable[[Job, Limits], NotebookNode]

_EXECUTION = "NBGRADER_EXECUTION"


@dataclass(frozen=True)
class Desk:
    """Where submissions are dealt with one at a time, apart from the running of their cells."""

    run: Run
    lock: Lock

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the other threads to the desk meanwhile.

        nbgrader sets a variable of the process's environment while it autogrades, and deletes it
        afterwards; each thread takes its own away and brings it back.
        """
        mine = os.environ.pop(_EXECUTION, None)
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
            if mine is not None:
                os.environ[_EXECUTION] = mine


_desk: ContextVar[Desk] = ContextVar("desk")


class PooledExecute(TrustedExecute):
    """`TrustedExecute` whose cells run wherever the pool has them run."""

    def execute(self, job: Job, limits: Limits) -> NotebookNode:
        desk = _desk.get()
        with desk.away():
            return desk.run(job, limits)


@dataclass(frozen=True)
class PooledEngine(TrustedEngine):
    """`TrustedEngine` for the threads of `grade_many`."""

    @contextmanager
    def settings(self) -> Iterator[Config]:
        with super().settings() as config:
            own = f"{__name__}.{PooledExecute.__name__}"
            config.Autograde.autograde_preprocessors = self.steps(own)
            yield config


def grade_many(
    engine: Engine,
    course: Course,
    batch: Sequence[Submission],
    run_cells: Run,
    jobs: int,
    *,
    again: bool = False,
) -> Iterator[Outcome]:
    """Grade a batch, `jobs` submissions at a time; outcomes come in the order of the batch.

    Each outcome is on disk before its thread takes the next submission. A submission that was
    graded before, and has not changed since, is not graded again unless `again` is true: a run
    that was cut off goes on where it was.
    """
    desk = Desk(run_cells, Lock())
    stopped = Event()

    def grade(submission: Submission) -> Outcome:
        _desk.set(desk)
        with desk.lock, _stops_others(stopped):
            mark = fingerprint(course, submission)
            if not again and (known := _graded_before(course, submission, mark)):
                return known
            outcome = engine.grade(submission)
            save_outcome(course, outcome)
            _mark_file(course, submission).write_text(mark)
            return outcome

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="grade")
    try:
        yield from threads.map(grade, batch)
    finally:
        threads.shutdown(cancel_futures=True)


@contextmanager
def _stops_others(stopped: Event) -> Iterator[None]:
    """After an exception nobody begins anything new: an engine raises only what concerns all."""
    if stopped.is_set():
        raise CancelledError
    try:
        yield
    except BaseException:
        stopped.set()
        raise


def fingerprint(course: Course, submission: Submission) -> str:
    """A digest of all that a grade depends on: what was handed in, the source, the parameters."""
    digest = hashlib.sha256()
    source = course.solution(submission.lab)
    for folder in (submission.folder, source):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    record = course.record(submission.lab)
    digest.update(record.read_bytes() if record.is_file() else b"")
    return digest.hexdigest()


def _mark_file(course: Course, submission: Submission) -> Path:
    return course.outcome(submission.student, submission.lab).with_suffix(".sha256")


def _graded_before(course: Course, submission: Submission, mark: str) -> Outcome | None:
    # Grading deletes the outcome first, so an outcome belongs to the newest run; the mark says
    # what that run had read.
    path = _mark_file(course, submission)
    if not path.is_file() or path.read_text() != mark:
        return None
    return load_outcome(course, submission.student, submission.lab)


@contextmanager
def warm_here() -> Iterator[Run]:
    """Run cells on this machine, in forks of one zygote."""
    learners, examiners = Zygote(), Zygote(preload=EXAMINER, sandboxed=False)
    examiners.launch()  # the two import side by side
    with learners, examiners, _rooms_in(learners.base):
        start, examiner = WarmStart(learners), partial(start_examiner, examiners)
        yield lambda job, limits: run(job, limits, start, examiner)


@contextmanager
def _rooms_in(base: Path) -> Iterator[None]:
    """A fork can only be given folders that its zygote can see."""
    before, tempfile.tempdir = tempfile.tempdir, str(base)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def on_cluster(address: str) -> Iterator[Run]:
    """Run cells on the workers of a Dask cluster, which have the course at the same path.

    A worker with one thread per core: `dask worker ADDRESS --nthreads 1 --nworkers auto`.
    """
    from distributed import Client

    with Client(address, set_as_default=False) as client:

        def run_there(job: Job, limits: Limits) -> NotebookNode:
            task = client.submit(run_on_worker, job, limits, pure=False)
            done: NotebookNode = task.result()
            return done

        yield run_there


def run_on_worker(job: Job, limits: Limits) -> NotebookNode:
    """The same task as on this machine, in a process that starts its zygotes once."""
    return _own_run(os.getpid())(job, limits)


@cache
def _own_run(_: int) -> Run:
    return _ends_with_process.enter_context(warm_here())


_ends_with_process = ExitStack()
atexit.register(_ends_with_process.close)
