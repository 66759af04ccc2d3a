"""What is drawn follows from the name and the commit, and over the commits everything is drawn."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import drawing
from drawing import drawn


def commits(monkeypatch: pytest.MonkeyPatch, *names: str) -> Iterator[str]:
    for name in names:
        monkeypatch.setattr(drawing, "commit", lambda name=name: name)
        yield name


def test_the_same_commit_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in commits(monkeypatch, "a", "b"):
        assert drawn("lab", range(1000)) == drawn("lab", range(1000))


def test_another_commit_and_another_name_draw_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {drawn(name, range(10**9)) for _ in commits(monkeypatch, "a", "b") for name in "xy"}
    assert len(found) == 4


def test_over_the_commits_everything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    names = map(str, range(200))
    assert {drawn("lab", "abcd") for _ in commits(monkeypatch, *names)} == set("abcd")


def test_the_commit_is_the_one_that_is_checked_out() -> None:
    drawing.commit.cache_clear()
    git = drawing.Path(drawing.__file__).parents[2] / ".git"
    words = ["git", "-c", "safe.directory=*", "-C", str(git.parent), "log", "-1", "--format=%H"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    assert drawing.commit() == (said if git.exists() else drawing.NO_COMMIT) != ""


def test_without_git_a_word_stands_for_the_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(drawing, "__file__", str(tmp_path / "drawing.py"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    drawing.commit.cache_clear()
    assert drawing.commit() == drawing.NO_COMMIT
    monkeypatch.setenv("PATH", str(tmp_path))
    drawing.commit.cache_clear()
    assert drawing.commit() == drawing.NO_COMMIT
    drawing.commit.cache_clear()
