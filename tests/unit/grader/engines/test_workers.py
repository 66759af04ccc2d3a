"""Where cells run: in forks here, unprotected, or on a cluster, which has to be there."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest
from nbformat.v4 import new_notebook

from grader.engines import workers
from grader.exceptions import InfrastructureError
from grader.isolation.sandbox import Limits
from grader.kernels.student_kernel import start_unprotected
from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames

JOB = Job(new_notebook(), {})


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """With what each job was run; nothing is."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(workers, "run", lambda *words: calls.append(words))
    return calls


def test_unprotected_cells_run_in_new_processes(ran: list[tuple[object, ...]]) -> None:
    with workers.unprotected() as run:
        run(JOB, Limits())
    assert ran == [(JOB, Limits(), start_unprotected)]


class Recorded:
    """Stands for a fork server."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.running = False

    def __enter__(self) -> Recorded:
        self.running = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.running = False


def test_cells_here_run_in_forks_and_in_folders_that_their_server_sees(
    tmp_path: Path, ran: list[tuple[object, ...]]
) -> None:
    server, before = Recorded(tmp_path), tempfile.gettempdir()
    with workers.on_this_machine(server) as run:  # type: ignore[arg-type]
        assert server.running
        assert tempfile.gettempdir() == str(tmp_path)
        run(JOB, Limits())
    assert not server.running
    assert tempfile.gettempdir() == before
    ((job, limits, start, examiner),) = ran
    assert (job, limits) == (JOB, Limits())
    assert (vars(start), vars(examiner)) == ({"fork_server": server},) * 2


@pytest.fixture
def address() -> str:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


def test_a_cluster_that_is_not_there_is_one_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(InfrastructureError) as found, workers.on_cluster(address):
        pass
    assert str(found.value) == f"There is no Dask scheduler at {address}."


def test_an_address_that_is_none_is_the_same_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(InfrastructureError) as found, workers.on_cluster("nonsense://x"):
        pass
    assert str(found.value) == "There is no Dask scheduler at nonsense://x."


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The servers that a worker starts and ends."""
    log: list[str] = []

    @contextmanager
    def on_this_machine(lab: Sequence[str]) -> Iterator[workers.RunCells]:
        log.append(f"starts {' '.join(lab)}")
        yield lambda job, limits: job.notebook
        log.append(f"ends {' '.join(lab)}")

    monkeypatch.setattr(workers, "on_this_machine", on_this_machine)
    workers._own_run.cache_clear()
    yield log
    workers._ends_with_process.close()
    workers._own_run.cache_clear()


def test_a_worker_keeps_the_server_of_the_newest_lab(opened: list[str]) -> None:
    first, second = (Job(new_notebook(), {}, names=LabNames(modules=(m,))) for m in ("a", "b"))
    for job in (first, first, second):
        assert workers.run_on_worker(job, Limits()) is job.notebook
    assert opened == ["starts a", "ends a", "starts b"]
    workers.run_on_worker(first, Limits())
    assert opened[3:] == ["ends b", "starts a"]
