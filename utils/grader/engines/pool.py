"""Grading many submissions at once, with one writer to the gradebook.

Each submission has a thread, but only one thread at a time is inside nbgrader: it hands over
while a notebook's cells run, which is where the time goes. The cells themselves run in processes:
kernels forked from a fork server on this machine, or on the workers of a Dask cluster.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event

from nbformat import NotebookNode
from traitlets.config import Config

from grader.course import Course, explained
from grader.engines.engine import Engine
from grader.engines.trusted import TrustedEngine
from grader.engines.workers import RunCells
from grader.exceptions import InfrastructureError
from grader.isolation.sandbox import Limits
from grader.nbgrader_internals import Turn, quick, require_tried_version
from grader.outcomes import Outcome, Submission, forget, load_outcome, save_outcome, up_to_date
from grader.steps.execute import TrustedExecute
from grader.trusted.job import Job

#: Hears what becomes of a submission: "running", "graded", "failed" or "unchanged".
OnProgress = Callable[[Submission, str], None]


@dataclass
class Batch:
    """What the threads of one batch share.

    Attributes:
        run: runs cells; an engine that runs them on its own needs none.
        turn: whose turn it is with nbgrader.
        trouble: why cells cannot be run here any more.
    """

    run: RunCells | None = None
    turn: Turn = field(default_factory=Turn)
    trouble: str = ""


_batch: ContextVar[Batch] = ContextVar("batch")


class PooledExecute(TrustedExecute):
    """`TrustedExecute` whose cells run wherever the pool has them run."""

    def execute(self, job: Job, limits: Limits) -> NotebookNode:
        batch = _batch.get()
        assert batch.run is not None
        with batch.turn.given_away():
            try:
                return batch.run(job, limits)
            except InfrastructureError as error:
                # nbgrader turns any exception into a failed submission, which this is not.
                batch.trouble = str(error)
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
    require_tried_version()
    shared = Batch(run_cells)
    stopped = Event()

    def grade(submission: Submission) -> Outcome:
        _batch.set(shared)
        with shared.turn.lock, _stops_others(stopped):
            mark = grade_digest(course, submission, engine.terms())
            if not again and (known := _graded_before(course, submission, mark)):
                on_progress(submission, "unchanged")
                return known
            on_progress(submission, "running")
            outcome = engine.grade(submission)
            if shared.trouble:
                forget(course, submission.student, submission.lab)
                raise InfrastructureError(shared.trouble)
            save_outcome(course, outcome)
            with explained():
                course.mark(submission.student, submission.lab).write_text(mark)
            on_progress(submission, outcome.status)
            return outcome

    threads = ThreadPoolExecutor(jobs, thread_name_prefix="grade")
    with quick():
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


def grade_digest(course: Course, submission: Submission, terms: str) -> str:
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
