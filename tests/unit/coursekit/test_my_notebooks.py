"""A learner works in copies: pulling a new version never conflicts, and nothing typed is lost."""

import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from coursekit import my_notebooks, paths

LESSON = "modules/00_introduction/01_lesson.ipynb"
LAB = "labs/lab00/lab00.ipynb"
TODAY = date(2024, 7, 1)
KEPT = "01_lesson (mine, 2024-07-01).ipynb"


def lesson(text: str) -> str:
    cells = [new_markdown_cell(text, id="text"), new_code_cell("1 + 1", id="code")]
    return writes(new_notebook(cells=cells))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    for place in (LESSON, LAB):
        (root / place).parent.mkdir(parents=True)
        (root / place).write_text(lesson("first"))
    (root / "modules" / "map.svg").write_text("<svg/>")
    (root / "nbgrader_config.py").touch()
    return root


def mine(course: Path, place: str = LESSON) -> Path:
    return course / my_notebooks.FOLDER / place


def edit(path: Path, **changes: Any) -> None:
    """Change the last cell as JupyterLab writes it."""
    notebook = json.loads(path.read_text())
    notebook["cells"][-1].update(changes)
    path.write_text(json.dumps(notebook))


def run_it(path: Path) -> None:
    """What is left after a lesson was run and looked at: nothing that a person typed."""
    notebook = json.loads(path.read_text())
    output = new_output("execute_result", data={"text/plain": "2"}, execution_count=7)
    notebook["cells"][-1].update(execution_count=7, outputs=[output], metadata={"scrolled": True})
    notebook["cells"].append(new_code_cell(""))
    notebook["metadata"]["kernelspec"] = {"name": "other", "display_name": "Other"}
    path.write_text(json.dumps(notebook))


def refresh(course: Path) -> list[str]:
    return my_notebooks.refresh(course, TODAY)


def test_everything_is_copied_once(course: Path) -> None:
    assert refresh(course) == []
    for place in (LESSON, LAB, "modules/map.svg"):
        assert mine(course, place).read_bytes() == (course / place).read_bytes()
    run_it(mine(course))
    before = mine(course).read_bytes()
    assert refresh(course) == []
    assert mine(course).read_bytes() == before


@pytest.mark.parametrize("change", [run_it, lambda path: None, Path.unlink])
def test_a_copy_without_own_text_follows_the_course(course: Path, change: Any) -> None:
    refresh(course)
    change(mine(course))
    (course / LESSON).write_text(lesson("second"))
    assert refresh(course) == []
    assert mine(course).read_text() == lesson("second")
    assert [path.name for path in mine(course).parent.iterdir()] == ["01_lesson.ipynb"]


def test_what_was_typed_is_kept_beside_the_new_version(course: Path) -> None:
    refresh(course)
    edit(mine(course), source="2 + 2")
    typed = mine(course).read_bytes()
    (course / LESSON).write_text(lesson("second"))
    (said,) = refresh(course)
    assert said == f"{LESSON} has a new version; yours, with what you typed, is {KEPT} beside it."
    assert mine(course).with_name(KEPT).read_bytes() == typed
    assert mine(course).read_text() == lesson("second")
    edit(mine(course), source="3 + 3")
    (course / LESSON).write_text(lesson("third"))
    (said,) = refresh(course)
    assert "(mine, 2024-07-01, 2).ipynb" in said
    assert mine(course).with_name(KEPT).read_bytes() == typed


def test_a_lost_record_costs_nobodys_text(course: Path) -> None:
    refresh(course)
    edit(mine(course), source="2 + 2")
    for content in ("{", "[]"):
        (course / my_notebooks.FOLDER / ".copied.json").write_text(content)
        edit(mine(course), source=f"2 + 2 {content}")
        (said,) = refresh(course)
        assert "with what you typed" in said


def test_what_is_no_notebook_is_compared_whole(course: Path) -> None:
    refresh(course)
    mine(course).write_text("<<<<<<< not json")
    (course / LESSON).write_text(lesson("second"))
    assert len(refresh(course)) == 1
    assert mine(course).with_name(KEPT).read_text() == "<<<<<<< not json"


def test_copies_that_cannot_be_saved_are_not_opened(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    my_notebooks.refresh(course)
    copies = my_notebooks.folder(course)
    monkeypatch.setattr(os, "access", lambda path, _: path != copies)
    with pytest.raises(PermissionError, match="copy the course into a folder of your own"):
        my_notebooks.refresh(course)


def test_the_own_copy_is_found(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_ROOT", str(course))
    assert my_notebooks.own(course / LAB) == course / LAB
    refresh(course)
    assert my_notebooks.own(course / LAB) == mine(course, LAB)


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_learner_can_pull_after_working(course: Path, tmp_path: Path) -> None:
    (course / ".gitignore").write_text((paths.course_root() / ".gitignore").read_text())
    git(course, "init", "--quiet", "--initial-branch", "main")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--message", "first")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(course), str(clone))
    refresh(clone)
    run_it(mine(clone))
    edit(mine(clone, LAB), source="my answer")
    assert git(clone, "status", "--porcelain") == ""
    for place in (LESSON, LAB):
        (course / place).write_text(lesson("second"))
    git(course, "commit", "--quiet", "--all", "--message", "second")
    git(clone, "pull", "--quiet", "--ff-only")
    (said,) = refresh(clone)
    assert said.startswith(LAB)
    assert mine(clone).read_text() == lesson("second")
    assert "my answer" in mine(clone, LAB).with_name("lab00 (mine, 2024-07-01).ipynb").read_text()
    assert git(clone, "status", "--porcelain") == ""
