"""Service-level objectives of a model: what is promised, and how much of the error budget is spent.

An objective says which share of events must be good within a period of days. What may be bad is the
error budget, and how fast it is being spent, compared with spending it evenly over the period, is
the burn rate: at 1 the budget lasts exactly as long as the period.

Source: *The Site Reliability Workbook* (O'Reilly 2018), chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from prometheus_client.parser import text_string_to_metric_families

#: Reasons for which the rule decides although nothing is wrong with the service.
NO_FAULT_OF_OURS = frozenset({"unknown_customer"})


@dataclass(frozen=True)
class Objective:
    """A promise about a service.

    Attributes:
        name: one word.
        good: what makes an event a good one, as a sentence that somebody can check.
        target: share of events that must be good, between 0 and 1.
        days: length of the period over which it is judged.

    Raises:
        ValueError: the target leaves no budget or is none, or the period is empty.
    """

    name: str
    good: str
    target: float
    days: int = 30

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ValueError(
                f"the target of {self.name} must lie between 0 and 1, got {self.target:g}; a target "
                "of 1 leaves no budget, so that nobody could change anything"
            )
        if self.days < 1:
            raise ValueError(f"the period of {self.name} must be at least one day")

    @property
    def budget(self) -> float:
        """Share of events that may be bad."""
        return 1 - self.target


@dataclass(frozen=True)
class Count:
    """Events, and how many of them were bad."""

    bad: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.bad <= self.total:
            raise ValueError(f"{self.bad} bad ones of {self.total} events cannot be")

    def __add__(self, other: Count) -> Count:
        return Count(self.bad + other.bad, self.total + other.total)

    def since(self, before: Count) -> Count:
        """What was counted after ``before``; counters that began anew count from zero."""
        if self.total < before.total or self.bad < before.bad:
            return self
        return Count(self.bad - before.bad, self.total - before.total)


@dataclass(frozen=True)
class Spending:
    """What became of an error budget.

    Attributes:
        allowed: bad events that the objective permits for so many events.
        bad: those that there were.
    """

    allowed: float
    bad: int

    @property
    def spent(self) -> float:
        """Share of the budget that is gone; above 1 the objective is missed."""
        if not self.allowed:
            return 0.0
        return self.bad / self.allowed

    @property
    def kept(self) -> bool:
        """Whether the objective is kept."""
        return self.spent <= 1


def spending(objective: Objective, count: Count) -> Spending:
    """How much of the budget that ``count.total`` events give is spent."""
    return Spending(objective.budget * count.total, count.bad)


def burn_rate(objective: Objective, bad: ArrayLike, total: ArrayLike) -> NDArray[np.float64]:
    """How many times faster than evenly the budget is spent; 0 where there were no events.

    Args:
        objective: whose budget.
        bad: bad events, one number or many.
        total: events; same shape.
    """
    shares = np.divide(
        np.asarray(bad, dtype=float),
        total,
        out=np.zeros(np.shape(total)),
        where=np.asarray(total) > 0,
    )
    return shares / objective.budget


def hours_left(objective: Objective, rate: float, spent: float = 0.0) -> float:
    """Hours until the budget is gone at a burn rate, with even traffic; infinite at 0."""
    left = max(0.0, 1 - spent)
    return objective.days * 24 * left / rate if rate > 0 else float("inf")


# --- indicators: what is counted -----------------------------------------------------------------


def availability(metrics: str, route: str = "/v1/predict") -> Count:
    """Requests of ``route``, and those answered with a 5xx.

    What is wrong with a request (4xx) is no failure of the service.

    Args:
        metrics: the service's figures in Prometheus' text format (``/metrics``).
        route: as the service labels it.
    """
    by_status = _sum_by(metrics, "churn_request_seconds_count", "status", route=route)
    bad = sum(value for status, value in by_status.items() if status.startswith("5"))
    return Count(int(bad), int(sum(by_status.values())))


def latency(metrics: str, seconds: float, route: str = "/v1/predict") -> Count:
    """Requests of ``route`` that were answered (2xx), and those that took longer than ``seconds``.

    Raises:
        ValueError: the service's histogram has no bucket that ends there, so nobody counted it.
    """
    answered: dict[float, float] = {}
    for labels, value in _samples(metrics, "churn_request_seconds_bucket"):
        if labels["route"] == route and labels["status"].startswith("2"):
            limit = float(labels["le"])
            answered[limit] = answered.get(limit, 0.0) + value
    if not answered:
        return Count(0, 0)
    if seconds not in answered:
        known = ", ".join(f"{limit:g}" for limit in sorted(answered))
        raise ValueError(f"the histogram has no bucket up to {seconds:g} s; it has {known}")
    total = answered[float("inf")]
    return Count(int(total - answered[seconds]), int(total))


def coverage(metrics: str) -> Count:
    """Decisions, and those that the rule made because a part of the service failed.

    A customer whom the store does not know is no failure.
    """
    by_reason = _sum_by(metrics, "churn_predictions_total", "reason")
    bad = sum(n for reason, n in by_reason.items() if reason and reason not in NO_FAULT_OF_OURS)
    return Count(int(bad), int(sum(by_reason.values())))


def freshness(ages_hours: ArrayLike, limit_hours: float) -> Count:
    """Looks at a table, and those that found it older than the limit, or found no table (NaN)."""
    ages = np.asarray(ages_hours, dtype=float)
    return Count(int((~(ages <= limit_hours)).sum()), int(ages.size))


def quality(contacted_left: ArrayLike) -> Count:
    """Customers who were contacted, and those of them who would have stayed anyway (0).

    With the campaign's break-even as the target, a burn rate of 1 is where a contact earns nothing.
    It is known only when labels are.
    """
    left = np.asarray(contacted_left)
    return Count(int((left == 0).sum()), int(left.size))


def reasons(metrics: str) -> dict[str, int]:
    """Why the rule decided instead of the model: decisions by reason, the most frequent first."""
    by_reason = _sum_by(metrics, "churn_predictions_total", "reason")
    found = {reason: int(value) for reason, value in by_reason.items() if reason}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _samples(metrics: str, name: str) -> Iterable[tuple[dict[str, Any], float]]:
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name == name:
                yield sample.labels, sample.value


def _sum_by(metrics: str, name: str, label: str, **equal: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for labels, value in _samples(metrics, name):
        if all(labels[key] == wanted for key, wanted in equal.items()):
            sums[labels[label]] = sums.get(labels[label], 0.0) + value
    return sums
