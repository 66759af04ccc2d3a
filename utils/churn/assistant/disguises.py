"""Ways in which an instruction can be disguised, undone: what a capable model reads anyway."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

#: Letters of other alphabets that look like Latin ones.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсухіј", "ABEKMHOPCTXaeopcyxij")
_LEET = str.maketrans("013457@$", "oieastas")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def readings(text: str) -> Iterator[str]:
    """``text`` as it stands, and each reading in which something different comes out."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    plain = " ".join(_latin(word) for word in plain.split())
    seen = {plain}
    yield plain
    for undo in _UNDONE:
        reading = undo(plain)
        if reading not in seen:
            seen.add(reading)
            yield reading


def _latin(word: str) -> str:
    """A word in which Latin letters and their look-alikes are mixed, all in Latin."""
    return word.translate(_LOOKALIKES) if re.search("[A-Za-z]", word) else word


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _base64(text: str) -> str:
    """Encoded once, or twice."""
    return _base64_once(_base64_once(text))


def _base64_once(text: str) -> str:
    def undo(match: re.Match[str]) -> str:
        try:
            return _decoded(base64.b64decode(match[0], validate=True)) or match[0]
        except binascii.Error:
            return match[0]

    return re.sub(r"[A-Za-z0-9+/]{16,}={0,2}", undo, text)


def _hexadecimal(text: str) -> str:
    return re.sub(
        r"\b(?:[0-9a-f]{2}){12,}\b",
        lambda found: _decoded(bytes.fromhex(found[0])) or found[0],
        text,
    )


def _decimal(text: str) -> str:
    """``103 114 97 110 116``: the codes of printable letters, eight or more in a row."""
    return re.sub(
        r"\b(?:(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]) ){7,}\d{2,3}\b",
        lambda found: "".join(chr(int(code)) for code in found[0].split()),
        text,
    )


def _spaced(text: str) -> str:
    """``g r a n t`` as ``grant``; a wider gap, or a slash, ends a word."""
    return re.sub(r"\b(?:\w[ .-]){2,}\w\b", lambda f: re.sub(r"[ .-]", "", f[0]), text).replace(
        " / ", " "
    )


def _leet(text: str) -> str:
    words = text.split(" ")
    mixed = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9@$])[A-Za-z0-9@$]+")
    return " ".join(w.translate(_LEET) if mixed.fullmatch(w) else w for w in words)


def _rot13(text: str) -> str:
    return codecs.decode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


_UNDONE = (
    _base64, _hexadecimal, _decimal, unquote, html.unescape, _spaced, _leet, _rot13, _reversed,
)  # fmt: skip
