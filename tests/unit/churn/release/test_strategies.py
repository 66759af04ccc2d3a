"""What each strategy does, stage by stage: who serves, and that somebody always does."""

from __future__ import annotations

import itertools

import pytest

from churn.release import STRATEGIES, Stage, plan

OLD, NEW = ("a1", "a2", "a3"), ("b1", "b2", "b3")


def of(strategy: str, **more: object) -> tuple[Stage, ...]:
    return plan(strategy, "r", OLD, NEW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_in_the_end_the_new_version_serves_and_the_old_one_is_stopped_once(strategy: str) -> None:
    stages = of(strategy)
    assert (stages[-1].traffic.stage, stages[-1].traffic.stable) == ("done", NEW)
    assert sorted(name for stage in stages for name in stage.stop) == list(OLD)
    assert sorted(name for stage in stages for name in stage.start) == list(NEW)
    assert len({stage.traffic.stage for stage in stages}) == len(stages)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_only_what_runs_is_asked_and_only_recreate_stops_what_serves(strategy: str) -> None:
    running, serving, gaps = set(OLD), set(OLD), 0
    *stages, last = of(strategy)
    for stage in stages:
        gaps += bool(serving & set(stage.stop))
        running -= set(stage.stop)
        running |= set(stage.start)
        assert set(stage.traffic.servers) <= running
        traffic = stage.traffic
        serving = {*traffic.stable, *(() if traffic.shadow else traffic.candidate)}
        assert serving
    assert set(last.traffic.servers) == running - set(last.stop)
    assert gaps == (strategy == "recreate")


def test_rolling_exchanges_one_after_the_other() -> None:
    assert [(s.traffic.stable, s.traffic.candidate, s.traffic.standby, s.stop) for s in of("rolling")] == [
        (("a2", "a3"), ("b1",), ("a1",), ()),
        (("a3",), ("b1", "b2"), ("a2",), ("a1",)),
        ((), NEW, ("a3",), ("a2",)),
        (NEW, (), (), ("a3",)),
    ]  # fmt: skip


def test_a_canary_grows_and_keeps_the_old_version_until_it_is_done() -> None:
    stages = of("canary", shares=[0.01, 0.2])
    assert [stage.traffic.share for stage in stages] == [0.01, 0.2, 1, 0]
    assert all(stage.traffic.stable == OLD for stage in stages[:-1])
    assert all(a.traffic.share < b.traffic.share for a, b in itertools.pairwise(stages[:-1]))


def test_a_shadow_comes_before_the_switch() -> None:
    assert [s.traffic.shadow for s in of("shadow")] == [True, False, False]


@pytest.mark.parametrize(
    ("strategy", "old", "new", "shares", "words"),
    [
        ("big bang", OLD, NEW, [0.1], "none of"),
        ("canary", OLD, NEW, [0.3, 0.1], "grow"),
        ("canary", OLD, NEW, [0.0], "grow"),
        ("canary", OLD, NEW, [1.0], "grow"),
        ("canary", (), NEW, [0.1], "servers of its own"),
        ("canary", OLD, ("a1",), [0.1], "servers of its own"),
        ("rolling", OLD, ("b1",), [0.1], "as many"),
    ],
)
def test_what_makes_no_sense_is_refused(
    strategy: str, old: tuple[str, ...], new: tuple[str, ...], shares: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        plan(strategy, "r", old, new, shares=shares)
