"""How this course uses nbval; loaded by ``addopts`` in pyproject.toml."""

from __future__ import annotations

from collections import Counter

import pytest

#: Cells that ran in this session, by notebook.
_RAN: Counter[str] = Counter()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare every output of a notebook but stderr.

    What libraries write there (progress, paths, times) differs from run to run, and the normal
    form of a notebook (see ``coursekit.notebooks``) does not keep it.
    """
    for item in items:
        compared = getattr(item.parent, "skip_compare", None)
        if compared is not None and "stderr" not in compared:
            item.parent.skip_compare = (*compared, "stderr")  # type: ignore[union-attr]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the cells that ran; a skipped one has a report, but took no time."""
    notebook, _, cell = report.nodeid.partition("::")
    if notebook.endswith(".ipynb") and cell and report.when == "call":
        _RAN[notebook] += int(not report.skipped and report.duration > 0)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A notebook that is reported as tested but ran nothing turns the session red."""
    idle = sorted(notebook for notebook, cells in _RAN.items() if cells == 0)
    if idle and not hasattr(session.config, "workerinput"):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"ran no code: {', '.join(idle)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
