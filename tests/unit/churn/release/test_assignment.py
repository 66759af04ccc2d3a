"""Who gets the new version: the same customers always, more of them as the share grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.release import in_canary, position

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


def test_each_release_has_other_customers() -> None:
    names = [f"{number:04d}-ABCDE" for number in range(8000)]
    in_one = {name for name in names if in_canary(name, "one", 0.1)}
    in_two = {name for name in names if in_canary(name, "two", 0.1)}
    assert abs(len(in_one & in_two) - 80) < 5 * 80**0.5  # a tenth of a tenth, and not the same ones


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        in_canary("a", "b", share)
