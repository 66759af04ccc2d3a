"""What learners get: the last commit without solutions and tests, and nothing that lies about."""

from pathlib import Path

import pytest

from coursekit import paths
from coursekit.authoring import learner_copy
from coursekit.authoring.learner_copy import (
    KEPT,
    LEFT_OUT,
    LearnerCopyError,
    make_learner_copy,
)
from coursekit.authoring.quick import files_in_git
from coursekit.paths import is_learners_copy
from scratch_repository import commit_all, git

ROOT = paths.course_root()
FILES = {
    "README.md": "for all",
    "Makefile": "",
    "modules/m/a.ipynb": "",
    "labs/lab00/lab00.ipynb": "asked",
    "solutions/lab00/lab00.ipynb": "solved",
    "tests/test_x.py": "",
    "grading/gradebook.db": "grades",
    ".gitignore": "/grading/\n",
    "postBuild": "#!/bin/sh\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small course under git."""
    root = tmp_path / "course"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "postBuild").chmod(0o755)
    commit_all(root)
    return root


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_it_has_what_learners_need_and_no_more(root: Path, tmp_path: Path) -> None:
    made = make_learner_copy(root, tmp_path / "new" / "copy")
    copy = tmp_path / "new" / "copy"
    wanted = [".gitignore", "Makefile", "README.md", "labs/lab00/lab00.ipynb"]
    assert files(copy) == [*wanted, "modules/m/a.ipynb", "postBuild"]
    assert (made.files, made.uncommitted) == (6, ())
    assert (
        (copy / "README.md").read_text().startswith("# Machine Learning in Production: the learn")
    )
    assert (copy / "postBuild").stat().st_mode & 0o111
    assert is_learners_copy(copy)
    assert not is_learners_copy(root)


def test_what_was_not_committed_stays_and_is_named(root: Path, tmp_path: Path) -> None:
    (root / "labs/lab00/lab00.ipynb").write_text("solved to try it")
    (root / "labs/lab00/roster.csv").write_text("ada")
    (root / "solutions/lab00/draft.ipynb").write_text("")
    made = make_learner_copy(root, tmp_path / "copy")
    assert made.uncommitted == ("labs/lab00/lab00.ipynb", "labs/lab00/roster.csv")
    assert (tmp_path / "copy/labs/lab00/lab00.ipynb").read_text() == "asked"
    assert not (tmp_path / "copy/labs/lab00/roster.csv").exists()


def test_nothing_is_overwritten(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "mine.txt").write_text("kept")
    with pytest.raises(LearnerCopyError, match="copy is there already: name a folder"):
        make_learner_copy(root, copy)
    with pytest.raises(LearnerCopyError, match=r"mine\.txt is there already"):
        make_learner_copy(root, copy / "mine.txt")
    assert files(copy) == ["mine.txt"]
    (copy / "mine.txt").unlink()
    assert make_learner_copy(root, copy).files == 6


def test_without_git_or_without_solutions_it_says_what_to_do(root: Path, tmp_path: Path) -> None:
    (root / ".git").rename(root / "git")
    with pytest.raises(LearnerCopyError, match="no git checkout: run `git init`"):
        make_learner_copy(root, tmp_path / "copy")
    git(root, "init", "-q")
    with pytest.raises(LearnerCopyError, match="git cannot say what was committed: fatal"):
        make_learner_copy(root, tmp_path / "copy")
    (root / "solutions").rename(root / "away")
    with pytest.raises(LearnerCopyError, match="This is a learner's copy already"):
        make_learner_copy(root, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no git checkout says what belongs here")
def test_of_everything_in_the_course_it_is_said_whether_learners_get_it() -> None:
    top = {name.split("/", 1)[0] for name in files_in_git(ROOT)}
    assert top == {*KEPT, *LEFT_OUT}, "say in learner_copy.py whether learners get it"
    assert not set(KEPT) & set(LEFT_OUT)
    assert learner_copy._README.is_file()
