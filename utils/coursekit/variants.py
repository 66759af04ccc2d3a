"""Who gets which variant of a lab, and what a lab derives from it.

A lab is written once with three parameters: ``student_id``, ``variant`` and ``source``. The
variant is a keyed hash of learner and lab: stable, different for most learners, and not to be
guessed without the instructor's secret. Variant 0 is the public one that `labs/` shows.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.spreadsheet import SpreadsheetError, missing_columns, read_sheet

SECRET_VARIABLE = "COURSE_SECRET"
VARIANTS = 10_000
_ROSTER_COLUMNS = ("student_id", "first_name", "last_name")
_STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
_SHORTEST_SECRET = 16


class RosterError(ValueError):
    """The roster cannot be used; the message says which line and why."""


class SecretError(ValueError):
    """The instructor's secret is missing or too short to protect anything."""


@dataclass(frozen=True)
class Parameters:
    """The values that a lab's `parameters` cell holds; the defaults are the public variant.

    Raises:
        ValueError: for an unknown data source or a negative variant.
    """

    student_id: str = "demo"
    variant: int = 0
    source: str = "synthetic"

    def __post_init__(self) -> None:
        # It loads pandas and the simulator, which a roster does not need.
        from churn.data import SOURCES

        if self.source not in SOURCES:
            raise ValueError(
                f"The data source is one of {', '.join(SOURCES)}, not {self.source!r}."
            )
        if self.variant < 0:
            raise ValueError(f"A variant is 0 or more, not {self.variant}.")


@dataclass(frozen=True)
class Learner:
    """One line of the roster."""

    student_id: str
    first_name: str
    last_name: str
    email: str = ""


@dataclass(frozen=True)
class Roster:
    """The learners of a course, in the order of the file."""

    learners: tuple[Learner, ...]

    def __iter__(self) -> Iterator[Learner]:
        return iter(self.learners)

    def __len__(self) -> int:
        return len(self.learners)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(learner.student_id for learner in self.learners)

    @classmethod
    def read(cls, path: Path | str) -> "Roster":
        """Read a CSV with the columns student_id, first_name, last_name and, if wanted, email.

        Columns beside these are passed over; :func:`coursekit.spreadsheet.read_sheet` says which
        forms of the file are read.

        Raises:
            RosterError: no such file, a missing column, no learners, an id that is empty, used
                twice (capitals do not tell two ids apart: not every file system does), or has
                characters that cannot stand in a folder's name.
        """
        path = Path(path)
        if not path.is_file():
            raise RosterError(f"There is no roster at {path}.")
        try:
            sheet = read_sheet(path)
        except SpreadsheetError as error:
            raise RosterError(f"The roster {path.name} {error}.") from error
        missing = missing_columns(sheet, _ROSTER_COLUMNS)
        if missing:
            raise RosterError(f"The roster {path.name} {missing}.")
        learners = tuple(_learner(row, f"{path.name}, line {line}") for line, row in sheet.rows)
        if not learners:
            raise RosterError(f"The roster {path.name} names no learner.")
        _refuse_duplicates(learners, path.name)
        return cls(learners)


def _learner(row: dict[str, str], place: str) -> Learner:
    values = {name: row.get(name, "") for name in (*_ROSTER_COLUMNS, "email")}
    student_id = values["student_id"]
    if not student_id:
        raise RosterError(f"The student_id is empty ({place}).")
    if not _STUDENT_ID.fullmatch(student_id):
        raise RosterError(
            f"The student_id {student_id!r} has characters other than the letters a-z, digits, "
            f"'.', '_', '@' and '-', or does not begin with a letter or digit ({place})."
        )
    return Learner(**values)


def _refuse_duplicates(learners: tuple[Learner, ...], name: str) -> None:
    seen: set[str] = set()
    for learner in learners:
        key = learner.student_id.casefold()
        if key in seen:
            raise RosterError(f"The student_id {learner.student_id!r} stands twice in {name}.")
        seen.add(key)


def variant_for(student_id: str, secret: str, lab: str, count: int = VARIANTS) -> int:
    """The variant of a lab for one learner: an integer from 1 to `count`.

    HMAC-SHA256 of lab and learner under the secret: the same on every machine, and without the
    secret no easier to guess than a random number.
    """
    if count < 1:
        raise ValueError(f"There must be at least one variant, not {count}.")
    digest = hmac.digest(secret.encode(), f"{lab}\0{student_id}".encode(), "sha256")
    return 1 + int.from_bytes(digest[:8], "big") % count


def variant_rng(variant: int, purpose: str) -> np.random.Generator:
    """A random generator of its own for each variant and purpose.

    Two purposes of one variant are independent streams, so that a new task in a lab does not
    change the numbers of the others.
    """
    digest = hashlib.blake2b(f"{variant}\0{purpose}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def load_secret(path: Path | str) -> str:
    """The instructor's secret: the environment's COURSE_SECRET, else the file at `path`.

    A missing file is made, readable by its owner only: the first release of a course needs
    nothing prepared. The secret is never printed.

    Raises:
        SecretError: the secret found has fewer than 16 characters.
    """
    path = Path(path)
    if SECRET_VARIABLE in os.environ:
        return _long_enough(os.environ[SECRET_VARIABLE], f"The variable {SECRET_VARIABLE}")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    return _long_enough(path.read_text(encoding="utf-8"), f"The file {path.name}")


def _long_enough(text: str, place: str) -> str:
    secret = text.strip()
    if len(secret) < _SHORTEST_SECRET:
        raise SecretError(
            f"{place} holds a secret of {len(secret)} characters; "
            f"at least {_SHORTEST_SECRET} are needed so that nobody guesses it."
        )
    return secret
