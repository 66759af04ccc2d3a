import numpy as np
import pytest

from churn.cost_curves import Affine, PowerLaw, check, fit_affine, fit_power

SIZES = np.array([1, 10, 100, 1000])


def test_each_form_finds_itself() -> None:
    affine = fit_affine(SIZES, 7 + 0.02 * SIZES)
    assert (affine.start, affine.each) == pytest.approx((7, 0.02))
    power = fit_power(SIZES, 3 * SIZES**0.8)
    assert (power.factor, power.exponent) == pytest.approx((3, 0.8))
    assert Affine(1, 2).at(3) == 7
    assert PowerLaw(2, 3).at(2) == 16


def test_a_price_that_falls_is_no_start_below_zero() -> None:
    assert fit_affine([1, 2, 3], [1, 4, 9]).start >= 0
    assert fit_affine([1, 2, 3], [3, 2, 1]).each == 0


def test_small_sizes_count_as_much_as_large_ones() -> None:
    # The largest is 30 % off; an unweighted line would give the start away to hit it.
    costs = 7 + 0.02 * SIZES
    costs[-1] *= 1.3
    assert fit_affine(SIZES, costs).start == pytest.approx(7, rel=0.05)


def test_a_check_has_not_seen_the_largest() -> None:
    costs = 7 + 0.02 * SIZES
    right = check(fit_affine, SIZES, costs)
    assert (right.size, right.reach) == (1000, 10)
    assert right.error == pytest.approx(0)
    twice = check(fit_affine, SIZES, [*costs[:-1], 2 * costs[-1]])
    assert twice.predicted == pytest.approx(right.predicted)
    assert twice.error == pytest.approx(-0.5)
    # A straight line on logarithmic axes does not know that there is a start.
    assert check(fit_power, SIZES, costs).error < -0.5


def test_repeated_sizes_are_one_size() -> None:
    found = check(fit_affine, [1, 1, 2, 4, 4], [1, 1, 2, 4, 4])
    assert (found.reach, found.measured) == (2, 4)
    assert found.error == pytest.approx(0)


@pytest.mark.parametrize(
    ("sizes", "costs", "words"),
    [
        ([1, 2], [1, 2, 3], "one length"),
        ([1, 2], [1, 0], "positive"),
        ([1, 2], [1, float("nan")], "positive"),
        ([2, 2], [1, 1], "two different"),
    ],
)
def test_what_is_refused(sizes: list[float], costs: list[float], words: str) -> None:
    for fit in (fit_affine, fit_power):
        with pytest.raises(ValueError, match=words):
            fit(sizes, costs)
    with pytest.raises(ValueError, match="two different"):
        check(fit_affine, [1, 2], [1, 2])
