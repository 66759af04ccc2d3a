"""A timeline that tools write during a trouble, and the postmortem that is rendered from it.

Every sentence of the rendered text comes from an entry or is computed from entries. What no tool can
know (why it could happen, what is to be changed) is left as a question. It names roles and parts of
the system, no person: *blameless* is a property of what is recorded, not of the tone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from churn.monitoring.slo import Count, Objective, spending

#: Who can write into a timeline.
SOURCES = ("metrics", "alerting", "runbook", "service")
QUESTIONS = (
    "Why could it happen, and why did nothing stop it before customers were concerned?",
    "What went well, what went badly, and where were we lucky?",
    "Which change makes it impossible, or makes it noticed sooner? Who owns it, until when?",
)


@dataclass(frozen=True)
class Entry:
    """One fact: the minute of the timeline's clock, the tool that recorded it, and what it saw."""

    minute: int
    source: str
    what: str


@dataclass
class Timeline:
    """What the tools recorded of one trouble, in the order of their clock.

    Attributes:
        objective: the one that was watched.
        counts: good and bad events of each minute.
        entries: everything else.
    """

    objective: Objective
    counts: dict[int, Count] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def counted(self, minute: int, count: Count) -> None:
        """Events of one minute.

        Raises:
            ValueError: the minute was counted before; facts are not written over.
        """
        if minute in self.counts:
            raise ValueError(f"minute {minute} is counted already: a timeline is not written over")
        self.counts[minute] = count

    def record(self, minute: int, source: str, what: str) -> None:
        """A fact.

        Raises:
            ValueError: the source is no tool, or nothing is said.
        """
        if source not in SOURCES:
            raise ValueError(
                f"{source!r} writes no timeline; {', '.join(SOURCES)} do. What people remember belongs "
                "into the answers below it."
            )
        if not what.strip():
            raise ValueError("an entry says what was seen")
        self.entries.append(Entry(minute, source, what))

    def first(self, source: str) -> int | None:
        """The first minute in which a source wrote."""
        return min((one.minute for one in self.entries if one.source == source), default=None)


@dataclass(frozen=True)
class Facts:
    """What follows from a timeline; minutes of its clock, None for what did not happen.

    Attributes:
        began: the first minute in which the budget burned (a burn rate of 1 or more).
        detected: the first alert.
        acted: the first step of a runbook.
        over: the minute after the last in which it burned.
        bad: bad events from the beginning until it was over; ``total``: events in that time.
    """

    began: int | None
    detected: int | None
    acted: int | None
    over: int | None
    bad: int
    total: int


def facts(timeline: Timeline) -> Facts:
    """When it began, was detected, acted on and over, and how much it concerned."""
    budget = timeline.objective.budget
    burned = [
        minute
        for minute, count in sorted(timeline.counts.items())
        if count.total and count.bad / count.total >= budget
    ]
    detected, acted = timeline.first("alerting"), timeline.first("runbook")
    if not burned:
        return Facts(None, detected, acted, None, 0, 0)
    began, last = burned[0], burned[-1]
    inside = [count for minute, count in timeline.counts.items() if began <= minute <= last]
    over = last + 1 if last < max(timeline.counts) else None
    return Facts(
        began, detected, acted, over,
        sum(one.bad for one in inside), sum(one.total for one in inside),
    )  # fmt: skip


def render(title: str, timeline: Timeline, period: Count) -> str:
    """The postmortem as Markdown, from facts only.

    Args:
        title: what to call it.
        timeline: what was recorded.
        period: events of the objective's whole period as expected, for the share of the budget.
    """
    seen = facts(timeline)
    objective = timeline.objective
    allowed = spending(objective, period).allowed
    lines = [f"# Postmortem: {title}", "", "## Impact", ""]
    lines.append(
        f"Objective *{objective.name}* ({objective.good}): {seen.bad:,} of {seen.total:,} events were "
        f"bad, which is {seen.bad / allowed:.1%} of the error budget of {objective.days} days."
    )
    lines += ["", "## How long", "", "| from | to | minutes |", "|---|---|---|"]
    for name, start, end in (
        ("began | detected", seen.began, seen.detected),
        ("detected | first step", seen.detected, seen.acted),
        ("first step | over", seen.acted, seen.over),
        ("began | over", seen.began, seen.over),
    ):
        between = "not recorded" if start is None or end is None else str(end - start)
        lines.append(f"| {name} | {between} |")
    lines += ["", "## Timeline", "", "| minute | recorded by | what |", "|---|---|---|"]
    lines += [
        f"| {one.minute} | {one.source} | {_cell(one.what)} |" for one in _with_ends(timeline, seen)
    ]
    lines += ["", "## For people to answer", "", *[f"- {question}" for question in QUESTIONS], ""]
    return "\n".join(lines)


def _with_ends(timeline: Timeline, seen: Facts) -> list[Entry]:
    """The entries, with what the counts say about the beginning and the end."""
    added: Mapping[str, int | None] = {
        "first minute in which the budget burns": seen.began,
        "first minute in which it no longer does": seen.over,
    }
    found = [Entry(minute, "metrics", what) for what, minute in added.items() if minute is not None]
    return sorted([*found, *timeline.entries], key=lambda one: one.minute)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
