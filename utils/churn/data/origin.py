"""The guard between a batch of customer records and whatever acts on its scores.

A table made for a test passes every schema check: it has the right columns, types and values,
and often the right customer numbers too. What it does not have is the right origin. So the
guard asks two sources that do not know of each other: the label that was written together with
the file, and the company's own register of its customers. It fails closed: what cannot be shown
to be live is refused.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from churn import schema

PRODUCTION = "production"


class BatchRefusedError(ValueError):
    """A batch must not be acted upon; the message says why, in one sentence."""


@dataclass(frozen=True)
class Origin:
    """Where a batch comes from and which day it describes; written beside the file.

    Attributes:
        environment: the system that made the file, ``"production"`` or another.
        as_of: the day whose customers it describes.
    """

    environment: str
    as_of: dt.date

    def save(self, file: str | Path) -> Path:
        """Write the label of ``file`` beside it (``base.parquet`` → ``base.origin.json``)."""
        target = _label_of(file)
        target.write_text(json.dumps(asdict(self), default=str) + "\n", encoding="utf-8")
        return target


def read_origin(file: str | Path) -> Origin:
    """The label written beside ``file`` by :meth:`Origin.save`.

    Raises:
        BatchRefusedError: if there is none, or it cannot be read.
    """
    label = _label_of(file)
    if not label.is_file():
        raise BatchRefusedError(
            f"batch refused: {Path(file).name} has no label of origin beside it ({label.name})"
        )
    try:
        content = json.loads(label.read_text(encoding="utf-8"))
        return Origin(str(content["environment"]), dt.date.fromisoformat(content["as_of"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BatchRefusedError(
            f"batch refused: {label.name} is not a label with an environment and an as_of date"
        ) from error


@dataclass(frozen=True)
class LiveRules:
    """What makes a batch live.

    Attributes:
        max_age_days: the batch may describe a day so many days back, and none in the future.
        min_known: least share of its rows whose customer is in the register.
        min_agreement: least share of those rows that say of ``witnesses`` what the register says.
        witnesses: columns that seldom change and that no correct feed can have wrong.
    """

    max_age_days: int = 1
    min_known: float = 0.99
    min_agreement: float = 0.95
    witnesses: tuple[str, ...] = ("gender", "SeniorCitizen", "Contract")

    def __post_init__(self) -> None:
        if self.max_age_days < 0:
            raise ValueError(f"max_age_days cannot be negative, got {self.max_age_days}")
        if not (0 < self.min_known <= 1 and 0 < self.min_agreement <= 1):
            raise ValueError("min_known and min_agreement must lie above 0 and not above 1")
        if not self.witnesses:
            raise ValueError("at least one witness column is needed")


def require_live(
    batch: pd.DataFrame,
    origin: Origin,
    register: pd.DataFrame,
    today: dt.date,
    rules: LiveRules | None = None,
) -> pd.DataFrame:
    """Return ``batch`` itself if it describes the live customers of today, or refuse it.

    Args:
        batch: one row per customer, with ``customerID`` and the witness columns, shape (n, ≥ 2).
        origin: its label, see :func:`read_origin`.
        register: the same columns for every live customer, from the system of record. It must
            not come through the feed that made ``batch``: a source cannot vouch for itself.
        today: the day on which somebody is about to act.
        rules: default ``LiveRules()``.

    Raises:
        BatchRefusedError: with the first reason found.

    Source: the two findings about Knight Capital in paragraph 33 of the SEC's order 34-70694
    (16 October 2013), test data used for live quotes and no test for stale data.
    """
    checked = rules or LiveRules()
    for reason in _reasons(batch, origin, register, today, checked):
        raise BatchRefusedError(f"batch refused: {reason}")
    return batch


def _reasons(
    batch: pd.DataFrame,
    origin: Origin,
    register: pd.DataFrame,
    today: dt.date,
    rules: LiveRules,
) -> Iterator[str]:
    if origin.environment != PRODUCTION:
        yield f"its label says {origin.environment!r}, not {PRODUCTION!r}"
    age = (today - origin.as_of).days
    if not 0 <= age <= rules.max_age_days:
        yield (
            f"it describes {origin.as_of}, {abs(age)} day(s) {'before' if age > 0 else 'after'} "
            f"today (at most {rules.max_age_days} before it allowed)"
        )
    yield from _content_reasons(batch, register, rules)


def _content_reasons(
    batch: pd.DataFrame, register: pd.DataFrame, rules: LiveRules
) -> Iterator[str]:
    missing = [name for name in (schema.ID, *rules.witnesses) if name not in batch.columns]
    if missing:
        yield f"it has no column {', '.join(missing)} to compare with the register"
        return
    if batch.empty:
        yield "it is empty"
        return
    if batch[schema.ID].duplicated().any():
        yield f"{batch[schema.ID].duplicated().sum()} customer number(s) occur more than once"
        return
    known = batch[schema.ID].isin(register[schema.ID])
    if known.mean() < rules.min_known:
        yield (
            f"{(~known).sum():,} of its {len(batch):,} customers are not in the register "
            f"(at least {rules.min_known:.0%} must be)"
        )
        return
    said = batch.loc[known].set_index(schema.ID)[list(rules.witnesses)]
    truth = register.set_index(schema.ID).loc[said.index, list(rules.witnesses)]
    agreement = float((said == truth).all(axis=1).mean())
    if agreement < rules.min_agreement:
        yield (
            f"only {agreement:.0%} of its rows, not {rules.min_agreement:.0%}, agree with the register "
            f"on {', '.join(rules.witnesses)}"
        )


def _label_of(file: str | Path) -> Path:
    return Path(file).with_suffix(".origin.json")
