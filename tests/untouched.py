"""No test may leave anything in the checkout: neither a file nor an empty folder.

What Git ignores may appear (the workspace of lessons, caches). In CI a run that leaves something is
red. Elsewhere its last lines say what appeared: the person may have made it while the tests ran.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

import marks
from coursekit.environment import known

_BEFORE: pytest.StashKey[set[str]] = pytest.StashKey()


def unknown_to_git(root: Path) -> set[str]:
    """Files and folders that Git neither has nor ignores; nothing outside a repository."""
    # The checkout may belong to another user, as in containers. --directory shows empty folders.
    words = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--others", "--directory", "--exclude-standard"]  # fmt: skip
    done = subprocess.run(
        words, cwd=root, env=known.environment(), capture_output=True, text=True, check=False
    )
    return set(filter(None, done.stdout.split("\0")))


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.stash[_BEFORE] = unknown_to_git(session.config.rootpath)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In the controlling process of xdist, whose workers have run all tests by now."""
    before = session.config.stash.get(_BEFORE, None)
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if before is None or reporter is None:
        return
    left = sorted(unknown_to_git(session.config.rootpath) - before)
    if left:
        reporter.write_line(f"left in the checkout while tests ran: {', '.join(left)}", red=True)
        if marks.in_ci():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
