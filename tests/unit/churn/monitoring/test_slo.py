"""What is promised, what is counted, and how much of a budget is spent."""

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from churn.monitoring import slo
from churn.monitoring.slo import Count, Objective

PROMISE = Objective("availability", "answered", 0.999)


def test_a_budget_is_spent_evenly_at_a_burn_rate_of_one() -> None:
    at_one = slo.spending(PROMISE, Count(10, 10_000))
    assert (at_one.allowed, at_one.spent, at_one.kept) == (
        pytest.approx(10),
        pytest.approx(1),
        True,
    )
    assert not slo.spending(PROMISE, Count(11, 10_000)).kept
    assert slo.spending(PROMISE, Count(0, 0)).kept
    assert slo.burn_rate(PROMISE, [10, 144, 0], [10_000, 10_000, 0]) == pytest.approx([1, 14.4, 0])


def test_hours_left() -> None:
    assert slo.hours_left(PROMISE, 1) == 720
    assert slo.hours_left(PROMISE, 1000) * 60 == pytest.approx(43.2)  # all requests fail
    assert slo.hours_left(PROMISE, 2, spent=0.5) == 180
    assert slo.hours_left(PROMISE, 2, spent=1.5) == 0
    assert slo.hours_left(PROMISE, 0) == float("inf")


@pytest.mark.parametrize("target", [0, 1, 99.9, float("nan")])
def test_a_target_that_is_none(target: float) -> None:
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        Objective("availability", "answered", target)


def test_a_period_that_is_none() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Objective("availability", "answered", 0.9, days=0)


def test_counts() -> None:
    assert Count(1, 5) + Count(2, 5) == Count(3, 10)
    assert Count(3, 10).since(Count(1, 5)) == Count(2, 5)
    assert Count(3, 10).since(Count(5, 500)) == Count(3, 10)  # the process was started anew
    for bad, total in ((6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="cannot be"):
            Count(bad, total)


@pytest.fixture(scope="module")
def metrics() -> str:
    """As the service writes them: 9 requests in time, 3 slow, 1 refused, 2 failed; 14 decisions."""
    registry = CollectorRegistry()
    seconds = Histogram(
        "churn_request_seconds", "h", ["route", "status"], buckets=[0.1, 1], registry=registry
    )
    for status, times in (("200", [0.05] * 9 + [0.5, 0.5, 5]), ("422", [5]), ("503", [0.01] * 2)):
        for time in times:
            seconds.labels("/v1/predict", status).observe(time)
    seconds.labels("/health", "500").observe(9)
    decided = Counter("churn_predictions", "h", ["source", "reason", "version"], registry=registry)
    for reason, number in (
        ("", 7),
        ("store_failed", 3),
        ("model_slow", 1),
        ("unknown_customer", 3),
    ):
        decided.labels("rule" if reason else "model", reason, "1").inc(number)
    return generate_latest(registry).decode()


def test_indicators_are_read_from_what_the_service_counts(metrics: str) -> None:
    assert slo.availability(metrics) == Count(2, 15)
    assert slo.latency(metrics, 0.1) == Count(3, 12)
    assert slo.latency(metrics, 1) == Count(1, 12)
    assert slo.coverage(metrics) == Count(4, 14)
    assert slo.reasons(metrics) == {"store_failed": 3, "unknown_customer": 3, "model_slow": 1}


def test_a_limit_that_nobody_counted(metrics: str) -> None:
    with pytest.raises(ValueError, match=r"no bucket up to 0\.3 s; it has 0\.1, 1, inf"):
        slo.latency(metrics, 0.3)


def test_a_service_that_nobody_asked() -> None:
    assert slo.latency("", 0.3) == slo.availability("") == slo.coverage("") == Count(0, 0)
    assert slo.reasons("") == {}


def test_freshness_and_quality() -> None:
    assert slo.freshness([1, 26, 26.1, float("nan")], 26) == Count(2, 4)
    assert slo.quality([1, 0, 0, 1, 0]) == Count(3, 5)
