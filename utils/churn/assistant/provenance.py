"""Where a text comes from, and what a model asks a tool to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

type Value = str | int | None


class Source(StrEnum):
    """Who wrote a piece of what a model reads."""

    SYSTEM = "system"  # the company, in the assistant's own instructions
    PRINCIPAL = "principal"  # the person whom the assistant works for, in this session
    QUOTED = "quoted"  # what that person pasted and marked as somebody else's words
    TOOL = "tool"  # what a tool returned: anybody may have written it


#: Whose words may ask for something. All others are data.
TRUSTED = frozenset({Source.SYSTEM, Source.PRINCIPAL})


@dataclass(frozen=True)
class Piece:
    """A stretch of text with its source; the application sets the source, never a model."""

    source: Source
    text: str


@dataclass(frozen=True)
class Call:
    """A call of a tool.

    Attributes:
        tool: its name.
        customer: whom it is about; empty for a tool that is about nobody.
        value: its other argument: a text, a tariff, an amount in dollars, a page. None in a plan
            stands for a value that is not known yet, and in a permission for any.
    """

    tool: str
    customer: str = ""
    value: Value = None

    def covers(self, other: Call) -> bool:
        """Whether ``other`` is this call, or this one with its open value filled in."""
        same = (self.tool, self.customer) == (other.tool, other.customer)
        return same and (self.value is None or self.value == other.value)

    def __str__(self) -> str:
        arguments = [self.customer, *([] if self.value is None else [repr(self.value)])]
        return f"{self.tool}({', '.join(one for one in arguments if one)})"
