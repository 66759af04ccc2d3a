"""Listing, opening and closing drills: what ``course incident`` does."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from churn.simulator import Scenario
from coursekit import my_notebooks
from coursekit.incidents import evidence, planting, scoring
from coursekit.incidents.notebook import notebook
from coursekit.incidents.stories import ANSWERS, STORIES
from coursekit.incidents.vault import Vault

#: One drill for each kind, and one in which nothing happened; the vault says which is which.
NAMES = (
    *("amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbor", "island"),
    *("juniper", "kelp", "lagoon", "marble", "nectar", "opal", "pebble", "quartz"),
)
#: The time of every file that is handed out, so that it says nothing.
_FILE_TIME = 1_700_000_000


class DrillError(ValueError):
    """There is no such drill, or it cannot be opened or closed; one sentence."""


@dataclass(frozen=True)
class Drill:
    """How far a drill is: ``sealed``, ``open``, or ``closed`` with its points."""

    name: str
    state: str
    points: int | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Opened:
    """Where a drill's notebook is, and whether it was there already."""

    notebook: Path
    kept: bool


@dataclass(frozen=True)
class Closed:
    """What is told once an answer is in."""

    parts: list[scoring.Part]
    told: str
    clue: str

    @property
    def points(self) -> int:
        """Of 100."""
        return sum(part.points for part in self.parts)


def drills(vault: Vault) -> list[Drill]:
    """The sealed set, then those that were made with ``--new``."""
    more = [name for name in vault.names() if name not in NAMES]
    found = []
    for name in (*NAMES, *more):
        record = vault.unseal(name)
        if record is None:
            found.append(Drill(name, "sealed"))
        elif record["points"] is None:
            found.append(Drill(name, "open"))
        else:
            found.append(Drill(name, "closed", record["points"], record["truth"]["kind"]))
    return found


def new_name(seed: int) -> str:
    """The name of the drill that is drawn for a seed.

    Raises:
        DrillError: the seed is below 0.
    """
    if seed < 0:
        raise DrillError("A seed is a whole number from 0 on.")
    return f"new-{seed}"


def open_drill(name: str, vault: Vault) -> Opened:
    """Seal what happens in a drill, if that is not done yet; write its tables and its notebook.

    A notebook that is there is left as it is.

    Raises:
        DrillError: there is no drill of that name.
    """
    record = vault.unseal(name) or _drawn(name, vault)
    _write_tables(name, Scenario.model_validate(record["scenario"]))
    target = my_notebooks.folder() / "incidents" / f"{name}.ipynb"
    kept = target.is_file()
    if not kept:
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(name), target)
        os.utime(target, (_FILE_TIME, _FILE_TIME))
    return Opened(target, kept)


def close(name: str, text: str, vault: Vault) -> Closed:
    """Judge an answer, and tell the story. The first answer counts.

    Raises:
        DrillError: the drill was not opened, or is closed already.
        scoring.AnswerError: the answer is not understood; it does not count.
    """
    answer = scoring.parse(text)
    record = vault.unseal(name)
    if record is None:
        _must_be_one(name)
        raise DrillError(f"The drill {name} is sealed: open it with `course incident {name}`.")
    if record["points"] is not None:
        raise DrillError(
            f"The drill {name} is closed with {record['points']} of 100 points: the first answer counts."
        )
    truth = record["truth"]
    parts = scoring.score(answer, truth)
    story = STORIES[truth["kind"]]
    closed = Closed(parts, story.told, story.clue)
    # Kept before anything is told.
    vault.seal(name, {**record, "points": closed.points, "answer": text})
    return closed


def _must_be_one(name: str) -> None:
    if name not in NAMES and not re.fullmatch(r"new-[0-9]+", name):
        raise DrillError(f"There is no drill {name}: `course incident` lists them.")


def _drawn(name: str, vault: Vault) -> dict[str, Any]:
    _must_be_one(name)
    rng = vault.generator(name)
    if name in NAMES:
        kind = str(vault.generator("order").permutation(ANSWERS)[NAMES.index(name)])
    else:
        kind = str(rng.choice(ANSWERS))
    scenario = planting.plant(kind, rng)
    record = {
        "scenario": scenario.model_dump(mode="json"),
        "truth": planting.truth(scenario),
        "points": None,
    }
    vault.seal(name, record)
    return record


def _write_tables(name: str, scenario: Scenario) -> None:
    folder = evidence.folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    files = {table: folder / f"{table}.parquet" for table in evidence.TABLES}
    if all(file.is_file() for file in files.values()):
        return
    for table, frame in planting.evidence(scenario).items():
        frame.to_parquet(files[table], index=False)
        os.utime(files[table], (_FILE_TIME, _FILE_TIME))
