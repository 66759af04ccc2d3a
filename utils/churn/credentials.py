"""What a password in an address looks like: one rule for settings, manifests and repositories.

    passwords_in(f"postgresql://churn:{word}@db/scores")      # [word]
    passwords_in("postgresql://churn:${PASSWORD}@db/scores")  # []

What stands for a password that is put in later, such as ``${NAME}``, is none.
"""

from __future__ import annotations

import re

#: ``user:password@host``: behind a scheme, or without one where a port or a path follows the host.
_BEFORE_HOST = re.compile(
    r"(?:://[^\s/:@'\"]*:(?!\d+/)(?P<behind>[^\s@'\"]+)@"
    r"|(?<![\w.:/@-])[\w.-]+:(?P<bare>[^\s/:@'\"]+)@[\w.-]+(?::\d+)?/\w)"
)
#: ``?password=…`` and its like.
_IN_QUERY = re.compile(
    r"(?i)[?&][\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key)=(?P<value>[^\s&'\"]+)"
)
_STANDS_FOR_ONE = re.compile(r"\$\{\w+\}|\$[A-Z_]+|\{.*\}|<.*>|%\w|\*+|\.{3}|…")


def passwords_in(text: str) -> list[str]:
    """The passwords in the addresses of a text: those before a host, then those of a query."""
    found = [match["behind"] or match["bare"] for match in _BEFORE_HOST.finditer(text)]
    found += [match["value"] for match in _IN_QUERY.finditer(text)]
    return [value for value in found if not _STANDS_FOR_ONE.fullmatch(value)]
