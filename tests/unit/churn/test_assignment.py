"""Where a customer stands: evenly spread, and the same in every process."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from churn.assignment import position
from coursekit.environment import known


@given(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3))
def test_two_different_pairs_stand_in_different_places(a: str, b: str, c: str, d: str) -> None:
    assert (position(a, b) == position(c, d)) == ((a, b) == (c, d))


def test_it_is_the_same_in_another_process_with_another_hash_seed() -> None:
    code = "from churn.assignment import position; print(position('7590-VHVEG', '2026-03'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env=known.environment({"PYTHONHASHSEED": seed}),
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {str(position("7590-VHVEG", "2026-03"))}


def test_customers_are_spread_evenly() -> None:
    names = [f"{number:04d}-ABCDE" for number in range(8000)]
    one = [position(name, "one") for name in names]
    for tenth in range(10):
        inside = sum(tenth / 10 <= place < (tenth + 1) / 10 for place in one)
        assert abs(inside - 800) < 5 * (8000 * 0.09) ** 0.5
