"""A learner's own copies of lessons and labs, so that running one changes no file of the checkout.

JupyterLab writes outputs and counts into a notebook that is only looked at. In the checkout this
would stop the next ``git pull``. So learners work in ``my_notebooks/``, which Git ignores, and
:func:`refresh` brings what has changed in the course: a copy in which nobody typed is replaced, and
one with a learner's own text is kept under another name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from coursekit import paths

FOLDER = "my_notebooks"
#: What is copied, by its place in the course.
COPIED = ("modules", "labs")
_RECORD = ".copied.json"
_IGNORED = {".ipynb_checkpoints", "__pycache__"}


def folder(root: Path | None = None) -> Path:
    """The folder of the learner's copies in the course at ``root`` (default: this course)."""
    return (root or paths.course_root()) / FOLDER


def own(original: Path) -> Path:
    """The learner's copy of a lesson or lab, or the original where there is no copy."""
    root = paths.course_root()
    copy = folder(root) / original.resolve().relative_to(root)
    return copy if copy.is_file() else original


def refresh(root: Path | None = None, today: date | None = None) -> list[str]:
    """Copy what is new in the course, and what has changed.

    Args:
        root: of the course.
        today: is in the name of a copy that is kept.

    Returns:
        One sentence for each copy that was kept under another name, because the course has a new
        version of a notebook in which the learner has typed.

    Raises:
        PermissionError: the copies cannot be written, so nothing that is typed could be saved.
    """
    base = root or paths.course_root()
    target = folder(base)
    target.mkdir(exist_ok=True)
    if not os.access(target, os.W_OK):  # also where all copies are there and nothing is new
        raise PermissionError(
            f"nothing can be written into {target}: copy the course into a folder of your own"
        )
    record = _read_record(target)
    said = []
    for original in _originals(base):
        place = original.relative_to(base).as_posix()
        content = original.read_bytes()
        copy, before, digest = target / place, record.get(place, {}), _digest(content)
        if copy.is_file() and before.get("file") == digest:
            continue
        now = {"file": digest, "typed": _digest(_typed(content))}
        courses = (before.get("typed"), now["typed"])
        if copy.is_file() and _digest(_typed(copy.read_bytes())) not in courses:
            kept = _free_name(copy, today or date.today())
            copy.rename(kept)
            said.append(
                f"{place} has a new version; yours, with what you typed, is {kept.name} beside it."
            )
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, copy)
        record[place] = now
        # After each file: cut off in the middle, nothing that was typed counts as the course's.
        _write_record(target, record)
    return said


def _originals(base: Path) -> Iterator[Path]:
    for name in COPIED:
        for path in sorted((base / name).rglob("*")):
            if path.is_file() and not _IGNORED & set(path.parts):
                yield path


def _typed(content: bytes) -> bytes:
    """Of a notebook what a person writes: kinds and sources of its cells; else everything.

    Empty cells do not count: JupyterLab adds one when the last cell is run.
    """
    try:
        cells = json.loads(content)["cells"]
        written = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError):
        return content
    return json.dumps([(kind, text) for kind, text in written if text.strip()]).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _free_name(copy: Path, today: date) -> Path:
    """A name beside the copy that is not taken."""
    name = f"{copy.stem} (mine, {today.isoformat()}"
    names = [f"{name}){copy.suffix}"]
    while (copy.parent / names[-1]).exists():
        names.append(f"{name}, {len(names) + 1}){copy.suffix}")
    return copy.parent / names[-1]


def _read_record(target: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((target / _RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_record(target: Path, record: dict[str, dict[str, str]]) -> None:
    draft = target / f"{_RECORD}.new"
    draft.write_text(json.dumps(record, indent=1), "utf-8")
    draft.replace(target / _RECORD)
