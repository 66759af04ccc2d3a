"""A course with a vault beside it, and nothing of the machine's."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coursecli.main import app
from coursekit import my_notebooks
from coursekit.incidents.vault import VARIABLE, Vault


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Workspaces, notebooks and vault in folders of this test."""
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "vault"))
    monkeypatch.setattr(my_notebooks, "folder", lambda: tmp_path / "my_notebooks")
    return Vault()


@pytest.fixture
def command() -> Callable[..., Result]:
    """The ``course`` command in this process."""
    return lambda *words: CliRunner().invoke(app, list(words))
