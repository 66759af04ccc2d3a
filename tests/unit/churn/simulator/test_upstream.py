"""The columns of other teams: noisy, biased or missing as documented, and tied to the truth."""

import numpy as np
import pytest

from churn.simulator import codes, population
from churn.simulator.scenario import Scenario
from churn.simulator.upstream import QUALITY_ERROR, SCORE_BIAS, STAY_MISSING, upstream_columns

SMALL = Scenario(name="small", seed=7, customers=4000, months=2)


@pytest.fixture(scope="module")
def state() -> codes.Codes:
    return population.initial(SMALL)


@pytest.fixture(scope="module")
def columns(state: codes.Codes) -> codes.Codes:
    return upstream_columns(state, SMALL, 0, population.profile_log_odds(state))


def test_the_estimate_of_quality_has_an_error_that_is_new_every_month(
    state: codes.Codes, columns: codes.Codes
) -> None:
    later = upstream_columns(state, SMALL, 1, population.profile_log_odds(state))
    errors = [month["network_quality"] - state["quality"] for month in (columns, later)]
    for error in errors:
        assert abs(error.mean()) < 0.5
        assert error.std() == pytest.approx(QUALITY_ERROR, rel=0.05)
    assert abs(np.corrcoef(errors[0], errors[1])[0, 1]) < 0.05


def test_the_score_follows_the_profile_and_is_too_high(
    state: codes.Codes, columns: codes.Codes
) -> None:
    log_odds = population.profile_log_odds(state) / codes.MILLI
    chance = 1 / (1 + np.exp(-log_odds))
    score = columns["propensity_score"]
    assert SCORE_BIAS <= score.min() < score.max() <= SCORE_BIAS + 0.8
    assert np.corrcoef(score, chance)[0, 1] > 0.9
    rare = chance < 0.05
    assert (score[rare] - chance[rare]).mean() > 0.9 * SCORE_BIAS


def test_the_expected_stay_is_often_missing_and_covers_the_contract(
    state: codes.Codes, columns: codes.Codes
) -> None:
    stay = columns["expected_stay_months"]
    assert np.isnan(stay).mean() == pytest.approx(STAY_MISSING, abs=0.03)
    known = ~np.isnan(stay)
    assert (stay[known] >= state["term_left"][known] + 3).all()


def test_without_a_campaign_nobody_is_contacted(columns: codes.Codes) -> None:
    assert not columns["contacted"].any()
