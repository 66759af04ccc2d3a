"""The five ways to bring a new version in, as stages: what is stopped and started, and who answers.

    for stage in plan("canary", "2026-03", stable=["a1"], candidate=["b1"]): …

A stage first stops servers, then starts others, and then the traffic changes; in the last one, in which
nothing is tried any more, the traffic changes first. A stage is over when ``needed`` answers of the
new version were seen and no budget was found broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from churn.release.traffic import Traffic

Names = tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A step of a release; ``needed`` are answers of the new version, or comparisons with it."""

    traffic: Traffic
    stop: Names = ()
    start: Names = ()
    needed: int = 0


def plan(
    strategy: str,
    release: str,
    stable: Sequence[str],
    candidate: Sequence[str],
    needed: int = 30,
    shares: Sequence[float] = (0.1, 0.3),
) -> tuple[Stage, ...]:
    """The stages of a release; in the last one the old version is gone.

    Args:
        strategy: one of ``STRATEGIES``.
        release: its name, see :func:`churn.assignment.position`.
        stable: servers with the old version, which answer now.
        candidate: servers with the new one; as many for ``rolling``.
        needed: answers of the new version in each stage before the next one.
        shares: of a canary, growing; the last stage before the old version goes is always 1.

    Raises:
        ValueError: for another strategy, servers that are missing or named twice, or shares that do
            not grow.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"{strategy!r} is none of {', '.join(STRATEGIES)}")
    old, new = tuple(stable), tuple(candidate)
    if not old or not new or len({*old, *new}) < len(old) + len(new):
        raise ValueError("each version needs servers of its own, each named once")
    steps = [*shares, 1.0]
    if strategy == "canary" and not all(a < b for a, b in pairwise([0.0, *steps])):
        raise ValueError(f"shares of a canary grow and lie between 0 and 1: {list(shares)} do not")
    table = partial(Traffic, release=release)
    if strategy == "canary":
        stages = _canary(table, old, new, needed, steps)
    else:
        stages = STRATEGIES[strategy](table, old, new, needed)
    left = {*old} - {name for stage in stages for name in stage.stop}
    gone = tuple(name for name in old if name in left)
    # The new version is the old one of the next release.
    return (*stages, Stage(table(stage="done", stable=new), stop=gone))


def _recreate(table: Callable[..., Traffic], old: Names, new: Names, needed: int) -> list[Stage]:
    return [Stage(table(stage="exchanged", candidate=new, share=1), old, new, needed)]


def _rolling(table: Callable[..., Traffic], old: Names, new: Names, needed: int) -> list[Stage]:
    if len(old) != len(new):
        raise ValueError("a rolling release exchanges servers one by one: as many new as old ones")
    return [
        Stage(
            table(stage=f"{at} of {len(new)}", stable=old[at:], candidate=new[:at],
                  standby=old[at - 1 : at], share=at / len(new), sticky=False),
            stop=old[max(at - 2, 0) : at - 1],
            start=new[at - 1 : at],
            needed=needed,
        )
        for at in range(1, len(new) + 1)
    ]  # fmt: skip


def _blue_green(table: Callable[..., Traffic], old: Names, new: Names, needed: int) -> list[Stage]:
    switched = table(stage="green", candidate=new, standby=old, share=1)
    return [Stage(switched, (), new, needed)]


def _shadow(table: Callable[..., Traffic], old: Names, new: Names, needed: int) -> list[Stage]:
    copied = table(stage="shadow", stable=old, candidate=new, shadow=True)
    (switched,) = _blue_green(table, old, new, needed)
    return [Stage(copied, (), new, needed), replace(switched, start=())]


def _canary(
    table: Callable[..., Traffic], old: Names, new: Names, needed: int, shares: Sequence[float] = ()
) -> list[Stage]:
    tables = [
        table(stage=f"{share:.0%}", stable=old, candidate=new, share=share) for share in shares
    ]
    return [Stage(one, (), () if at else new, needed) for at, one in enumerate(tables)]


#: By name; what each of them makes of servers that serve and servers that come.
STRATEGIES: dict[str, Callable[..., list[Stage]]] = {
    "recreate": _recreate,
    "rolling": _rolling,
    "blue/green": _blue_green,
    "shadow": _shadow,
    "canary": _canary,
}
