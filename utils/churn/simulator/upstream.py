"""Columns of the snapshots that other teams compute: upstream models, estimates, legacy codes.

They are always there; an incident can change what is recorded in them. The churn team neither
owns nor controls any of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from churn.schema import MAX_TENURE
from churn.simulator import process_incidents as incidents
from churn.simulator.codes import MILLI, Codes
from churn.simulator.random_streams import normals, uniforms
from churn.simulator.scenario import Scenario

#: Standard deviation, in points, of the error of the network team's estimate.
QUALITY_ERROR = 10.0
#: The marketing team's score is ``SCORE_BIAS`` too high at every customer.
SCORE_BIAS, SCORE_SPAN, SCORE_NOISE = 0.12, 0.8, 0.5
#: Share of customer-months without an estimate of the sales team.
STAY_MISSING = 0.3


def upstream_columns(
    state: Codes, scenario: Scenario, month: int, log_odds: NDArray[np.int32]
) -> Codes:
    """The columns as they are recorded at the end of ``month``; ``log_odds`` by the profile.

    ``network_quality``: points, the true quality with an error that is new every month.
    ``propensity_score``: 0.12 to 0.92, a noisy function of the profile's log odds of churn.
    ``expected_stay_months``: months of the contract left and a guess, NaN for 30 % of rows.
    ``contacted``: 1 for customers who get a retention offer (``feedback_loop`` only).
    """
    seed, numbers = scenario.seed, state["number"]
    error = normals(seed, "quality error", month, numbers) * QUALITY_ERROR
    noisy = log_odds / MILLI + normals(seed, "score noise", month, numbers) * SCORE_NOISE
    score = np.round(SCORE_BIAS + SCORE_SPAN / (1 + np.exp(-noisy)), 3)
    draws = uniforms(seed, "stay", month, numbers, width=2)
    guess = 3 + np.minimum(state["tenure"], MAX_TENURE) // 6 + np.floor(draws[:, 0] * 7)
    stay = np.where(draws[:, 1] < STAY_MISSING, np.nan, state["term_left"] + guess)
    return {
        "network_quality": np.round(state["quality"] + error, 1),
        "propensity_score": score,
        "expected_stay_months": stay,
        "contacted": incidents.contacts(scenario, month, score),
    }
