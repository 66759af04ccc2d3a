"""What an answer is worth: kind 40 points, column, date and remedy 20 each, with parts of them."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from churn.simulator import KINDS
from coursekit.incidents.stories import ANSWERS, LIKE, NOTHING, REMEDIES, STORIES, columns
from coursekit.wording import listed

POINTS = {"kind": 40, "column": 20, "date": 20, "remedy": 20}


class AnswerError(ValueError):
    """An answer that cannot be meant; it does not count as handed in."""


@dataclass(frozen=True)
class Answer:
    """What a learner hands in; column and date are empty if nothing happened."""

    kind: str
    column: str
    date: dt.date | None
    remedy: str


def parse(text: str) -> Answer:
    """``"stale_feed, TotalCharges, 2025-03, redeliver"``: kind, column, date or month, remedy.

    For a drill in which nothing happened: ``"nothing"``.

    Raises:
        AnswerError: one sentence on the first word that is not understood.
    """
    words = [word.strip() for word in text.split(",")]
    if words == [NOTHING]:
        return Answer(NOTHING, "", None, NOTHING)
    if len(words) != 4:
        raise AnswerError(
            'An answer has four parts, "kind, column, date, remedy", or is "nothing"; '
            f"this has {len(words)}."
        )
    kind = _known("kind", words[0], ANSWERS)
    if kind == NOTHING:
        raise AnswerError('If nothing happened, the answer is "nothing" alone.')
    column, remedy = _known("column", words[1], columns()), _known("remedy", words[3], REMEDIES)
    return Answer(kind, column, _date(words[2]), remedy)


def _known(part: str, word: str, known: Any) -> str:
    if word in known:
        return word
    near = difflib.get_close_matches(word, list(known), n=1)
    hint = f"; is {near[0]} meant?" if near else f": it is one of {listed(list(known))}."
    raise AnswerError(f"There is no {part} {word}{hint}")


def _date(word: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{word}-01" if len(word) == 7 else word)
    except ValueError:
        raise AnswerError(f"{word} is no date such as 2025-03-01 or 2025-03.") from None


@dataclass(frozen=True)
class Part:
    """Points of one part of an answer, of how many, and why."""

    name: str
    points: int
    of: int
    why: str


def score(answer: Answer, truth: Mapping[str, Any]) -> list[Part]:
    """The points of each part; ``truth`` as :func:`coursekit.incidents.planting.truth` gives it."""
    if NOTHING in (answer.kind, truth["kind"]):
        right = answer.kind == truth["kind"]
        why = "nothing happened" if truth["kind"] == NOTHING else f"it was {truth['kind']}"
        return [Part(name, of if right else 0, of, why) for name, of in POINTS.items()]
    return [
        _kind(answer, truth),
        _column(answer, truth),
        _when(answer, truth),
        _remedy(answer, truth),
    ]


def _kind(answer: Answer, truth: Mapping[str, Any]) -> Part:
    kind, of = truth["kind"], POINTS["kind"]
    if answer.kind == kind:
        return Part("kind", of, of, "right")
    like = any({answer.kind, kind} <= group for group in LIKE)
    return Part(
        "kind",
        of // 2 if like else 0,
        of,
        f"it was {kind}" + (", which looks alike" if like else ""),
    )


def _column(answer: Answer, truth: Mapping[str, Any]) -> Part:
    right = answer.column in {truth["column"], *STORIES[truth["kind"]].columns}
    of = POINTS["column"]
    return Part("column", of if right else 0, of, "right" if right else f"it was {truth['column']}")


def _when(answer: Answer, truth: Mapping[str, Any]) -> Part:
    date, of = dt.date.fromisoformat(truth["date"]), POINTS["date"]
    assert answer.date is not None
    months = abs((answer.date.year - date.year) * 12 + answer.date.month - date.month)
    days = abs((answer.date - date).days)
    exact = months == 0 if KINDS[truth["kind"]].whole_months else days <= 2
    near = months <= 1
    why = "right" if exact else f"it began on {date.isoformat()}"
    return Part("date", of if exact else of // 2 if near else 0, of, why)


def _remedy(answer: Answer, truth: Mapping[str, Any]) -> Part:
    story, of = STORIES[truth["kind"]], POINTS["remedy"]
    if answer.remedy in story.best:
        return Part("remedy", of, of, "right")
    best = "; ".join(REMEDIES[name] for name in story.best)
    return Part("remedy", of // 2 if answer.remedy in story.fair else 0, of, f"better: {best}")
