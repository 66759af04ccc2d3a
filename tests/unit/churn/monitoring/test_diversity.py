"""The diversity score is the effective number of groups, and its months are counted as a person would."""

import numpy as np
import pandas as pd
import pytest

from churn.monitoring.diversity import by_month, diversity_score


@pytest.mark.parametrize(
    ("groups", "score"),
    [
        ("aaaa", 1.0),
        ("abcd", 4.0),
        ("abcd" * 7, 4.0),
        ("aabb", 2.0),
        ("", 0.0),
        (["a", None, "a", None], 2.0),  # a missing group is one
        ([("x", 1), ("x", 2)], 2.0),
    ],
)
def test_equal_groups_score_their_number(groups: object, score: float) -> None:
    assert diversity_score(groups) == pytest.approx(score)  # type: ignore[arg-type]


def test_uneven_groups_score_less() -> None:
    assert diversity_score("a" * 97 + "bcd") == pytest.approx(1.18, abs=0.01)
    share = np.array([0.5, 0.3, 0.2])
    by_hand = 2 ** -(share * np.log2(share)).sum()  # the base does not matter
    assert diversity_score("a" * 5 + "b" * 3 + "c" * 2) == pytest.approx(by_hand)


DECISIONS = pd.DataFrame(
    [(day, who, who in contacted, who < "c", 1) for day, contacted in enumerate(
        [{"a", "b"}, {"b", "c"}, set(), {"a", "d"}]) for who in "abcd"],
    columns=["as_of", "customerID", "contacted", "early", "one"],
)  # fmt: skip


def test_months_by_hand() -> None:
    found = by_month(DECISIONS, ["early", "one"], memory=2)
    assert found["contacts"].tolist() == [2, 2, 0, 2]
    assert found["diversity"].tolist() == pytest.approx([1, 2, 0, 2])
    assert found["diversity of all"].tolist() == pytest.approx([2] * 4)
    np.testing.assert_array_equal(
        found["again"], [0, 0.5, np.nan, 0]
    )  # the first month is forgotten
    assert by_month(DECISIONS, ["early"], memory=3)["again"].iloc[-1] == 0.5


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled = DECISIONS.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(by_month(shuffled, ["early"]), by_month(DECISIONS, ["early"]))


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lack the column\(s\) region"):
        by_month(DECISIONS, ["region"])
    with pytest.raises(ValueError, match="at least one month"):
        by_month(DECISIONS, ["early"], memory=0)
