"""What the router remembers of a release, and when it goes back."""

from __future__ import annotations

from typing import Any

import pytest

from churn.release import Budget, Evidence, Traffic
from churn.release.admin import fresh
from churn.release.watch import Order, OrderError, Server, State, Watch

SERVERS = {
    name: Server(address=f"http://127.0.0.1:{port}", version=name[0])
    for port, name in enumerate(("a1", "a2", "b1"), start=1)
}
BUDGET = Budget(seconds=1)


def order(needed: int = 0, **traffic: Any) -> Order:
    table = Traffic.model_validate({"release": "r", **traffic})
    return Order(servers=SERVERS, traffic=table, budget=BUDGET, needed=needed)


CANARY: dict[str, Any] = {"stage": "half", "stable": ("a1",), "candidate": ("b1",), "share": 0.5}


@pytest.fixture
def watch() -> Watch:
    return Watch(fresh(order(release="before", stable=("a1", "a2"))))


def test_a_bad_version_is_sent_back_at_the_answer_that_breaks_the_budget(watch: Watch) -> None:
    watch.follow(order(**CANARY))
    for _ in range(100):
        assert not watch.answered("a", failed=False, seconds=0.1)
    went = [watch.answered("b", failed=True, seconds=0.1) for _ in range(12)]
    assert went.index(True) == BUDGET.least - 1
    assert sum(went) == 1
    assert watch.traffic == Traffic(release="r", stage="back", stable=("a1",))
    assert watch.state.status == "back"
    assert watch.state.reason.startswith("errors")
    assert watch.state.old == "a"


def test_slow_answers_and_losses_and_differences_count_too(watch: Watch) -> None:
    watch.valued("a", [139.0, 0.0, -45.0] * 30)
    for record in (
        lambda: watch.answered("b", failed=False, seconds=1.1),
        lambda: watch.compared("b", differ=True),
        lambda: watch.valued("b", [-45.0] * 10),
    ):
        # Another name and an order with a new version: the old one's evidence stays.
        watch.follow(order(**CANARY, release=str(record)))
        assert any(record() for _ in range(30))


def test_the_old_version_may_fail(watch: Watch) -> None:
    watch.follow(order(**CANARY))
    assert not any(watch.answered("a", failed=True, seconds=9) for _ in range(50))
    assert watch.state.status == "running"


def test_a_stage_waits_for_answers_since_it_began(watch: Watch) -> None:
    watch.follow(order(needed=5, **CANARY))
    for number in range(5):
        assert watch.verdict().action == "wait", number
        watch.answered("b", failed=False, seconds=0.1)
    assert watch.verdict().action == "go on"
    watch.follow(order(needed=5, **{**CANARY, "stage": "all", "share": 1.0}))
    assert watch.verdict().action == "wait"
    assert watch.state.evidence["b"].answers == 5  # and what was seen stays


def test_what_was_sent_back_stays_back_for_this_release(watch: Watch) -> None:
    watch.follow(order(**CANARY))
    assert watch.go_back("somebody called")
    assert not watch.go_back("again")
    for more in (CANARY, {"stable": ("b1",)}):
        with pytest.raises(OrderError, match="sent back"):
            watch.follow(order(**more))
    watch.follow(order(stage="back", stable=("a1", "a2")))  # the old version may be strengthened
    assert watch.state.status == "back"
    assert watch.state.reason == "somebody called"
    watch.follow(order(**CANARY, release="the next try"))
    assert watch.state.status == "running"
    assert watch.state.reason == ""


def test_a_new_name_begins_a_new_count(watch: Watch) -> None:
    watch.follow(order(**CANARY))
    for version in "ab":
        watch.answered(version, failed=False, seconds=0.1)
    watch.follow(order(**CANARY, release="other"))
    assert {name: one.answers for name, one in watch.state.evidence.items()} == {"a": 1, "b": 0}
    watch.follow(order(release="calm", stable=("a1",)))
    assert watch.state.evidence == {}
    assert watch.state.status == "steady"


def test_where_nothing_of_the_old_version_is_left_it_is_known_that_it_must_go(watch: Watch) -> None:
    watch.follow(order(stage="exchanged", candidate=("b1",), share=1.0))
    assert watch.state.old == "a"
    assert any(watch.answered("b", failed=True, seconds=0) for _ in range(10))
    assert watch.state.status == "back"
    assert watch.traffic.candidate == ("b1",)


def test_the_state_survives_as_json(watch: Watch) -> None:
    watch.follow(order(**CANARY))
    watch.valued("b", [1.5])
    again = Watch(State.model_validate_json(watch.state.model_dump_json()))
    assert again.state == watch.state
    assert again.state.evidence["b"] == Evidence(valued=1, dollars=1.5, squares=2.25)


@pytest.mark.parametrize(
    ("traffic", "words"),
    [
        ({"stable": ("z9",)}, "no server is called z9"),
        ({"stable": ("a1",), "standby": ("a1",)}, "one part"),
        ({"stable": ("a1", "b1")}, "2 versions"),
        ({"stable": ("a1",), "candidate": ("a2",), "share": 0.5}, "is the old one"),
        ({}, "nobody"),
        ({"candidate": ("b1",), "shadow": True}, "nobody"),
    ],
)
def test_an_order_that_cannot_be_followed_changes_nothing(
    watch: Watch, traffic: dict[str, Any], words: str
) -> None:
    before = watch.state
    with pytest.raises(OrderError, match=words):
        watch.follow(order(**traffic))
    assert watch.state == before
