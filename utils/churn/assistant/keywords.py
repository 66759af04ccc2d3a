"""The weaker idea: texts that sound like an injection are taken out before the model reads them."""

from __future__ import annotations

import re

#: What lists of this kind usually hold.
PHRASES = (
    "ignore previous", "ignore all previous", "ignore the above", "ignore your instructions", "disregard", "forget your instructions",
    "system prompt", "system:", "developer mode", "you are now", "new instructions", "override", "jailbreak",
    "as an admin", "administrator", "do anything now", "pretend to be", "act as",
)  # fmt: skip


def suspicious(text: str, phrases: tuple[str, ...] = PHRASES) -> bool:
    """Whether one of the phrases stands in ``text``, whatever its case and spacing."""
    plain = re.sub(r"\s+", " ", text.lower())
    return any(phrase in plain for phrase in phrases)
