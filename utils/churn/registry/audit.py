"""The records of who made which version the champion, and the way back that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from churn.registry.gates.verdict import Decision

Action = Literal["promote", "rollback"]
State = Literal["started", "done", "abandoned"]


@dataclass(frozen=True)
class AuditRecord:
    """Who made which version the champion, when, on what grounds.

    ``state`` is ``started`` until the move is made; ``abandoned`` if its process ended before.
    ``data_version`` and ``code_version`` are the version's own tags. ``decision`` is what the gate
    said when the version was promoted, as text, with the gate's ``signature`` where it signs: it
    stays here whatever the gate says of the version later.
    """

    number: int
    action: Action
    version: str
    replaced: str | None
    who: str
    why: str
    when: str
    data_version: str | None
    code_version: str | None
    decision: str
    signature: str = ""
    state: State = "started"
    approved_by: str | None = None

    @property
    def evidence(self) -> dict[str, dict[str, float]]:
        """The figures of the gate, by criterion."""
        verdicts = Decision.from_json(self.decision).verdicts
        return {verdict.name: dict(verdict.evidence) for verdict in verdicts}


def promotion_of(version: str, records: Iterable[AuditRecord]) -> AuditRecord | None:
    """The last finished promotion of a version; None if there was none."""
    made = [r for r in records if (r.action, r.version, r.state) == ("promote", version, "done")]
    return made[-1] if made else None


def way_back(champion: str | None, records: Iterable[AuditRecord]) -> list[str]:
    """The versions to which rollbacks from ``champion`` lead, the nearest one last.

    The champions are a stack: a promotion lays its version on what it replaced, a rollback takes
    versions off. Each version lies there once, where it was promoted last, so that rollbacks one
    after the other never come to the same version twice.

    Args:
        champion: the present one. One that no record made the champion (somebody moved the alias
            past the desk) lies on top of all others.
        records: in their order; what was not done does not count.
    """
    stack: list[str] = []
    for record in records:
        if record.state != "done":
            continue
        below = record.version if record.action == "rollback" else record.replaced
        if below is None:
            stack.clear()
        elif below in stack:
            del stack[stack.index(below) + 1 :]
        if record.action == "promote":
            stack = [version for version in stack if version != record.version]
            stack.append(record.version)
    if champion is None:
        return []
    return stack[: stack.index(champion)] if champion in stack else stack
