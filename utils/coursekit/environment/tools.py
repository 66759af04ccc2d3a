"""Environments of their own, for tools that cannot share the course's lock: made by ``make tools``.

A tool whose packages collide with the course's (another NumPy, another protobuf) gets a Python of its
own, in ``.course/tools/NAME``, installed from ``requirements/tools/NAME.txt``. The course never imports
it: it starts that Python as a child process, and the two talk through files.

Needs Python 3.9 and nothing else, because set-up uses it before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from coursekit import paths


@dataclass(frozen=True)
class Tool:
    """What set-up has to know of a tool.

    Attributes:
        module: what its Python can import once it is installed; empty for one that is a program only.
        gigabytes: what the installation takes, with its downloads: measured, rounded up.
    """

    module: str
    gigabytes: int


#: The tools, by the name of their lock and of their folder.
TOOLS = {
    "airflow": Tool("airflow", 2),
    "alibi-detect": Tool("alibi_detect", 10),
    "continuum": Tool("continuum", 10),
    "dagster": Tool("dagster", 1),
    "flower": Tool("flwr", 1),
    "mlrun": Tool("mlrun", 2),
    "tensorflow": Tool("tensorflowjs", 4),
    "zizmor": Tool("", 1),
}


class ToolError(RuntimeError):
    """A tool's environment is not here; with one sentence that says how to get it."""


def lock(name: str, root: Path) -> Path:
    """The lock of a tool in the course at ``root``."""
    return root / "requirements" / "tools" / f"{name}.txt"


def folder(name: str, root: Path) -> Path:
    """Where the environment of a tool stands, or will, in the course at ``root``."""
    return root / ".course" / "tools" / name


def python_in(prefix: Path) -> Path:
    """The Python of the environment ``prefix``."""
    return prefix / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(name: str, root: Path) -> Path:
    """The file that says from which lock the environment was made."""
    return folder(name, root) / "course-stamp"


def fingerprint(name: str, root: Path) -> str:
    """What the stamp says where the environment is as the lock wants it."""
    return hashlib.sha256(lock(name, root).read_bytes()).hexdigest()[:16]


def up_to_date(name: str, root: Path) -> bool:
    """Whether the environment of a tool is there, and made from the lock as it is now."""
    made = stamp(name, root)
    if not made.is_file() or made.read_text(encoding="utf-8").strip() != fingerprint(name, root):
        return False
    return python_in(folder(name, root)).exists()


def python_of(name: str) -> Path | None:
    """The Python of a tool's environment, or None where it is not there or older than its lock.

    Raises:
        KeyError: for a name that is not in :data:`TOOLS`.
    """
    TOOLS[name]
    root = paths.course_root()
    return python_in(folder(name, root)) if up_to_date(name, root) else None


def why_not(name: str) -> str | None:
    """Why a tool cannot be used here, or None where it can."""
    if python_of(name) is not None:
        return None
    there = folder(name, paths.course_root()).exists()
    state = "is older than its lock" if there else "is not here"
    return f"the environment of {name} {state}: `make tools TOOLS={name}` makes it"


def require(name: str) -> Path:
    """The Python of a tool's environment.

    Raises:
        ToolError: it is not there, or older than its lock.
    """
    python = python_of(name)
    if python is None:
        raise ToolError(why_not(name))
    return python
