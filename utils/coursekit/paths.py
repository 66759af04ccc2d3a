"""Where the course stands on disk."""

from __future__ import annotations

import hashlib
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
    """The folder of the notebooks' workspaces: ``COURSE_WORKSPACE``, or ``workspace/`` here.

    Raises:
        PermissionError: nothing can be written there.
    """
    named = os.environ.get("COURSE_WORKSPACE")
    folder = Path(named).resolve() if named else course_root() / "workspace"
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(nearest, os.W_OK):
        raise PermissionError(
            f"nothing can be written into {folder}: set COURSE_WORKSPACE to a folder of your own"
        )
    return folder


def cache_dir() -> Path:
    """A folder for what can be made again (created when missing).

    It is ``.course/``, which git ignores; for a checkout that cannot be written, one at home.
    """
    root = course_root()
    folder = root / ".course"
    if not os.access(folder if folder.exists() else root, os.W_OK):
        tag = hashlib.sha256(os.fsencode(root)).hexdigest()[:10]
        folder = Path.home() / ".cache" / "ml-in-production" / tag
    folder.mkdir(parents=True, exist_ok=True)
    return folder
