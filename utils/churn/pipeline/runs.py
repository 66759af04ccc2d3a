"""One record of each run: what went in, what came out, by which settings and which code.

    records/2025-01/batch_inference.json                of a job and a month, its last run
    records/2025-01/batches/churn-3@0.1453.json         of a batch of scores, the run that made it

A month that is scored again, by a new champion or after a rollback, keeps the record of each of its
batches: whoever was contacted by the first one can still be told why.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from churn.labels import Day
from churn.pipeline.stores import Stores, replace_text

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: The name of a batch, see :func:`churn.pipeline.jobs.batch_inference.batch_name`.
_BATCH = re.compile(rf"{_MONTH.pattern}/\w[\w.@-]*")


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


def record(stores: Stores, job: str, day: Day, said: str, **made: Any) -> Run:
    """Write the record of a run, in place of that of an earlier run for the same month.

    A run that names a ``batch`` gets one more, which stays: the same name is the same scores, so that
    a later run of it has made nothing.
    """
    run = Run(
        job, f"{pd.Timestamp(day):%Y-%m-%d}", said, made, stores.config.digest(), code_version()
    )
    text = json.dumps(asdict(run), indent=1, sort_keys=True) + "\n"
    if "batch" in made and recorded_batch(stores, str(made["batch"])) is None:
        replace_text(_file_of(stores, str(made["batch"])), text)
    replace_text(stores.records / month_of(day) / f"{job}.json", text)
    return run


def recorded(stores: Stores, job: str, day: Day) -> Run | None:
    """The record of a job for a month; None if it has not run."""
    return _read(stores.records / month_of(day) / f"{job}.json")


def recorded_batch(stores: Stores, batch: str) -> Run | None:
    """The record of the run that made a batch of scores; None if there is none."""
    found = _read(_file_of(stores, batch)) if _BATCH.fullmatch(batch) else None
    if found is None:
        # From before there was a record for each batch: that of the month, if it is of this one.
        month, _, _ = batch.partition("/")
        last = recorded(stores, "batch_inference", month) if _MONTH.fullmatch(month) else None
        found = last if last is not None and last.made.get("batch") == batch else None
    return found


def _file_of(stores: Stores, batch: str) -> Path:
    month, name = batch.split("/")
    return stores.records / month / "batches" / f"{name}.json"


def _read(file: Path) -> Run | None:
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
