import numpy as np
import pandas as pd
import pytest

from churn import metrics
from churn.metrics import Campaign

#: Four customers, worked out by hand below.
Y = [1, 0, 1, 0]
P = [0.9, 0.8, 0.4, 0.1]
CAMPAIGN = Campaign(contact_cost=10, offer_cost=20, saved_value=120, success_rate=0.5)


def test_evaluate_agrees_with_hand_calculation() -> None:
    found = metrics.evaluate(Y, P)
    # Of the four (leaver, stayer) pairs, three are in the right order.
    assert found["roc_auc"] == 0.75
    # Precision at the two leavers: 1/1 and 2/3.
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"] == pytest.approx((0.01 + 0.64 + 0.36 + 0.01) / 4)
    assert found["log_loss"] == pytest.approx(-np.mean(np.log([0.9, 0.2, 0.4, 0.9])))


def test_one_contact_is_worth_what_the_campaign_says() -> None:
    assert CAMPAIGN.value_of_leaver == 0.5 * (120 - 20) - 10
    assert CAMPAIGN.value_of_stayer == -30
    # At the break-even probability a contact is worth nothing.
    p = CAMPAIGN.break_even
    assert p * CAMPAIGN.value_of_leaver + (1 - p) * CAMPAIGN.value_of_stayer == pytest.approx(0)


@pytest.mark.parametrize(
    ("threshold", "dollars"), [(0.95, 0), (0.9, 40), (0.8, 10), (0.4, 50), (0.05, 20)]
)
def test_campaign_value_counts_everyone_at_or_above_the_threshold(
    threshold: float, dollars: float
) -> None:
    assert metrics.campaign_value(Y, P, threshold, CAMPAIGN) == dollars


def test_value_curve_is_campaign_value_at_each_threshold() -> None:
    curve = metrics.value_curve(Y, P, CAMPAIGN)
    assert curve["contacted"].tolist() == [0, 1, 2, 3, 4]
    for threshold, value in zip(curve["threshold"], curve["value"], strict=True):
        assert value == metrics.campaign_value(Y, P, threshold, CAMPAIGN)


def test_tied_scores_are_contacted_together() -> None:
    curve = metrics.value_curve([1, 0, 1], [0.5, 0.5, 0.2], CAMPAIGN)
    assert curve["contacted"].tolist() == [0, 2, 3]


def test_best_threshold_finds_the_maximum_and_prefers_fewer_contacts() -> None:
    assert metrics.best_threshold(Y, P, CAMPAIGN) == (0.4, 50.0)
    worthless = Campaign(contact_cost=10, offer_cost=0, saved_value=0, success_rate=0.5)
    assert metrics.best_threshold(Y, P, worthless) == (1.01, 0.0)
    assert worthless.break_even == 1.0


def test_calibration_of_honest_and_of_boastful_scores() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p).astype(int)
    honest, boastful = metrics.calibration_error(y, p), metrics.calibration_error(y, p**0.25)
    assert honest < 0.02
    assert boastful > 0.2
    table = metrics.calibration_table(y, p, bins=4)
    assert table["customers"].sum() == 20_000
    assert table["predicted"].is_monotonic_increasing


def test_scores_of_0_and_1_are_two_groups_and_far_from_calibrated() -> None:
    """Right on average: nine of a hundred leave, as many are said to, and they are others."""
    y = np.repeat([0, 1, 0, 1], [85, 6, 6, 3])
    p = np.repeat([0.0, 0.0, 1.0, 1.0], [85, 6, 6, 3])
    table = metrics.calibration_table(y, p)
    assert table.to_dict("list") == {
        "customers": [91, 9],
        "predicted": [0, 1],
        "observed": [pytest.approx(6 / 91), pytest.approx(3 / 9)],
    }
    assert metrics.calibration_error(y, p) == pytest.approx(0.12)


def test_groups_are_those_of_qcut_where_scores_differ() -> None:
    p = np.random.default_rng(0).random(1003)
    table = metrics.calibration_table(p > 0.5, p)
    assert (
        table["customers"].tolist() == pd.Series(pd.qcut(p, 10)).value_counts(sort=False).tolist()
    )


def test_calibration_table_of_a_constant_score_is_one_group() -> None:
    table = metrics.calibration_table([0, 1, 1, 0], [0.5] * 4)
    assert table.to_dict("records") == [{"customers": 4, "predicted": 0.5, "observed": 0.5}]


@pytest.mark.parametrize(
    ("y", "p", "sentence"),
    [
        ([0, 1], [0.5], "one length"),
        ([], [], "no customer"),
        ([0, 2], [0.5, 0.5], "labels must be"),
        ([0, 1], [0.5, 1.5], "between 0 and 1"),
        ([0, 1], [0.5, np.nan], "between 0 and 1"),
    ],
)
def test_bad_input_gets_one_sentence(y: list[int], p: list[float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        metrics.campaign_value(y, p, 0.5, CAMPAIGN)


def test_one_class_has_no_auc() -> None:
    with pytest.raises(ValueError, match="both classes"):
        metrics.evaluate([0, 0], [0.1, 0.2])


@pytest.mark.parametrize("wrong", [{"contact_cost": -1}, {"success_rate": 1.2}])
def test_impossible_campaigns_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"negative|between 0 and 1"):
        Campaign(**wrong)
