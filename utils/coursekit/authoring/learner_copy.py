"""What learners get: the course without solutions, tests and the work of a class."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from coursekit.authoring.quick import changed_files
from coursekit.environment import known
from coursekit.paths import is_learners_copy

#: What stands at the top of a learner's copy.
KEPT = (
    ".gitignore",
    ".python-version",
    "LICENSE",
    "Makefile",
    "datasets",
    "deploy",
    "environment.yml",
    "labs",
    "modules",
    "nbgrader_config.py",
    "postBuild",
    "pyproject.toml",
    "requirements",
    "utils",
)
#: What the copy has not. README.md is another one there: learner_readme.md.
LEFT_OUT = (".ci", ".github", "README.md", "benchmarks", "solutions", "tests")
_README = Path(__file__).with_name("learner_readme.md")


class LearnerCopyError(ValueError):
    """The copy cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class LearnerCopy:
    """A copy that was made.

    Attributes:
        files: how many it has.
        uncommitted: files that are new here or differ from the last commit, which was copied.
    """

    files: int
    uncommitted: tuple[str, ...]


def make_learner_copy(root: Path, folder: Path) -> LearnerCopy:
    """Copy the course at ``root`` for learners into ``folder``, which is made.

    The last commit is copied: a lab that an author has solved to try it, a roster or a draft that
    lies about stays here.

    Raises:
        LearnerCopyError: ``root`` is a learner's copy or no git checkout, or ``folder`` is there
            already and not empty.
    """
    if is_learners_copy(root):
        raise LearnerCopyError("This is a learner's copy already: copy its folder.")
    if not (root / ".git").exists():
        raise LearnerCopyError(
            "The last commit is what is copied, and this folder is no git checkout: "
            "run `git init`, `git add .` and `git commit -m course` in it first."
        )
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise LearnerCopyError(f"{folder} is there already: name a folder that is not.")
    present = _git(root, "ls-tree", "--name-only", "-z", "HEAD").decode().split("\0")
    archive = _git(root, "archive", "--format=tar", "HEAD", "--", *filter(_is_kept, present))
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    shutil.copyfile(_README, folder / "README.md")
    files = sum(path.is_file() for path in folder.rglob("*"))
    return LearnerCopy(files, tuple(filter(_is_kept, changed_files(root, "HEAD"))))


def _is_kept(name: str) -> bool:
    return name.split("/", 1)[0] in KEPT


def _git(root: Path, *words: str) -> bytes:
    # The checkout may belong to another user, as in containers.
    command = ["git", "-c", "safe.directory=*", *words]
    done = subprocess.run(
        command, cwd=root, env=known.environment(), capture_output=True, check=False
    )
    if done.returncode:
        raise LearnerCopyError(f"git cannot say what was committed: {done.stderr.decode().strip()}")
    return done.stdout
