"""Cases to decide on: the same from the same seed, and their truth is what their data show."""

import numpy as np
import pandas as pd
import pytest

from coursekit.exercises import outages

RNG = np.random.default_rng


@pytest.mark.parametrize("draw", [outages.companies, outages.offices, outages.twins])
def test_the_same_seed_gives_the_same_cases(draw: object) -> None:
    one, same, other = (draw(RNG(seed), 2) for seed in (1, 1, 2))  # type: ignore[operator]
    assert [case["true"] for case in one] == [case["true"] for case in same]
    assert [case["true"] for case in one] != [case["true"] for case in other]
    for left, right in zip(one, same, strict=True):
        frames = [key for key, value in left.items() if isinstance(value, pd.DataFrame)]
        assert len(frames) == 1
        pd.testing.assert_frame_equal(left[frames[0]], right[frames[0]])


def test_contacting_brings_what_a_long_history_shows() -> None:
    (one,) = outages.companies(RNG(3), 1, rows=(400_000, 400_001))
    history, terms = one["history"], one["terms"]
    rates = history.groupby(["reason", "contract", "contacted"])["left"].mean().unstack()
    share = history.groupby(["reason", "contract"]).size() / len(history)
    shown = (rates[False] - rates[True]) * terms["worth"] - terms["contact"]
    for reason, row in one["true"].items():
        for contract, dollars in row.items():
            group = (reason, contract)
            assert dollars == pytest.approx(
                terms["customers"] * share[group] * shown[group], abs=1500
            )


def test_a_rule_brings_the_groups_that_it_contacts() -> None:
    (one,) = outages.companies(RNG(4), 1)
    true = one["true"]
    best = {reason: {c: dollars > 0 for c, dollars in row.items()} for reason, row in true.items()}
    assert outages.rule_brings(one, best) == pytest.approx(outages.best_rule_brings(one))
    worst = {reason: {c: not yes for c, yes in row.items()} for reason, row in best.items()}
    assert outages.rule_brings(one, worst) <= 0 <= outages.rule_brings(one, best)


def test_contacting_brings_nothing_where_it_keeps_nobody() -> None:
    for one in outages.companies(RNG(5), 5, works=False):
        assert max(dollars for row in one["true"].values() for dollars in row.values()) <= 0


@pytest.mark.parametrize("budget", [0.1, 0.8, 2.5])
def test_a_budget_brings_what_look_ups_show(budget: float) -> None:
    (one,) = outages.offices(RNG(6), 1, rows=(400_000, 400_001))
    calls, terms = one["calls"], one["terms"]
    free = calls[calls["budget"] == outages.LONGEST]
    shown = terms["gain"] * (free["waited"] < budget).mean()
    shown -= terms["per_second"] * np.minimum(free["waited"], budget).mean()
    assert outages.budget_brings(one, budget) == pytest.approx(shown, abs=0.05)
    assert outages.budget_brings(one, budget) <= outages.best_budget_brings(one) + 1e-9


def test_nobody_waits_longer_than_was_allowed() -> None:
    (one,) = outages.offices(RNG(7), 1)
    calls = one["calls"]
    assert (calls["waited"] <= calls["budget"]).all()
    cut = calls[~calls["answered"]]
    assert len(cut)
    assert (cut["waited"] == cut["budget"]).all()
    assert outages.budget_brings(one, 0.0) == 0


def test_a_twin_costs_what_a_large_sample_shows() -> None:
    (one,) = outages.twins(RNG(8), 1, rows=(400_000, 400_001), broken=1.0)
    sample, terms = one["sample"], one["terms"]
    called = sample[["full", "small"]] >= terms["contact"] / terms["worth"]
    stake = (sample["full"] * terms["worth"] - terms["contact"]).abs()
    lost = (stake * (called["full"] != called["small"])).mean() * terms["customers"]
    assert one["true"] == pytest.approx(terms["saves"] - lost, rel=0.2)
    assert sample["left"].mean() == pytest.approx(sample["full"].mean(), abs=0.01)
