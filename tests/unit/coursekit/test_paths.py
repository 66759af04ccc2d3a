"""Where the course stands on disk, from anywhere and by its variables."""

import os
from pathlib import Path

import pytest

from coursekit import paths


def test_course_root_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = paths.course_root()
    assert (root / "requirements" / "course.txt").exists()
    monkeypatch.chdir(root / "modules")
    assert paths.course_root() == root
    monkeypatch.chdir(tmp_path)
    assert paths.course_root() == root


def test_a_wrong_course_root_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="COURSE_ROOT"):
        paths.course_root()


def test_workspaces_are_in_the_course_or_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_WORKSPACE", raising=False)
    assert paths.workspaces() == paths.course_root() / "workspace"
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "a" / ".." / "b"))
    assert paths.workspaces() == tmp_path / "b"


def test_what_can_be_made_again_has_a_folder_that_git_ignores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored = (paths.course_root() / ".gitignore").read_text().split()
    (tmp_path / "modules").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    folder = paths.cache_dir()
    assert folder.is_dir()
    assert folder == paths.cache_dir() == tmp_path / ".course"
    assert {".course", ".course/", "/.course", "/.course/"} & set(ignored)


def test_a_course_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course, home = tmp_path / "course", tmp_path / "home"
    (course / "modules").mkdir(parents=True)
    (course / "nbgrader_config.py").touch()
    monkeypatch.setenv("COURSE_ROOT", str(course))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("COURSE_WORKSPACE", raising=False)
    monkeypatch.setattr(os, "access", lambda path, _: course not in (path, *Path(path).parents))
    assert paths.cache_dir().is_relative_to(home)
    assert not (course / ".course").exists()
    with pytest.raises(PermissionError, match="set COURSE_WORKSPACE to a folder of your own"):
        paths.workspaces()
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "mine"))
    assert paths.workspaces() == tmp_path / "mine"
