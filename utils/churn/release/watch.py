"""What a release has shown so far, and when it is sent back: the router's memory, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from churn.release.budget import Budget, Evidence, Verdict, judge, seen
from churn.release.traffic import Traffic, back

Status = Literal["steady", "running", "back"]


class Server(BaseModel):
    """One process that answers, and the version that it has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Annotated[str, Field(pattern=r"^http://[^/]+$")]
    version: Annotated[str, Field(min_length=1)]


class Order(BaseModel):
    """What the router is told: all of it at once, so that nothing is half changed.

    Attributes:
        needed: answers of the new version, from now on, before it may go on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    servers: dict[str, Server]
    traffic: Traffic
    budget: Budget = Budget()
    needed: int = Field(default=0, ge=0)


class OrderError(ValueError):
    """An order that cannot be followed; with one sentence."""


class State(BaseModel):
    """What outlives the router's process.

    Attributes:
        order: what it was told last; ``order.traffic`` is what it does now.
        status: ``running`` while a new version is tried, ``back`` once it was sent back.
        reason: why it was.
        old, new: the versions that are compared.
        evidence: by version.
        seen: how many answers of the new version were seen when the stage began.
    """

    order: Order
    status: Status = "steady"
    reason: str = ""
    old: str | None = None
    new: str | None = None
    evidence: dict[str, Evidence] = {}
    seen: int = 0


class Watch:
    """Counts what each version does, and goes back when a budget is found broken.

    Attributes:
        state: the present one; whoever changes it through the methods below saves it.
    """

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def traffic(self) -> Traffic:
        """Who answers now."""
        return self.state.order.traffic

    def follow(self, order: Order) -> None:
        """Do as told. A new version begins with no evidence; under another name, and without a new
        version, all do.

        Raises:
            OrderError: the table names a server that is not there or two versions as one, or the
                release was sent back: then only the old version may serve.
        """
        versions = _versions(order)
        traffic, state = order.traffic, self.state
        same = traffic.release == self.traffic.release
        if same and state.status == "back" and traffic.candidate:
            raise OrderError(f"release {traffic.release} was sent back: {state.reason}")
        if same and state.status == "back" and versions["old"] != state.old:
            raise OrderError(f"release {traffic.release} was sent back to version {state.old}")
        old, new = versions["old"] or state.old, versions["new"]
        evidence = dict(state.evidence) if same or new is not None else {}
        if new is not None and (not same or new != state.new):
            evidence[new] = Evidence()
        before = seen(evidence.get(old or "", Evidence()), evidence.get(new or "", Evidence()))
        self.state = State(
            order=order,
            status="running" if new else "back" if same and state.status == "back" else "steady",
            reason=state.reason if same else "",
            old=old,
            new=new,
            evidence=evidence,
            seen=before,
        )

    def answered(self, version: str, failed: bool, seconds: float) -> bool:
        """A request was sent to this version. Returns whether that sent the release back."""
        one = self._of(version)
        slow = seconds > self.state.order.budget.seconds
        one.answers += 1
        one.errors += failed
        one.slow += slow
        # Good answers only widen what is left of a budget.
        return (failed or slow) and self._judged(version)

    def compared(self, version: str, differ: bool) -> bool:
        """A copy's answer was compared with what was served. Returns as :meth:`answered` does."""
        one = self._of(version)
        one.compared += 1
        one.differ += differ
        return differ and self._judged(version)

    def valued(self, version: str, dollars: Sequence[float]) -> bool:
        """Somebody says what answers of this version brought. Returns as :meth:`answered` does."""
        one = self._of(version)
        one.valued += len(dollars)
        one.dollars += sum(dollars)
        one.squares += sum(value**2 for value in dollars)
        return self._judged(version)

    def verdict(self) -> Verdict:
        """How the new version stands; "wait" if there is none."""
        state = self.state
        if state.status != "running" or state.new is None:
            return Verdict("wait", "no new version is tried", {})
        old = self._of(state.old) if state.old is not None else Evidence()
        needed = state.seen + state.order.needed
        return judge(state.order.budget, old, self._of(state.new), needed)

    def go_back(self, reason: str) -> bool:
        """Let the old version answer. Returns whether there was a release to send back."""
        if self.state.status != "running":
            return False
        order = self.state.order.model_copy(update={"traffic": back(self.traffic)})
        change = {"order": order, "status": "back", "reason": reason}
        self.state = self.state.model_copy(update=change)
        return True

    def _of(self, version: str) -> Evidence:
        return self.state.evidence.setdefault(version, Evidence())

    def _judged(self, version: str) -> bool:
        if version != self.state.new:
            return False
        verdict = self.verdict()
        return verdict.action == "go back" and self.go_back(verdict.reason)


def _versions(order: Order) -> Mapping[str, str | None]:
    """The old and the new version of an order; None where no server has one."""
    traffic, servers = order.traffic, order.servers
    if missing := [name for name in traffic.servers if name not in servers]:
        raise OrderError(f"no server is called {missing[0]}")
    if len(set(traffic.servers)) < len(traffic.servers):
        raise OrderError("a server has one part in a release")
    if not traffic.stable and (not traffic.candidate or traffic.shadow):
        raise OrderError("nobody would answer")
    found: dict[str, str | None] = {}
    parts = {"old": (*traffic.stable, *traffic.standby), "new": traffic.candidate}
    for part, names in parts.items():
        versions = {servers[name].version for name in names}
        if len(versions) > 1:
            raise OrderError(
                f"{', '.join(names)} have {len(versions)} versions, and one is compared"
            )
        found[part] = versions.pop() if versions else None
    if found["old"] == found["new"]:
        raise OrderError(f"the new version is the old one: {found['old']}")
    return found
