"""Personal data in free text: found by patterns and check digits, and masked.

Patterns find what looks like what they describe. A number that is written in words, an address
that is spelled "at example dot com" or a name without an introduction they do not find; measure on
your own messages how much that is before you rely on a mask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd


class Found(NamedTuple):
    """A stretch of a text that looks like personal data."""

    kind: str
    start: int
    end: int


def luhn(number: str) -> bool:
    """Whether the digits of ``number`` end in the check digit of payment cards (ISO/IEC 7812)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = [digit * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return len(digits) > 1 and sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


def iban(number: str) -> bool:
    """Whether ``number`` has the check digits of an account (ISO 13616)."""
    plain = "".join(number.split()).upper()
    moved = plain[4:] + plain[:4]
    return len(plain) > 4 and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _always(_: str) -> bool:
    return True


_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
#: Kind, pattern (its last group, or all of it, is the find) and a check; earlier ones come first.
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _always),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), iban),
    ("card", re.compile(r"\b\d(?:[ -]?\d){12,18}\b"), luhn),
    ("phone", re.compile(r"(?:\+\d{1,3} )?(?:\(\d{3}\) |\b\d{3}[ -])\d{3}[ -]\d{4}\b"), _always),
    ("address", re.compile(r"\b\d{1,4} (?:[A-Z]\w+ )+(?:Street|Road|Lane|Avenue)\b"), _always),
    (
        "birthday",
        re.compile(rf"[Bb](?:orn on|irth is) (\d{{4}}-\d\d-\d\d|\d{{1,2}} {_MONTH} \d{{4}})"),
        _always,
    ),
    (
        "name",
        re.compile(r"(?:[Mm]y name is|[Tt]his is|[Rr]egards,) ([A-Z][a-z]+ [A-Z][a-z]+)"),
        _always,
    ),
)


def find(text: str) -> list[Found]:
    """What looks like personal data in ``text``, in order and without overlap."""
    found: list[Found] = []
    for kind, pattern, holds in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span(match.lastindex or 0)
            free = all(end <= one.start or one.end <= start for one in found)
            if free and holds(text[start:end]):
                found.append(Found(kind, start, end))
    return sorted(found, key=lambda one: one.start)


def mask(text: str) -> str:
    """``text`` with the kind in brackets wherever :func:`find` finds something."""
    for one in reversed(find(text)):
        text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return text


def measured(texts: Iterable[str], truth: Iterable[Iterable[tuple[str, int, int]]]) -> pd.DataFrame:
    """How much of the known personal data is found, by kind.

    Args:
        texts: messages.
        truth: for each of them, kind, start and end of what is in it.

    Returns:
        One row a kind and one for ``all``: ``there`` and ``found`` (places), ``missed`` and
        ``false`` (finds that overlap no place of that kind), ``precision`` and ``recall`` (from 0
        to 1, missing where there is nothing to divide by).
    """
    rows = []
    for text, places in zip(texts, truth, strict=True):
        finds, known = find(text), [Found(*place) for place in places]
        rows += [(one.kind, "missed" if not _hit(one, finds) else "found") for one in known]
        rows += [(one.kind, "false") for one in finds if not _hit(one, known)]
    counts = pd.crosstab(*pd.DataFrame(rows, columns=["kind", "what"]).to_numpy().T)
    counts = counts.reindex(columns=["found", "missed", "false"], fill_value=0)
    counts.loc["all"] = counts.sum()
    table = counts.rename_axis(index="kind", columns=None)
    table.insert(0, "there", table["found"] + table["missed"])
    table["precision"] = table["found"] / (table["found"] + table["false"])
    table["recall"] = table["found"] / table["there"]
    return table


def _hit(one: Found, others: Iterable[Found]) -> bool:
    return any(
        one.kind == other.kind and one.start < other.end and other.start < one.end
        for other in others
    )
