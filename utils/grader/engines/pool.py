"""Grading many submissions at once, with one writer to the gradebook.

Each submission has a thread, but only one thread at a time is inside nbgrader: it hands over
while a notebook's cells run, which is where the time goes. The cells themselves run in processes:
kernels forked from a fork server on this machine, or on the workers of a Dask cluster.
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
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from threading import Event, Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import nbgrader.api
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from nbformat import NotebookNode
from traitlets.config import Config

from grader.course import Course, explained
from grader.engines.autograde import up_to_date
from grader.engines.engine import (
    Engine,
    Outcome,
    Submission,
    forget,
    load_outcome,
    save_outcome,
)
from grader.engines.trusted import TrustedEngine
from grader.isolation.sandbox import Limits
from grader.kernels.forked import (
    ForkServer,
    InfrastructureError,
    StartForkedExaminer,
    StartForkedKernel,
)
from grader.kernels.student_kernel import start_unprotected
from grader.trusted.execute import Job, TrustedExecute, run

#: Runs the cells of a job and gives the notebook with their outputs.
RunCells = Callable[[Job, Limits], NotebookNode]
#: Hears what becomes of a submission: "running", "graded", "failed" or "unchanged".
OnProgress = Callable[[Submission, str], None]

_EXECUTION = "NBGRADER_EXECUTION"
_CONNECT_SECONDS = 10


@dataclass
class Desk:
    """Where submissions are dealt with one at a time, apart from the running of their cells.

    Attributes:
        run: runs cells; an engine that runs them on its own needs none.
        trouble: why cells cannot be run here any more.
        folder: the working directory of who is not at the desk.
    """

    run: RunCells | None = None
    lock: Lock = field(default_factory=Lock)
    trouble: str = ""
    folder: Path = field(default_factory=Path.cwd)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the other threads to the desk meanwhile.

        While it autogrades, nbgrader has a variable of its own in the process's environment, and
        another working directory; each thread takes its own away and brings it back.
        """
        mine, folder = os.environ.pop(_EXECUTION, None), Path.cwd()
        os.chdir(self.folder)
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()
            os.chdir(folder)
            if mine is not None:
                os.environ[_EXECUTION] = mine


_desk: ContextVar[Desk] = ContextVar("desk")


class PooledExecute(TrustedExecute):
    """`TrustedExecute` whose cells run wherever the pool has them run."""

    def execute(self, job: Job, limits: Limits) -> NotebookNode:
        desk = _desk.get()
        assert desk.run is not None
        with desk.away():
            try:
                return desk.run(job, limits)
            except InfrastructureError as error:
                # nbgrader turns any exception into a failed submission, which this is not.
                desk.trouble = str(error)
                raise


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
    run_cells: RunCells | None = None,
    jobs: int = 1,
    *,
    again: bool = False,
    on_progress: OnProgress = lambda submission, state: None,
) -> Iterator[Outcome]:
    """Grade a batch, `jobs` submissions at a time; outcomes come in the order of the batch.

    Each outcome is on disk before its thread takes the next submission. A submission that was
    graded before, and has not changed since, is not graded again unless `again` is true: a run
    that was cut off goes on where it was.

    Raises:
        InfrastructureError: cells cannot be run any more. What was graded until then is on disk.
    """
    desk = Desk(run_cells)
    stopped = Event()

    def grade(submission: Submission) -> Outcome:
        _desk.set(desk)
        with desk.lock, _stops_others(stopped):
            mark = fingerprint(course, submission, engine.terms())
            if not again and (known := _graded_before(course, submission, mark)):
                on_progress(submission, "unchanged")
                return known
            on_progress(submission, "running")
            outcome = engine.grade(submission)
            if desk.trouble:
                forget(course, submission.student, submission.lab)
                raise InfrastructureError(desk.trouble)
            save_outcome(course, outcome)
            with explained():
                course.mark(submission.student, submission.lab).write_text(mark)
            on_progress(submission, outcome.status)
            return outcome

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="grade")
    with quick_nbgrader():
        try:
            yield from threads.map(grade, batch)
        finally:
            threads.shutdown(cancel_futures=True)


