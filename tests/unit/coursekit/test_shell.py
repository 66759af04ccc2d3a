"""Commands of Git and DVC: what they print comes back, and a failure is an error."""

import os
import shlex
from pathlib import Path

import pytest

from coursekit.shell import CommandError, run


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    folder = tmp_path / "a folder with blanks"
    folder.mkdir()
    run("git init -b main", folder)
    run("dvc init", folder)
    return folder


def test_it_runs_in_the_folder_and_returns_what_was_printed(repository: Path) -> None:
    here = os.getcwd()
    assert run("git status --short", repository).split("\n")[0].startswith("A")
    assert os.getcwd() == here


def test_words_in_quotes_stay_together(repository: Path) -> None:
    run("git commit -m 'two words'", repository)
    assert run("git log --format=%s", repository) == "two words\n"


def test_git_needs_no_settings_of_the_machine(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    run("git commit -m first", repository)
    assert run("git log --format=%an", repository) == "Telco\n"


def test_dvc_runs_in_this_process_and_stays_quiet(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (repository / "data.csv").write_text("1\n")
    here = os.getcwd()
    assert "git add" in run("dvc add data.csv", repository)
    assert os.getcwd() == here
    assert (repository / "data.csv.dvc").is_file()
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.parametrize("command", ["git tag a b c d", "dvc add nothing.csv"])
def test_a_command_that_fails_says_why(
    repository: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    here = os.getcwd()
    with pytest.raises(CommandError, match=command) as error:
        run(command, repository)
    assert len(str(error.value)) > len(command) + len("'' failed: ")
    assert os.getcwd() == here
    assert capfd.readouterr().err == ""


def test_a_quiet_command_that_fails_says_why_and_one_that_works_says_nothing(
    repository: Path,
) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv' does not exist"):
        run("dvc add -q nothing.csv", repository)
    (repository / "data.csv").write_text("1\n")
    assert run("dvc add -q data.csv", repository) == ""


def test_dvc_has_remotes_in_folders_with_any_name(repository: Path) -> None:
    remote = repository.parent / "Übung 雪"
    run(f"dvc remote add --default storage {shlex.quote(str(remote))}", repository)
    (repository / "data.csv").write_text("1\n")
    run("dvc add data.csv", repository)
    assert run("dvc push", repository) == "1 file pushed\n"
    assert len([path for path in remote.rglob("*") if path.is_file()]) == 1


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        run("git status", tmp_path / "nowhere")
