"""Pauses double, end, and are forgotten."""

import pytest

from churn.serving.backoff import Backoff


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_pauses_double_up_to_the_longest(clock: Clock) -> None:
    backoff = Backoff(free=2, first=1, longest=10, forgive=1e9, clock=clock)
    pauses = []
    for _ in range(8):
        pauses.append(backoff.fail("a"))
        clock.now += backoff.left("a")
    assert pauses == pytest.approx([0, 0, 1, 2, 4, 8, 10, 10])
    assert backoff.left("b") == 0


def test_ten_thousand_failures_are_no_overflow(clock: Clock) -> None:
    backoff = Backoff(longest=900, clock=clock)
    for _ in range(10_000):
        backoff.fail("a")
    assert backoff.left("a") == 900


def test_a_failure_is_forgotten_but_not_while_one_pauses(clock: Clock) -> None:
    backoff = Backoff(free=0, first=100, longest=1e9, forgive=50, clock=clock)
    assert backoff.fail("a") == 100
    clock.now += 100
    assert backoff.fail("a") == pytest.approx(200)
    clock.now += 200 + 100
    assert backoff.left("a") == 0
    assert backoff.fail("a") == pytest.approx(100)


def test_those_quiet_longest_are_forgotten_first(clock: Clock) -> None:
    backoff = Backoff(free=0, names=2, clock=clock)
    for name in ("a", "b", "a", "c"):
        backoff.fail(name)
    assert [backoff.left(name) > 0 for name in "abc"] == [True, False, True]
