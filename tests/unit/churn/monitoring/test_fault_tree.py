"""Cut sets and probabilities against what counting all states says."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from churn.monitoring.fault_tree import (
    Basic,
    Event,
    FaultTreeError,
    Gate,
    basics,
    happens,
    importance,
    minimal_cut_sets,
    probability,
    upper_bound,
)

A, B, C, D = (Basic(name) for name in "ABCD")


def by_counting(top: Event, chances: dict[str, float]) -> float:
    names = basics(top)
    total = 0.0
    for state in itertools.product([False, True], repeat=len(names)):
        if happens(top, {name for name, failed in zip(names, state, strict=True) if failed}):
            total += math.prod(
                chances[name] if failed else 1 - chances[name]
                for name, failed in zip(names, state, strict=True)
            )
    return total


def random_tree(rng: np.random.Generator, depth: int) -> Event:
    if depth == 0 or rng.random() < 0.2:
        return Basic("ABCDEF"[rng.integers(6)])
    inputs = tuple(random_tree(rng, depth - 1) for _ in range(rng.integers(1, 4)))
    return Gate("g", "or" if rng.random() < 0.5 else "and", inputs)


def test_what_is_part_of_a_smaller_cut_set_is_left_out() -> None:
    tree = Gate("top", "or", (A, Gate("both", "and", (A, B)), Gate("other", "and", (C, D, C))))
    assert minimal_cut_sets(tree) == [{"A"}, {"C", "D"}]
    assert basics(tree) == ["A", "B", "C", "D"]


@pytest.mark.parametrize("seed", range(30))
def test_any_tree_agrees_with_counting_all_its_states(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 3)
    chances = {name: float(rng.random()) for name in "ABCDEF"}
    exact = by_counting(tree, chances)
    assert probability(tree, chances) == pytest.approx(exact)
    assert upper_bound(tree, chances) >= exact - 1e-12
    for cut in minimal_cut_sets(tree):
        assert happens(tree, cut)
        assert not any(happens(tree, cut - {name}) for name in cut)


def test_the_bound_is_close_where_chances_are_small_and_not_where_they_are_large() -> None:
    tree = Gate("top", "or", (A, B))
    assert upper_bound(tree, {"A": 1e-3, "B": 1e-3}) == pytest.approx(2e-3)
    assert probability(tree, {"A": 1e-3, "B": 1e-3}) == pytest.approx(2e-3 - 1e-6)
    assert upper_bound(tree, {"A": 0.9, "B": 0.9}) == pytest.approx(1.8)
    assert probability(tree, {"A": 0.9, "B": 0.9}) == pytest.approx(0.99)


def test_a_shared_cause_undoes_a_second_copy() -> None:
    alone = Gate("down", "and", (A, B))
    shared = Gate("down", "or", (alone, C))
    chances = {"A": 0.01, "B": 0.01, "C": 0.001}
    assert probability(alone, chances) == pytest.approx(1e-4)
    assert probability(shared, chances) == pytest.approx(1e-4 + 1e-3 - 1e-7)
    found = importance(shared, chances)
    assert found.index[0] == "C"
    assert found.loc["C", "share"] == pytest.approx(1 - 1e-4 / probability(shared, chances))
    assert found.loc["A", "if certain"] == pytest.approx(0.01 + 0.001 - 1e-5)


def test_what_cannot_be_used_is_refused() -> None:
    tree = Gate("top", "or", (A, B))
    with pytest.raises(FaultTreeError, match="has no inputs"):
        Gate("empty", "or", ())
    for chances in ({"A": 0.1}, {"A": 0.1, "B": 1.1}, {"A": 0.1, "B": float("nan")}):
        with pytest.raises(FaultTreeError, match="the chance of 'B'"):
            probability(tree, chances)
    with pytest.raises(FaultTreeError, match="impossible"):
        importance(tree, {"A": 0, "B": 0})
