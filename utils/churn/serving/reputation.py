"""How far a client is trusted: a score of its recent conduct, and what it may ask with it.

The score is the share of good requests among the recent ones, with some good ones on credit:

    score = (good + credit) / (good + credit + bad)

All counts halve every ``half_life`` seconds. So a large client's few slips do not show, a small one's
first slips do not ruin it, nobody can save up good conduct for a later attack, and whoever stops is
trusted again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Conduct(StrEnum):
    """What a request says of who sent it."""

    GOOD = "good"
    STRANGER = "stranger"  # about a customer whom nobody knows: may have joined yesterday
    INVALID = "invalid"  # wrong fields
    CONTRADICTION = "contradiction"  # fields that cannot be true beside the store's
    EARLY = "early"  # before the pause was over that it had been told of
    ODD = "odd"  # found by a check of many requests, such as churn.monitoring.usage


#: How many good requests one of each outweighs.
WEIGHTS = {
    Conduct.STRANGER: 0.5,
    Conduct.INVALID: 1.0,
    Conduct.CONTRADICTION: 1.0,
    Conduct.EARLY: 5.0,
    Conduct.ODD: 50.0,
}


@dataclass(slots=True)
class _Account:
    good: float
    bad: float
    at: float


class Reputation:
    """A score from 0 to 1 for each client; 1 for one of whom nothing is known.

    Args:
        half_life: seconds after which a request counts half.
        credit: good requests that everybody is given.
        lowest: share of its rate that the worst client keeps, so that it can mend its ways.
        explains: score from which on explanations are given; they are what copies a model fastest.
    """

    def __init__(
        self,
        half_life: float = 3600.0,
        credit: float = 50.0,
        lowest: float = 0.02,
        explains: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._half_life, self._credit, self._lowest = half_life, credit, lowest
        self._explains, self._clock = explains, clock
        self._accounts: dict[str, _Account] = {}

    def note(self, client: str, conduct: Conduct, times: int = 1) -> None:
        """Count ``times`` requests of one kind."""
        account = self._now(client)
        if conduct is Conduct.GOOD:
            account.good += times
        else:
            account.bad += times * WEIGHTS[conduct]
        self._accounts[client] = account

    def score(self, client: str) -> float:
        """The share of good conduct, with the credit."""
        account = self._now(client)
        good = account.good + self._credit
        return good / (good + account.bad)

    def share(self, client: str) -> float:
        """What part of its rate and burst the client gets."""
        return max(self._lowest, self.score(client))

    def may_explain(self, client: str) -> bool:
        """Whether its answers come with explanations."""
        return self.score(client) >= self._explains

    def _now(self, client: str) -> _Account:
        now = self._clock()
        account = self._accounts.get(client, _Account(0.0, 0.0, now))
        left = 0.5 ** ((now - account.at) / self._half_life)
        return _Account(account.good * left, account.bad * left, now)
