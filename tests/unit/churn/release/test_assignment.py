"""Who gets the new version: the same customers always, more of them as the share grows."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.release import in_canary, position
from coursekit.environment import known

SHARES = st.floats(0, 1)


@given(st.text(), st.text(min_size=1), SHARES, SHARES)
def test_whoever_was_in_stays_in(customer: str, release: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert in_canary(customer, release, small) <= in_canary(customer, release, large)


@given(st.text(), st.text())
def test_at_one_everybody_is_in_and_at_zero_nobody(customer: str, release: str) -> None:
    assert 0 <= position(customer, release) < 1
    assert in_canary(customer, release, 1)
    assert not in_canary(customer, release, 0)


@given(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3))
def test_two_different_pairs_stand_in_different_places(a: str, b: str, c: str, d: str) -> None:
    assert (position(a, b) == position(c, d)) == ((a, b) == (c, d))


def test_it_is_the_same_in_another_process_with_another_hash_seed() -> None:
    code = "from churn.release import position; print(position('7590-VHVEG', '2026-03'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env=known.environment({"PYTHONHASHSEED": seed}),
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {str(position("7590-VHVEG", "2026-03"))}


def test_customers_are_spread_evenly_and_anew_for_each_release() -> None:
    names = [f"{number:04d}-ABCDE" for number in range(8000)]
    one = [position(name, "one") for name in names]
    for tenth in range(10):
        inside = sum(tenth / 10 <= place < (tenth + 1) / 10 for place in one)
        assert abs(inside - 800) < 5 * (8000 * 0.09) ** 0.5
    in_one = {name for name in names if in_canary(name, "one", 0.1)}
    in_two = {name for name in names if in_canary(name, "two", 0.1)}
    assert abs(len(in_one & in_two) - 80) < 5 * 80**0.5  # a tenth of a tenth, and not the same ones


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        in_canary("a", "b", share)
