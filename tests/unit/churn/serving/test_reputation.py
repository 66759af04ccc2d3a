"""Trust is lost by bad requests, kept by many good ones, and comes back."""

import pytest

from churn.serving.reputation import WEIGHTS, Conduct, Reputation


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reputation(clock: Clock) -> Reputation:
    return Reputation(half_life=100, credit=10, lowest=0.05, explains=0.5, clock=clock)


def test_everybody_begins_with_all_of_it(reputation: Reputation) -> None:
    assert (reputation.score("a"), reputation.share("a"), reputation.may_explain("a")) == (1, 1, 1)


def test_every_kind_of_bad_conduct_costs_what_is_stated(reputation: Reputation) -> None:
    assert set(WEIGHTS) == set(Conduct) - {Conduct.GOOD}
    for conduct, weight in WEIGHTS.items():
        reputation.note(conduct, conduct)
        assert reputation.score(conduct) == pytest.approx(10 / (10 + weight))
    assert reputation.score("another") == 1


def test_slips_of_a_large_client_do_not_show(reputation: Reputation) -> None:
    for client, good in (("large", 990), ("small", 0)):
        reputation.note(client, Conduct.GOOD, good)
        reputation.note(client, Conduct.INVALID, 10)
    assert reputation.score("large") == pytest.approx(1000 / 1010)
    assert reputation.score("small") == pytest.approx(0.5)


def test_who_is_quiet_is_trusted_again(reputation: Reputation, clock: Clock) -> None:
    reputation.note("a", Conduct.INVALID, 90)
    assert (reputation.score("a"), reputation.may_explain("a")) == (pytest.approx(0.1), False)
    clock.now = 100
    assert reputation.score("a") == pytest.approx(10 / 55)
    clock.now = 10_000
    assert (reputation.score("a"), reputation.may_explain("a")) == (pytest.approx(1), True)


def test_good_conduct_is_not_saved_up(reputation: Reputation, clock: Clock) -> None:
    reputation.note("a", Conduct.GOOD, 10_000)
    clock.now = 10_000
    reputation.note("a", Conduct.INVALID, 90)
    assert reputation.score("a") == pytest.approx(0.1)


def test_the_worst_client_keeps_something(reputation: Reputation) -> None:
    reputation.note("a", Conduct.INVALID, 10**6)
    assert reputation.score("a") < 0.001
    assert reputation.share("a") == 0.05
