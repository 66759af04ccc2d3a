"""Which servers a request may go to, in which order: the router's table, and how it is read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from churn.release.assignment import in_canary


class Traffic(BaseModel):
    """Who answers.

    Attributes:
        release: name of the release; customers are put in order by it.
        stage: where the release stands.
        stable: servers with the old version that answer.
        candidate: servers with the new one that answer, or that are asked for comparison.
        standby: servers with the old version that run and are not asked, to go back to.
        share: of the customers who get the new version.
        sticky: whether a customer stays with a version. If not, all servers take turns, whatever
            their version, and ``share`` says nothing.
        shadow: whether candidates get a copy of each prediction. They answer nobody then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: str = Field(min_length=1)
    stage: str = ""
    stable: tuple[str, ...] = ()
    candidate: tuple[str, ...] = ()
    standby: tuple[str, ...] = ()
    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    sticky: bool = True
    shadow: bool = False

    @property
    def servers(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.stable, *self.candidate, *self.standby)


class Route(NamedTuple):
    """Where a request goes: first to ``tries[0]``, to the next one if it fails, and so on."""

    new: bool
    tries: tuple[str, ...]


def route(traffic: Traffic, customer: str | None, turn: int, up: Collection[str]) -> Route:
    """The servers to try for a customer.

    Args:
        customer: None for a request about several customers, or about none: as long as both
            versions answer, the old one does.
        turn: counts requests; servers of one version take turns.
        up: servers that were up when they were last asked. The others are tried last: it may be
            the last look that was wrong.
    """
    if not traffic.sticky:
        everyone = _from(turn, (*traffic.stable, *traffic.candidate))
        tries = _up_first((*everyone, *traffic.standby), up)
        return Route(bool(tries) and tries[0] in traffic.candidate, tries)
    serving = bool(traffic.candidate) and traffic.share > 0 and not traffic.shadow
    whole = traffic.share >= 1 or not traffic.stable
    new = serving and (
        whole or (customer is not None and in_canary(customer, traffic.release, traffic.share))
    )
    own, other = (
        (traffic.candidate, (*traffic.stable, *traffic.standby)) if new
        else (traffic.stable, traffic.candidate if serving else ())
    )  # fmt: skip
    # Another version's answer is better than none.
    return Route(new, _up_first((*_from(turn, own), *_from(turn, other)), up))


def back(traffic: Traffic) -> Traffic:
    """The table after going back: the old version answers, wherever it still runs.

    If it runs nowhere (a recreated release has stopped it), the new one goes on answering: who leads
    the release has to start the old one.
    """
    old = (*traffic.standby, *traffic.stable)
    if not old:
        return traffic
    return Traffic(release=traffic.release, stage="back", stable=old)


def _from(turn: int, servers: tuple[str, ...]) -> tuple[str, ...]:
    at = turn % len(servers) if servers else 0
    return servers[at:] + servers[:at]


def _up_first(servers: tuple[str, ...], up: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(servers, key=lambda name: name not in up))
