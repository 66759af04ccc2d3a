"""Where the cells of a submission run: in forks on this machine, unprotected, or on a cluster."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache

from nbformat import NotebookNode

from grader.exceptions import InfrastructureError
from grader.isolation.sandbox import Limits
from grader.kernels.forked import ForkServer, StartForkedExaminer, StartForkedKernel
from grader.kernels.student_kernel import start_unprotected
from grader.nbgrader_internals import scratch_folders_in
from grader.trusted.job import Job
from grader.trusted.runner import run

#: Runs the cells of a job and gives the notebook with their outputs.
RunCells = Callable[[Job, Limits], NotebookNode]

_CONNECT_SECONDS = 10


@contextmanager
def on_this_machine(
    fork_server: ForkServer | None = None, lab: Sequence[str] = ()
) -> Iterator[RunCells]:
    """Run cells on this machine, in forks of one fork server; one may have been launched before.

    Args:
        lab: the modules that the lab imports.
    """
    # A fork can only be given folders that its server can see.
    with fork_server or ForkServer(lab=lab) as server, scratch_folders_in(server.base):
        start, examiner = StartForkedKernel(server), StartForkedExaminer(server)
        yield lambda job, limits: run(job, limits, start, examiner)


@contextmanager
def unprotected() -> Iterator[RunCells]:
    """Run cells on this machine in new processes that can do what the grader can."""
    yield lambda job, limits: run(job, limits, start_unprotected)


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
