"""What tests of all parts of the grader start from: a fork server, its kernels, and a course."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coursekit.variants import SECRET_VARIABLE
from courses import course
from grader.course import Course
from grader.cycle.samples import make_class, perfect
from grader.isolation.sandbox import Limits
from grader.kernels.forked import ForkServer, StartForkedKernel
from grader.kernels.student_kernel import StartKernel, StudentKernel, start_sandboxed
from open_kernels import NORMAL, OpenKernel, opened
from tiny_lab import CLASS, LAB, make_course

__all__ = ["course"]  # a fixture

#: Soon reached by what takes memory or space.
TIGHT = Limits(memory=400 << 20, file_size=200 << 20, disk=100 << 20)
#: Enough to see that something was imported before, and quick to import.
PRELOADED = (
    "ipykernel.kernelapp",
    "IPython.core.completer",
    "numpy",
    "pyarrow",
    "deltalake",
    "grader.endpoints.examiner",
)


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """One for all tests of a process that do not end or change it; it needs the sandbox."""
    with ForkServer(preload=PRELOADED) as running:
        yield running


@pytest.fixture
def open_kernel(fork_server: ForkServer, request: pytest.FixtureRequest) -> OpenKernel:
    """Opens forked kernels, each in the sandbox and by a name of its own."""
    folder = _folder(request)

    @contextmanager
    def open_kernel(name: str = "a", limits: Limits = NORMAL) -> Iterator[StudentKernel]:
        start = StartForkedKernel(fork_server)
        with opened(fork_server.base / folder / name, start, limits) as kernel:
            yield kernel

    return open_kernel


@pytest.fixture(params=["new", "forked"])
def kernel(request: pytest.FixtureRequest, fork_server: ForkServer) -> Iterator[StudentKernel]:
    """With tight limits: a new Python under bubblewrap, and a fork that entered a sandbox."""
    start: StartKernel = (
        start_sandboxed if request.param == "new" else StartForkedKernel(fork_server)
    )
    with opened(fork_server.base / _folder(request), start, TIGHT) as running:
        yield running


def _folder(request: pytest.FixtureRequest) -> str:
    """A name for the test's own folder: short, since the path of a socket must be."""
    return f"{abs(hash(request.node.nodeid)):x}"[:8]


@pytest.fixture(scope="session")
def _released_once(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("released")))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(SECRET_VARIABLE, raising=False)
        make_class(course, LAB, dict.fromkeys(CLASS, perfect))
    return course


@pytest.fixture
def released(_released_once: Course, tmp_path: Path) -> Course:
    """A course whose tiny lab :data:`CLASS` has got and handed in solved; nothing is graded."""
    return Course(shutil.copytree(_released_once.root, tmp_path / "released"))
