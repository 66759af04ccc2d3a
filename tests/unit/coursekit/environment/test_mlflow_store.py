"""The empty MLflow store, and who can read it."""

import logging
import sqlite3
import stat
from pathlib import Path

import pytest

from coursekit.environment import mlflow_store
from grader.isolation import sandbox


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "modules").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    return tmp_path


def test_it_is_made_once_for_everybody(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = mlflow_store.empty()
    assert "INFO" not in capfd.readouterr().err
    assert made.parent == root / ".course"
    with sqlite3.connect(made) as store:
        assert store.execute("select count(*) from runs").fetchone() == (0,)
    before = made.stat()
    made.chmod(0o600)
    assert mlflow_store.empty() == made
    assert made.stat().st_mtime_ns == before.st_mtime_ns
    assert made.stat().st_mode & stat.S_IROTH


def test_mlflow_says_nothing_of_its_engines_when_the_template_is_there(root: Path) -> None:
    mlflow_store.empty()
    logger = logging.getLogger("mlflow.store.db.utils")
    logger.setLevel(logging.NOTSET)
    mlflow_store.empty()
    assert not logger.isEnabledFor(logging.INFO)


def test_a_sandbox_shows_only_one_that_its_user_can_read(root: Path) -> None:
    template = root / ".course" / mlflow_store.NAME
    own = f".course/{mlflow_store.NAME}"
    assert own not in sandbox.shared()
    template.parent.mkdir()
    (template.parent / "mlflow-0.0.1.db").touch()
    assert own not in sandbox.shared()
    template.touch(mode=0o600)
    assert own not in sandbox.shared()
    template.chmod(0o644)
    assert sandbox.shared()[own] == template
