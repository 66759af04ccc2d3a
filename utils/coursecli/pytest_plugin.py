"""How this course uses nbval; loaded by ``addopts`` in pyproject.toml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.kernels.forked import ForkServer

#: Cells that ran in this session, by notebook.
_RAN: Counter[str] = Counter()
#: How many kernels this session will start, in all its worker processes.
_KERNELS = pytest.StashKey[int]()
#: What the parent of the warm kernels imports for these notebooks besides what most of them use.
_MORE = pytest.StashKey[Sequence[str]]()
#: The parent of this process's warm kernels; None when they are to start cold.
_FORK_SERVER: pytest.StashKey[ForkServer | None] = pytest.StashKey()
_FORKED_KERNELS = "forked_kernels"
#: A cell that writes to stderr fails, unless its metadata say why it does (``"stderr": "..."``). Of these
#: lessons the end of the run says which cells do: Ludwig logs through many libraries, and Spark, Dask and
#: the servers of two modules warn of a machine that is busy.
_MAY_WARN = ("01_experimentation/11_automl", "03_deployment_paradigms/", "05_pipeline_example/")
_STDERR = "stderr"
#: Of which cells that is said, by notebook.
_LOUD: dict[str, set[str]] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Compare every output of a notebook but stderr.

    What libraries write there (progress, paths, times) differs from run to run, and the normal
    form of a notebook (see ``coursekit.authoring.notebooks``) does not keep it.
    """
    notebooks = {item.path for item in items if _is_cell(item)}
    users = [item for item in items if _FORKED_KERNELS in getattr(item, "fixturenames", ())]
    config.stash[_KERNELS] = len(notebooks) + len(users)
    config.stash[_MORE] = _more(notebooks)
    for item in items:
        compared = getattr(item.parent, "skip_compare", None)
        if compared is not None and "stderr" not in compared:
            item.parent.skip_compare = (*compared, "stderr")  # type: ignore[union-attr]


def _more(notebooks: Iterable[Path]) -> tuple[str, ...]:
    """The modules that some lessons import and a fork has already, as far as these notebooks do."""
    from grader.kernels.provisioner import FOR_SOME

    texts = [path.read_text(encoding="utf-8") for path in notebooks if path.is_file()]
    found = (FOR_SOME[name] for name in FOR_SOME if any(name in text for text in texts))
    return tuple(dict.fromkeys(module for modules in found for module in modules))


def _is_cell(item: pytest.Item) -> bool:
    return item.path.suffix == ".ipynb"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """nbval starts a notebook's kernel before its first cell: take it from a warm parent."""
    if not _is_cell(item):
        return (yield)
    with _kernels(item.config):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A learner sees on the screen what the stored outputs lack: that a cell writes to stderr."""
    result = yield
    if not _is_cell(item) or _STDERR in item.cell.metadata:  # type: ignore[attr-defined]
        return result
    said = "".join(out["text"] for out in item.test_outputs or () if out.get("name") == "stderr")  # type: ignore[attr-defined]
    lesson = f"{item.path.parent.name}/{item.path.stem}"
    if said and not lesson.startswith(_MAY_WARN):
        item.raise_cell_error("The cell writes to stderr", said)  # type: ignore[attr-defined]
    if said:
        item.user_properties.append((_STDERR, item.name))
    return result


@pytest.fixture
def forked_kernels(pytestconfig: pytest.Config) -> Iterator[None]:
    """Kernels that the test starts in this process are forks, where that is possible."""
    with _kernels(pytestconfig):
        yield


@contextmanager
def _kernels(config: pytest.Config) -> Iterator[None]:
    from grader.kernels import provisioner

    if _FORK_SERVER not in config.stash:
        # Each worker of pytest-xdist has a parent of its own, worth its start from the second
        # kernel on.
        workers = getattr(config, "workerinput", {}).get("workercount", 1)
        worth = config.stash[_KERNELS] > workers
        config.stash[_FORK_SERVER] = (
            provisioner.start_fork_server(config.stash[_MORE]) if worth else None
        )
    fork_server = config.stash[_FORK_SERVER]
    if fork_server is None:
        yield
        return
    with provisioner.kernels_of(fork_server):
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the parent of the warm kernels."""
    fork_server = config.stash.get(_FORK_SERVER, None)
    if fork_server is not None:
        fork_server.stop()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the cells that ran; a skipped one has a report, but took no time."""
    notebook, _, cell = report.nodeid.partition("::")
    if notebook.endswith(".ipynb") and cell and report.when == "call":
        _RAN[notebook] += int(not report.skipped and report.duration > 0)
        if _STDERR in dict(report.user_properties):
            _LOUD.setdefault(notebook, set()).add(cell)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the lessons that write to stderr where that is let pass."""
    for notebook, cells in sorted(_LOUD.items()):
        terminalreporter.write_line(f"writes to stderr: {notebook}, {', '.join(sorted(cells))}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A notebook that is reported as tested but ran nothing turns the session red."""
    idle = sorted(notebook for notebook, cells in _RAN.items() if cells == 0)
    if idle and not hasattr(session.config, "workerinput"):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"ran no code: {', '.join(idle)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
