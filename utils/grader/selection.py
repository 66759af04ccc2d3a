"""How and where to grade a lab: one decision, and the objects that follow from it.

``select`` needs nothing of nbgrader, which takes seconds to import: a grading run that is entered
has its fork server import the lab's libraries meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from coursekit.environment import mlflow_store
from coursekit.paths import course_root
from grader.exceptions import CourseError
from grader.isolation.sandbox import why_not
from grader.lab_imports import imported_modules

if TYPE_CHECKING:
    from grader.course import Course
    from grader.engines.engine import Engine
    from grader.engines.workers import RunCells
    from grader.kernels.forked import ForkServer


class GradingRun(Protocol):
    """A run of grading: where cells run, and what turns a submission into points."""

    @property
    def jobs(self) -> int:
        """Submissions at a time."""
        ...

    def started(self, lab: str) -> AbstractContextManager[None]:
        """Entered before anything is imported, for as long as the command lasts."""
        ...

    def require(self) -> None:
        """Raise a `CourseError` where this cannot be had on this machine."""
        ...

    def cells(self) -> AbstractContextManager[RunCells | None]:
        """What runs the cells; None for an engine that does so itself."""
        ...

    def engine(self, course: Course) -> Engine:
        """What turns a submission into points."""
        ...


def select(
    engine: str,
    cell_seconds: float | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    unsafe: bool = False,
) -> GradingRun:
    """The run that the words of a command line ask for.

    Args:
        engine: "trusted" or "stock".
        cell_seconds: limit for one cell; None takes that of nbgrader_config.py.
        jobs: submissions at a time; None takes one per core.
        cluster: address of a Dask scheduler.
        unsafe: run learners' code without a sandbox.

    Raises:
        CourseError: there is no such engine, or it cannot be combined with the rest.
    """
    if engine not in ("trusted", "stock"):
        raise CourseError(f"There is no engine {engine!r}; there is trusted and stock.")
    if engine == "stock":
        if cluster or (jobs or 1) > 1:
            raise CourseError("The stock engine grades one after another, on this machine.")
        return Stock(cell_seconds)
    if cluster and unsafe:
        raise CourseError("--unsafe-no-sandbox is for this machine, not for a cluster.")
    many = jobs or os.cpu_count() or 1
    if cluster:
        return OnCluster(cell_seconds, many, cluster)
    return Unprotected(cell_seconds, many) if unsafe else OnThisMachine(cell_seconds, many)


@dataclass
class Stock:
    """nbgrader as it comes, one submission after another, for learners who are trusted."""

    cell_seconds: float | None
    jobs: int = 1

    def started(self, lab: str) -> AbstractContextManager[None]:
        return nullcontext()

    def require(self) -> None: ...

    def cells(self) -> AbstractContextManager[None]:
        return nullcontext()

    def engine(self, course: Course) -> Engine:
        from grader.engines.stock import StockEngine

        return StockEngine(course, self.cell_seconds)


@dataclass
class _Pooled:
    cell_seconds: float | None
    jobs: int

    def started(self, lab: str) -> AbstractContextManager[None]:
        return nullcontext()

    def require(self) -> None: ...

    def engine(self, course: Course) -> Engine:
        from grader.engines.pool import PooledEngine

        return PooledEngine(course, self.cell_seconds)


@dataclass
class OnThisMachine(_Pooled):
    """Sandboxed forks of a fork server that has imported what the lab imports."""

    fork_server: ForkServer | None = None

    @contextmanager
    def started(self, lab: str) -> Iterator[None]:
        with ExitStack() as stack:
            if not why_not():
                from grader.kernels.forked import ForkServer

                modules = imported_modules(_source(lab))
                if "mlflow" in modules:
                    mlflow_store.empty()  # or each kernel makes its own, which takes seconds
                # It imports its libraries while this process imports nbgrader.
                self.fork_server = ForkServer(lab=modules)
                stack.callback(self.fork_server.stop)
                self.fork_server.launch()
            yield

    def require(self) -> None:
        problem = why_not()
        if problem:
            raise CourseError(problem)

    def cells(self) -> AbstractContextManager[RunCells]:
        from grader.engines.workers import on_this_machine

        return on_this_machine(self.fork_server)


@dataclass
class Unprotected(_Pooled):
    """New processes that can do what the grader can; tests still have their own."""

    def cells(self) -> AbstractContextManager[RunCells]:
        from grader.engines.workers import unprotected

        return unprotected()

    def engine(self, course: Course) -> Engine:
        from grader.engines.pool import PooledEngine

        return PooledEngine(course, self.cell_seconds, unsafe_no_sandbox=True)


@dataclass
class OnCluster(_Pooled):
    """The workers of a Dask cluster, which have the course at the same path."""

    address: str = ""

    def cells(self) -> AbstractContextManager[RunCells]:
        from grader.engines.workers import on_cluster

        return on_cluster(self.address)


def _source(lab: str) -> Path:
    """Where the source of a lab is; nowhere, outside of a course."""
    try:
        return course_root() / "solutions" / lab / f"{lab}.ipynb"
    except FileNotFoundError:
        return Path(f"{lab}.ipynb")
