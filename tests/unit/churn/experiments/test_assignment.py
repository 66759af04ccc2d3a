"""Who gets what: sticky, in the planned shares, and independent from experiment to experiment."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from churn.experiments.assignment import assign, position
from churn.experiments.sample_ratio import check

IDS = [f"{number:04d}-ABCDE" for number in range(4000)]
HALVES = {"new": 0.5, "today": 0.5}


def test_a_customer_keeps_the_arm_in_any_order_and_company() -> None:
    arms = dict(zip(IDS, assign(IDS, "offer", HALVES), strict=True))
    backwards = dict(zip(IDS[::-1], assign(IDS[::-1], "offer", HALVES), strict=True))
    assert arms == backwards
    assert assign(IDS[7:8], "offer", HALVES)[0] == arms[IDS[7]]


def test_positions_are_the_same_on_every_machine() -> None:
    # printf '5:offer:0001-ABCDE' | b2sum -l 64, and the same for the other
    assert position(["0001-ABCDE", "Zürich"], "offer") == pytest.approx(
        [0x9E0DD8CC78E46137 / 2**64, 0x5170D043323B6B8C / 2**64], abs=1e-15
    )
    assert position(["c"], "ab")[0] != position(["bc"], "a")[0]
    assert position([], "offer").shape == (0,)


def test_shares_are_kept() -> None:
    shares = {"a": 0.1, "b": 0.3, "c": 0.6}
    assert check(assign(IDS, "three", shares), shares).p_value > 0.001
    assert set(assign(IDS, "one", {"a": 0.0, "b": 1.0})) == {"b"}


def test_own_salts_make_experiments_independent_and_one_salt_does_not() -> None:
    def table(first: str, second: str) -> float:
        one, other = (assign(IDS, name, HALVES) == "new" for name in (first, second))
        counts = [[(one & other).sum(), (one & ~other).sum()], [(~one & other).sum(), (~one & ~other).sum()]]  # fmt: skip
        return float(chi2_contingency(np.array(counts) + 1).pvalue)

    assert table("offer", "letter") > 0.001
    assert table("offer", "offer") < 1e-100


def test_the_first_arm_keeps_its_customers_when_it_grows() -> None:
    small = assign(IDS, "offer", {"new": 0.05, "today": 0.95}) == "new"
    large = assign(IDS, "offer", {"new": 0.2, "today": 0.8}) == "new"
    assert small.sum() < large.sum()
    assert large[small].all()


@pytest.mark.parametrize("shares", [{"a": 0.5, "b": 0.4}, {"a": 1.5, "b": -0.5}])
def test_shares_that_are_none_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        assign(IDS, "offer", shares)
