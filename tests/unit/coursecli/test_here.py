"""Which course a command works in, and that it starts without what only some commands need."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from coursecli import here


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's copy, as far as it matters."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    return tmp_path


def test_in_a_full_course_every_command_runs(root: Path) -> None:
    (root / "solutions").mkdir()
    assert here.full_course("check", "authors") == here.course_folder() == root


def test_in_a_learners_copy_it_is_said_whom_a_command_is_for(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert here.course_folder() == root
    with pytest.raises(typer.Exit) as ended:
        here.full_course("check", "authors")
    assert ended.value.exit_code == 1
    assert capsys.readouterr().out == (
        "✘ `course check` is for authors: it needs solutions/ and tests/, which a learner's copy "
        "does not have.\n"
    )


def test_a_folder_that_is_no_course_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "nbgrader_config.py").unlink()
    with pytest.raises(typer.Exit):
        here.course_folder()
    assert capsys.readouterr().out.startswith(f"✘ {root} is not the course folder: start from")


def test_the_command_starts_without_what_takes_seconds_to_import() -> None:
    slow = {"nbgrader", "nbformat", "jupyter_client", "papermill", "pandas", "numpy", "matplotlib"}
    code = f"import sys, coursecli.main; print(*sorted({slow!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
