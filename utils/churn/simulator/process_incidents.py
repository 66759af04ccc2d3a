"""The incidents that change what happens: prices, competitors, campaigns, the whole market.

:mod:`churn.simulator.population` asks these functions at the places where such incidents act.
Without an incident of theirs they change nothing and draw nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from churn.schema import ADD_ONS
from churn.simulator.codes import ELECTRONIC_CHECK, FIBRE, MILLI, MONTH_TO_MONTH, NO, YES, Codes
from churn.simulator.incidents import Incident
from churn.simulator.random_streams import uniforms
from churn.simulator.scenario import Scenario


def _acting(scenario: Scenario, month: int, *kinds: str) -> Iterator[Incident]:
    for incident in scenario.incidents:
        if incident.kind in kinds and incident.acts_on(scenario.month_start(month)):
            yield incident


def campaign(scenario: Scenario, month: int, numbers: NDArray[np.int64], codes: Codes) -> None:
    """``marketing_shift``: a share of the month's newcomers take the campaign's product.

    That is fibre with a phone line, month-to-month, paid by electronic check.
    """
    for incident in _acting(scenario, month, "marketing_shift"):
        hit = uniforms(scenario.seed, "campaign", month, numbers)[:, 0] < incident.size
        for column, code in (
            ("InternetService", FIBRE),
            ("PhoneService", YES),
            ("Contract", MONTH_TO_MONTH),
            ("PaymentMethod", ELECTRONIC_CHECK),
        ):
            codes[column] = np.where(hit, code, codes[column]).astype(np.int8)
        for column in ("MultipleLines", *ADD_ONS):
            absent = hit & ~np.isin(codes[column], (NO, YES))
            codes[column] = np.where(absent, NO, codes[column]).astype(np.int8)


def price_dates(scenario: Scenario) -> list[dt.date]:
    """The days on which ``price_rise`` changes bills."""
    return [incident.date for incident in scenario.incidents if incident.kind == "price_rise"]


def raised_prices(scenario: Scenario, month: int, steps: NDArray[np.int32]) -> NDArray[np.int32]:
    """``price_rise``: every bill by the same factor, rounded to five cents."""
    for incident in _acting(scenario, month, "price_rise"):
        steps = np.rint(steps * (1 + incident.size)).astype(np.int32)
    return steps


def log_odds_shift(scenario: Scenario, month: int, state: Codes) -> NDArray[np.int32]:
    """What incidents add to each customer's log odds of leaving in ``month``, in thousandths.

    Contacts apart: see :mod:`churn.simulator.responses`.
    """
    shift = np.zeros(len(state["number"]), dtype=np.int32)
    for incident in _acting(scenario, month, "threshold_no_longer_right"):
        shift += round(incident.size * MILLI)
    for incident in _acting(scenario, month, "competitor_enters"):
        open_to_it = (state["InternetService"] == FIBRE) & (state["Contract"] == MONTH_TO_MONTH)
        shift += open_to_it * np.int32(round(incident.size * MILLI))
    return shift


def contacts(scenario: Scenario, month: int, score: NDArray[np.float64]) -> NDArray[np.int8]:
    """``feedback_loop``: 1 for the customers with the highest scores, who get a retention offer.

    Customers are contacted at the end of ``month``, when its snapshot is taken. Ties are broken
    by the order of the rows.
    """
    chosen = np.zeros(len(score), dtype=np.int8)
    for incident in _acting(scenario, month, "feedback_loop"):
        count = round(incident.size * len(score))
        chosen[np.argsort(-score, kind="stable")[:count]] = 1
    return chosen
