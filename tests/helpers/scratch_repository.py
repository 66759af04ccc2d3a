"""A git repository of a test's own, which knows nothing of whoever runs the tests."""

import subprocess
from pathlib import Path

_NOBODY = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]


def git(root: Path, *words: str) -> None:
    """Run git in a folder; it has to succeed."""
    subprocess.run(["git", *_NOBODY, *words], cwd=root, check=True, capture_output=True)


def commit_all(root: Path) -> None:
    """Make a repository of a folder, with all of its files in one commit."""
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "all")