@contextmanager
def quick_nbgrader() -> Iterator[None]:
    """Let nbgrader do once what it does again and again, a third of the time that it takes.

    It makes a new SQLAlchemy engine a dozen times per notebook, which has all its statements to
    compile; and it checks its own schema before each cell that it checks against it.
    """
    with (
        patch("nbgrader.api.create_engine", cache(nbgrader.api.create_engine)),
        patch("nbgrader.nbgraderformat.common.jsonschema", SimpleNamespace(validate=_validate)),
    ):
        yield


def _validate(instance: object, schema: dict[str, Any]) -> None:
    """`jsonschema.validate` for a schema that is known to be one."""
    error = best_match(validator_for(schema)(schema).iter_errors(instance))
    if error is not None:
        raise error


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


def fingerprint(course: Course, submission: Submission, terms: str) -> str:
    """A digest of what a grade depends on: what was handed in, source, parameters, settings."""
    digest = hashlib.sha256(terms.encode())
    source = course.solution(submission.lab)
    for folder in (submission.folder, source):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            # A learner's file can have any bytes for a name.
            digest.update(os.fsencode(path.relative_to(folder)))
            digest.update(f"\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    record = course.record(submission.lab)
    digest.update(record.read_bytes() if record.is_file() else b"")
    return digest.hexdigest()


def _graded_before(course: Course, submission: Submission, mark: str) -> Outcome | None:
    # Grading deletes the outcome first, so an outcome belongs to the newest run; the mark says
    # what that run had read.
    path = course.mark(submission.student, submission.lab)
    if not path.is_file() or path.read_text() != mark:
        return None
    known = load_outcome(course, submission.student, submission.lab)
    return known and up_to_date(course, known)


@contextmanager
def on_this_machine(
    fork_server: ForkServer | None = None, lab: Sequence[str] = ()
) -> Iterator[RunCells]:
    """Run cells on this machine, in forks of one fork server; one may have been launched before.

    Args:
        lab: the modules that the lab imports.
    """
    with fork_server or ForkServer(lab=lab) as fork_server, _scratch_folders_in(fork_server.base):
        start, examiner = StartForkedKernel(fork_server), StartForkedExaminer(fork_server)
        yield lambda job, limits: run(job, limits, start, examiner)


@contextmanager
def unprotected() -> Iterator[RunCells]:
    """Run cells on this machine in new processes that can do what the grader can."""
    yield lambda job, limits: run(job, limits, start_unprotected)


@contextmanager
def _scratch_folders_in(base: Path) -> Iterator[None]:
    """A fork can only be given folders that its fork server can see."""
    before, tempfile.tempdir = tempfile.tempdir, str(base)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def on_cluster(address: str) -> Iterator[RunCells]:
    """Run cells on the workers of a Dask cluster, which have the course at the same path.

    A worker with one thread per core: `dask worker ADDRESS --nthreads 1 --nworkers auto`.

    Raises:
        InfrastructureError: nobody answers at this address.
    """
    from distributed import Client, KilledWorker
    from distributed.client import FutureCancelledError

    try:
        client = Client(address, set_as_default=False, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise InfrastructureError(f"There is no Dask scheduler at {address}.") from error
    with client:

        def run_there(job: Job, limits: Limits) -> NotebookNode:
            try:
                task = client.submit(run_on_worker, job, limits, pure=False)
                done: NotebookNode = task.result()
            except (OSError, FutureCancelledError, KilledWorker) as error:
                raise InfrastructureError(
                    f"The Dask cluster at {address} is gone: {error}"
                ) from error
            return done

        yield run_there


def run_on_worker(job: Job, limits: Limits) -> NotebookNode:
    """The same task as on this machine, in a process that keeps the fork server of the newest lab."""
    return _own_run(job.names.modules)(job, limits)


@lru_cache(maxsize=1)
def _own_run(lab: tuple[str, ...]) -> RunCells:
    _ends_with_process.close()
    return _ends_with_process.enter_context(on_this_machine(lab=lab))


_ends_with_process = ExitStack()
atexit.register(_ends_with_process.close)
