"""The Qini curve on a log that can be counted by hand, and its area by ranking."""

import numpy as np
import pandas as pd
import pytest

from churn.experiments.qini import qini_coefficient, qini_curve


def test_by_hand() -> None:
    # Ranked: two persuadables, two who stay anyway; in each pair one is contacted.
    curve = qini_curve([4, 3, 2, 1], contacted=[1, 0, 1, 0], stayed=[1, 0, 1, 1], points=4)
    assert curve["share"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    # After two: 1 of 1 contacted stayed, 0 of 1 others; half the customers, 500 per 1,000.
    # At the end: 2 of 2 against 1 of 2.
    assert curve["kept"].tolist() == pytest.approx([0, 0, 500, 750, 500])
    assert qini_coefficient(curve) == pytest.approx(
        (0 + 0) / 8 + (0 + 500) / 8 + (500 + 750) / 8 + (750 + 500) / 8 - 250
    )


@pytest.fixture(scope="module")
def log() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    n = 40_000
    x = rng.random(n)
    who = rng.random(n) < 0.3  # not one half: rates count, not sums
    stayed = rng.random(n) < 0.6 + np.where(x > 0.5, 0.3, -0.1) * who
    return {"x": x, "who": who.astype(int), "stayed": stayed.astype(int), "luck": rng.random(n)}


def test_a_good_ranking_has_area_a_random_one_none_a_reversed_one_less(
    log: dict[str, np.ndarray],
) -> None:
    curves = [
        qini_curve(ranking, log["who"], log["stayed"])
        for ranking in (log["x"], log["luck"], -log["x"])
    ]
    good, random, bad = (qini_coefficient(curve) for curve in curves)
    assert good > 40
    assert abs(random) < 8
    assert bad == pytest.approx(-good, abs=8)
    # All end at the same point: everybody is contacted, 0.1 more stay.
    assert {round(curve["kept"].iloc[-1], 6) for curve in curves} == {
        round(float(curves[0]["kept"].iloc[-1]), 6)
    }
    assert curves[0]["kept"].iloc[-1] == pytest.approx(100, abs=15)
    assert curves[0].set_index("share")["kept"].idxmax() == pytest.approx(0.5, abs=0.1)


def test_an_arm_that_is_empty_at_first_keeps_nobody() -> None:
    curve = qini_curve([3, 2, 1], contacted=[1, 1, 0], stayed=[1, 1, 0], points=3)
    assert curve["kept"].tolist() == pytest.approx([0, 0, 0, 1000])
    assert isinstance(curve, pd.DataFrame)


@pytest.mark.parametrize(
    ("contacted", "words"), [([1, 0], "three flat arrays"), ([1, 1, 1], "with a contact")]
)
def test_what_is_no_log_is_refused(contacted: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        qini_curve([1, 2, 3], contacted, [0, 1, 1])
