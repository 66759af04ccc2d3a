"""A scan for secrets in text files, before they enter a repository.

Two kinds of rules. *Patterns* know what keys of well-known services and private keys look like.
*Entropy* finds what has no pattern: a text without spaces that stands behind a name like ``password``
and whose characters come as if drawn by lot. Hashes of files are drawn by lot, too, so a lock file
would be one long alarm: a name is asked for.

A line that somebody has looked at carries the remark in :data:`ALLOWED`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from churn.credentials import passwords_in

#: The remark that says: looked at, and no secret.
ALLOWED = "pragma: allowlist secret"
#: What well-known secrets look like.
PATTERNS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "key of Amazon's cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token of GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    "token of a chat": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "JSON web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
}
#: A name that promises a secret, what separates it from its value, and the value.
NAMED = re.compile(
    r"(?i)[\w.-]*(?:passw(?:or)?d|secret|token|api[_-]?key|credential)[\w.-]*"
    r"['\"]?\s*(?:[:=]|=>)\s*(?P<quote>['\"]?)(?P<value>[^\s'\",;)]{8,})(?P=quote)"
)
#: Bits a character from which on a value is taken for drawn by lot: English words in a row have
#: less than 3.5, twenty characters of base64 about 4.
MIN_ENTROPY = 3.5
#: What stands where a secret would, as an example or a reference to another place.
_PLACEHOLDER = re.compile(r"(?i)\$\{|\{|<|example|change.?me|xxx|\.\.\.|…")
#: Without quotes: a name, a call or an item of a program, which stand for a value elsewhere.
_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$|[A-Za-z_][\w.]*[\[(]")


class Secret(NamedTuple):
    """A line that looks as if it held a secret; of the value only the first characters are told."""

    file: str
    line: int
    kind: str
    shown: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} ({self.shown})"


def entropy(text: str) -> float:
    """Shannon's entropy of the characters of a text, in bits for each; 0 for an empty text."""
    counts = Counter(text)
    return sum(-n / len(text) * math.log2(n / len(text)) for n in counts.values())


def scan_text(text: str, file: str = "text") -> list[Secret]:
    """The lines of a text that look as if they held a secret."""
    return [
        Secret(file, number, kind, f"{value[:4]}…")
        for number, line in enumerate(text.splitlines(), 1)
        if ALLOWED not in line
        for kind, value in _in_line(line)
    ]


def scan(files: Iterable[Path], root: Path) -> list[Secret]:
    """The same for files; their names are given relative to ``root``.

    Of a notebook the sources and the texts among its outputs are read, not the pictures. What is no
    UTF-8 is skipped.
    """
    found: list[Secret] = []
    for path in sorted(files):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(root).as_posix()
        found += scan_text(_notebook_text(text) if path.suffix == ".ipynb" else text, name)
    return found


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    found = [(kind, match.group()) for kind, one in PATTERNS.items() if (match := one.search(line))]
    found += [("password in an address", value) for value in passwords_in(line)]
    for kind, value in found:
        if not _PLACEHOLDER.search(value):
            yield kind, value
            return
    for match in NAMED.finditer(line):
        value = match["value"]
        elsewhere = not match["quote"] and _REFERENCE.match(value)
        if entropy(value) >= MIN_ENTROPY and not _PLACEHOLDER.search(value) and not elsewhere:
            yield "a value drawn by lot", value
            return


def _notebook_text(text: str) -> str:
    """Sources and printed texts of a notebook, line by line."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError):
        return text
    parts = [_joined(cell.get("source", "")) for cell in cells]
    for output in (one for cell in cells for one in cell.get("outputs", ())):
        parts.append(_joined(output.get("text", "")))
        parts.append(_joined(output.get("data", {}).get("text/plain", "")))
    return "\n".join(parts)


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
