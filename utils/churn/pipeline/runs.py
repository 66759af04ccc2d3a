"""One record of each run: what went in, what came out, by which settings and which code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from churn.labels import Day
from churn.pipeline.place import Place, replace_text


@dataclass(frozen=True)
class Run:
    """What a job says of one run of it; running it again gives the same.

    Attributes:
        job: its name.
        day: the month's end that it was about.
        said: one sentence.
        made: what it left, by name: versions of tables, of the model, the name of a batch.
        config: digest of the settings.
        code: digest of the code.
    """

    job: str
    day: str
    said: str
    made: Mapping[str, Any]
    config: str
    code: str

    def __str__(self) -> str:
        return f"{self.job} {self.day[:7]}: {self.said}"


def month_of(day: Day) -> str:
    """The month of a day, as in ``2025-01``."""
    return f"{pd.Timestamp(day):%Y-%m}"


def record(place: Place, job: str, day: Day, said: str, **made: Any) -> Run:
    """Write the record of a run, in place of that of an earlier run for the same month."""
    run = Run(
        job, f"{pd.Timestamp(day):%Y-%m-%d}", said, made, place.config.digest(), code_version()
    )
    text = json.dumps(asdict(run), indent=1, sort_keys=True) + "\n"
    replace_text(place.records / month_of(day) / f"{job}.json", text)
    return run


def recorded(place: Place, job: str, day: Day) -> Run | None:
    """The record of a job for a month; None if it has not run."""
    file = place.records / month_of(day) / f"{job}.json"
    if not file.is_file():
        return None
    return Run(**json.loads(file.read_text(encoding="utf-8")))


@cache
def code_version() -> str:
    """The first twelve characters of the SHA-256 of the telco's code, as it is installed."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
