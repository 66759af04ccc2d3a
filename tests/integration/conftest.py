"""What integration tests start from: a course of their own, and the `course` command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from coursecli.main import app
from courses import course

__all__ = ["course"]  # a fixture

#: Runs the command with these words; its exit code and what it printed.
Command = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The `course` command as it is typed in the working directory, on a wide terminal."""
    monkeypatch.delenv("COURSE_ROOT", raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])
