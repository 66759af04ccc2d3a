import numpy as np
import pytest

from churn.training.continuous import average_accuracy, backward_transfer, forgetting

R = [[0.8, 0.5, 0.5], [0.9, 0.7, 0.4], [0.6, 0.75, 0.9]]


def test_the_three_figures_by_hand() -> None:
    assert average_accuracy(R) == pytest.approx((0.6 + 0.75 + 0.9) / 3)
    assert backward_transfer(R) == pytest.approx((0.6 - 0.8 + 0.75 - 0.7) / 2)
    # The first domain was best after the second step; the second one has gained since.
    assert forgetting(R) == pytest.approx((0.9 - 0.6 + 0.7 - 0.75) / 2)


def test_what_has_not_been_learned_yet_is_no_forgetting() -> None:
    seen_before = np.array([[0.8, 0.95], [0.8, 0.7]])
    assert forgetting(seen_before) == 0
    assert backward_transfer(seen_before) == 0


@pytest.mark.parametrize("wrong", [[[1.0]], [1.0, 2.0], [[1.0, 2.0]], [[0.5, np.nan], [0.5, 0.5]]])
def test_a_table_that_is_none(wrong: list[float]) -> None:
    for measure in (average_accuracy, backward_transfer, forgetting):
        with pytest.raises(ValueError, match=r"square|missing"):
            measure(wrong)
