"""Insults in a message, by a list of words: two versions, because a list needs context.

``simple`` looks for the words. ``insults`` undoes the usual disguises first and then asks whether a
person is meant: "the stupid box" is anger, "you are stupid" is not. Neither finds what is said
without a rude word.
"""

from __future__ import annotations

import re

WORDS = frozenset({"idiot", "idiots", "moron", "morons", "stupid", "clown", "clowns", "liar", "liars", "hell", "damn"})  # fmt: skip
_LEET = str.maketrans("013457@$", "oieastas")
_SPACED = re.compile(r"\b(?:\w ){2,}\w\b")
_YOU = re.compile(r"\b(?:you|your|agent|agents|people|all of you)\b")


def simple(text: str) -> bool:
    """Whether one of the words stands in ``text``."""
    return not WORDS.isdisjoint(re.findall(r"\w+", text.lower()))


def insults(text: str) -> bool:
    """Whether a sentence of ``text`` has one of the words, disguised or not, and means a person."""
    return any(_insults(sentence) for sentence in re.split(r"(?<=[.!?]) ", text.lower()))


def _insults(sentence: str) -> bool:
    joined = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), sentence)
    # Digits are read as letters within words only: a number stays a number.
    words = [
        word.translate(_LEET) if re.search(r"[a-z]", word) else word
        for word in re.findall(r"[\w@$]+", joined)
    ]
    return not WORDS.isdisjoint(words) and bool(_YOU.search(joined))
