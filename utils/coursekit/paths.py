"""Where the course stands on disk."""

from __future__ import annotations

import os
from pathlib import Path


def course_root() -> Path:
    """The folder with ``modules/``, ``labs/`` and ``datasets/``.

    ``COURSE_ROOT`` names it; without that it is the nearest such folder above the working
    directory, and failing that the checkout that this package was installed from.

    Raises:
        FileNotFoundError: if none of these is a course folder.
    """
    named = os.environ.get("COURSE_ROOT")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).parents[2]]
    for folder in candidates:
        if is_course(folder):
            return folder.resolve()
    raise FileNotFoundError(
        f"{candidates[0]} is not the course folder: start from the checkout or set COURSE_ROOT to it"
    )


def is_course(folder: Path) -> bool:
    return (folder / "nbgrader_config.py").is_file() and (folder / "modules").is_dir()


def is_learners_copy(root: Path) -> bool:
    """Whether the course at ``root`` has no solutions, which only authors have."""
    return not (root / "solutions").is_dir()


def workspaces() -> Path:
    """The folder of the notebooks' workspaces: ``COURSE_WORKSPACE``, or ``workspace/`` here."""
    named = os.environ.get("COURSE_WORKSPACE")
    return Path(named).resolve() if named else course_root() / "workspace"


def cache_dir() -> Path:
    """A git-ignored folder for what can be made again (created when missing)."""
    folder = course_root() / ".course"
    folder.mkdir(exist_ok=True)
    return folder
