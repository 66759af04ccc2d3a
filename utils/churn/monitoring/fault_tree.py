"""Which faults together bring the service down, and how likely that is: a fault tree.

A tree says how one *top event* follows from *basic events*, through gates: *or* (any input is enough)
and *and* (it takes all). A *cut set* is a set of basic events that brings the top event about; it is
*minimal* if no part of it does. From the minimal cut sets follow the probability of the top event and
what each basic event contributes to it.

Basic events are taken as independent. A cause that several of them share has to be an event of its
own in the tree. Source: NUREG-0492, *Fault Tree Handbook* (1981), chapters VII and XI.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

CutSet = frozenset[str]


class FaultTreeError(ValueError):
    """A tree or its probabilities cannot be used; the message says why."""


@dataclass(frozen=True)
class Basic:
    """A basic event: something that fails, and is not taken apart any further."""

    name: str


@dataclass(frozen=True)
class Gate:
    """An event that follows from others.

    Attributes:
        kind: ``or`` if any of the inputs is enough, ``and`` if it takes all of them.
        inputs: at least one; the same basic event may stand in several places of a tree.
    """

    name: str
    kind: Literal["or", "and"]
    inputs: tuple[Event, ...]

    def __post_init__(self) -> None:
        if not self.inputs:
            raise FaultTreeError(f"the gate {self.name!r} has no inputs")


Event = Basic | Gate


def basics(top: Event) -> list[str]:
    """The names of the basic events, each once, in the order of the tree."""
    return list(dict.fromkeys(_leaves(top)))


def happens(top: Event, faults: Collection[str]) -> bool:
    """Whether the top event follows when exactly these basic events have happened."""
    if isinstance(top, Basic):
        return top.name in faults
    follows = (happens(event, faults) for event in top.inputs)
    return any(follows) if top.kind == "or" else all(follows)


def minimal_cut_sets(top: Event) -> list[CutSet]:
    """The smallest sets of basic events that bring the top event about; small ones first."""
    return sorted(_minimal(_cut_sets(top)), key=lambda cut: (len(cut), sorted(cut)))


def probability(top: Event, chances: Mapping[str, float]) -> float:
    """How likely the top event is, exactly, if the basic events are independent.

    Args:
        chances: the probability of each basic event.

    Raises:
        FaultTreeError: if one is missing or no probability.
    """
    return _probability(_minimal(_cut_sets(top)), _checked(top, chances))


def upper_bound(top: Event, chances: Mapping[str, float]) -> float:
    """The sum over the minimal cut sets: never too small, and close while all chances are small.

    Raises:
        FaultTreeError: as :func:`probability` does.
    """
    known = _checked(top, chances)
    return sum(math.prod(known[name] for name in cut) for cut in minimal_cut_sets(top))


def importance(top: Event, chances: Mapping[str, float]) -> pd.DataFrame:
    """What each basic event contributes, the largest first.

    Returns:
        a row for each basic event: ``chance``; ``share``, by how much of itself the top event's
        probability would fall if this event never happened; ``if certain``, the top event's
        probability while this event lasts.

    Raises:
        FaultTreeError: as :func:`probability` does; or if the top event is impossible.
    """
    known = _checked(top, chances)
    cuts = _minimal(_cut_sets(top))
    now = _probability(cuts, known)
    if now == 0:
        raise FaultTreeError("the top event is impossible with these chances")
    rows = {
        name: {
            "chance": known[name],
            "share": 1 - _probability(cuts, {**known, name: 0.0}) / now,
            "if certain": _probability(cuts, {**known, name: 1.0}),
        }
        for name in basics(top)
    }
    return pd.DataFrame.from_dict(rows, orient="index").sort_values(
        "share", ascending=False, kind="stable"
    )


def _leaves(event: Event) -> Iterator[str]:
    if isinstance(event, Basic):
        yield event.name
    else:
        for one in event.inputs:
            yield from _leaves(one)


def _cut_sets(event: Event) -> set[CutSet]:
    if isinstance(event, Basic):
        return {frozenset({event.name})}
    parts = [_minimal(_cut_sets(one)) for one in event.inputs]
    if event.kind == "or":
        return set().union(*parts)
    together: set[CutSet] = {frozenset()}
    for part in parts:
        together = _minimal({one | other for one in together for other in part})
    return together


def _minimal(cuts: set[CutSet]) -> set[CutSet]:
    return {cut for cut in cuts if not any(other < cut for other in cuts)}


def _checked(top: Event, chances: Mapping[str, float]) -> dict[str, float]:
    known = {}
    for name in basics(top):
        chance = chances.get(name)
        if chance is None or not 0 <= chance <= 1:
            raise FaultTreeError(f"the chance of {name!r} is {chance}, not between 0 and 1")
        known[name] = float(chance)
    return known


def _probability(cuts: set[CutSet], known: Mapping[str, float]) -> float:
    """By cases: with the event that most cut sets share, and without it."""
    if frozenset() in cuts:
        return 1.0
    if not cuts:
        return 0.0
    names = sorted({name for cut in cuts for name in cut})
    most = max(names, key=lambda name: sum(name in cut for cut in cuts))
    chance = known[most]
    with_it = _minimal({cut - {most} for cut in cuts})
    without = {cut for cut in cuts if most not in cut}
    return chance * _probability(with_it, known) + (1 - chance) * _probability(without, known)
