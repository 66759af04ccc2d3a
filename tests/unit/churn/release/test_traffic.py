"""Who is asked, in which order."""

from __future__ import annotations

from churn.release import Traffic, in_canary
from churn.release.traffic import back, route

ALL = frozenset({"a1", "a2", "b1", "b2"})
CANARY = Traffic(release="r", stable=("a1", "a2"), candidate=("b1",), share=0.5)
NAMES = [f"customer {number}" for number in range(200)]


def test_a_canary_gives_each_customer_the_version_that_the_hash_says() -> None:
    for turn, name in enumerate(NAMES):
        found = route(CANARY, name, turn, ALL)
        assert found.new == in_canary(name, "r", 0.5) == (found.tries[0] == "b1")
        assert sorted(found.tries) == ["a1", "a2", "b1"]  # the other version stands in


def test_servers_of_a_version_take_turns() -> None:
    first = [route(Traffic(release="r", stable=("a1", "a2")), None, turn, ALL).tries for turn in range(2)]  # fmt: skip
    assert first == [("a1", "a2"), ("a2", "a1")]


def test_a_request_about_nobody_in_particular_gets_the_old_version() -> None:
    assert not route(CANARY, None, 0, ALL).new
    assert route(CANARY.model_copy(update={"share": 1.0}), None, 0, ALL).new


def test_who_is_down_is_tried_last() -> None:
    mine = next(name for name in NAMES if in_canary(name, "r", 0.5))
    assert route(CANARY, mine, 0, {"a1", "a2"}).tries == ("a1", "a2", "b1")
    assert route(CANARY, mine, 0, set()).tries == ("b1", "a1", "a2")


def test_a_shadow_answers_nobody() -> None:
    shadow = Traffic(release="r", stable=("a1",), candidate=("b1",), share=1, shadow=True)
    for up in (ALL, {"b1"}, set()):
        assert route(shadow, "somebody", 0, up).tries == ("a1",)


def test_a_candidate_without_a_share_answers_nobody() -> None:
    waiting = Traffic(release="r", stable=("a1",), candidate=("b1",))
    assert route(waiting, "somebody", 0, {"b1"}).tries == ("a1",)


def test_in_a_rolling_release_all_take_turns_and_the_drained_one_comes_last() -> None:
    mixed = Traffic(release="r", stable=("a2",), candidate=("b1",), standby=("a1",), sticky=False)
    assert [route(mixed, "x", turn, ALL) for turn in range(2)] == [
        (False, ("a2", "b1", "a1")), (True, ("b1", "a2", "a1")),
    ]  # fmt: skip
    assert route(mixed, "x", 0, {"a1"}).tries == ("a1", "a2", "b1")


def test_an_empty_table_leads_nowhere() -> None:
    for sticky in (True, False):
        assert route(Traffic(release="r", sticky=sticky), "x", 0, ALL) == (False, ())


def test_going_back_asks_whatever_is_left_of_the_old_version() -> None:
    green = Traffic(release="r", candidate=("b1",), standby=("a1",), share=1)
    assert back(green) == Traffic(release="r", stage="back", stable=("a1",))
    assert back(CANARY).stable == ("a1", "a2")
    recreated = Traffic(release="r", candidate=("b1",), share=1)
    assert back(recreated) == recreated
