"""What the notebook of a drill uses: its tables, and handing an answer in to the ``course`` command."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import paths
from coursekit.environment import known

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("before", "after", "labels", "events")


@dataclass(frozen=True)
class Evidence:
    """The tables of a drill; ``course incident NAME`` makes them, and its notebook explains them."""

    before: pd.DataFrame
    after: pd.DataFrame
    labels: pd.DataFrame
    events: pd.DataFrame


def folder(name: str) -> Path:
    """Where the tables of a drill lie."""
    return paths.workspaces() / "incidents" / name


def open_evidence(name: str) -> Evidence:
    """The tables of a drill that was opened.

    Raises:
        FileNotFoundError: it was not, or its files are gone.
    """
    import pandas as pd

    files = [folder(name) / f"{table}.parquet" for table in TABLES]
    if not all(file.is_file() for file in files):
        raise FileNotFoundError(f"run `course incident {name}` first: it makes the tables")
    return Evidence(*(pd.read_parquet(file) for file in files))


def hand_in(name: str, answer: str) -> None:
    """Hand in ``"kind, column, date, remedy"`` and print what the ``course`` command says.

    Only the command can say it: this process does not know what happened.
    """
    # The name is a word of its own also when it looks like an option.
    command = [sys.executable, "-m", "coursecli.main", "incident", f"--answer={answer}", "--", name]
    done = subprocess.run(
        command,
        cwd=paths.course_root(),
        env=known.environment({"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", "TERM": "dumb"}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    print(done.stdout or done.stderr, end="")
