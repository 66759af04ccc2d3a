"""The customers of a telco and what a month does to them: who leaves, who joins, what they pay.

The state is a dict of arrays (``Codes``), one entry per active customer and key, sorted by
``number`` (customers are numbered in the order in which they joined). Beside the codes of
:mod:`churn.simulator.customers` it holds ``number``, ``region``, ``signup`` (month index, can be
negative), ``device``, ``deviation_steps`` (what the customer pays above list price),
``term_left`` (months of the contract), ``quality`` (true network quality in points),
``dissatisfaction`` and ``price_shock`` (thousandths of log odds), and ``tenure`` without upper
limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from churn.schema import ADD_ONS, MAX_TENURE
from churn.simulator import customers as cross_section
from churn.simulator import process_incidents as incidents
from churn.simulator import responses
from churn.simulator.codes import (
    BANK_TRANSFER,
    CREDIT_CARD,
    DSL,
    ELECTRONIC_CHECK,
    FIBER,
    MAILED_CHECK,
    MILLI,
    MONTH_TO_MONTH,
    NO,
    NO_INTERNET,
    ONE_YEAR,
    STEPS_PER_DOLLAR,
    TWO_YEAR,
    YES,
    Codes,
)
from churn.simulator.random_streams import normals, stream, uniforms
from churn.simulator.scenario import Scenario

REGIONS = ("Centre", "East", "North", "South", "West")
DEVICES = ("D1", "D2", "D3", "D4")

#: From the log odds of the cross-section, in which 26.5 % leave, to those of one month.
PROFILE_WEIGHT, MONTHLY_OFFSET = 0.8, -3100
#: Chance per month to leave for reasons that have nothing to do with the company.
MOVES_AWAY = 0.003
#: Dissatisfaction: standard deviation in log odds, and how much of it is left a month later.
DISSATISFACTION_SD, PERSISTENCE = 0.6, 0.6
#: True network quality, in points: mean by region, spread within a region.
QUALITY_BY_REGION = np.array([76.0, 68.0, 62.0, 70.0, 74.0])
QUALITY_SD = 8.0
#: Log odds of leaving per point of network quality.
QUALITY_EFFECT = -0.02
#: Log odds of leaving per relative rise of the bill (10 % more: 0.5), and what is left of the
#: annoyance a month later.
PRICE_SENSITIVITY, PRICE_MEMORY = 5.0, 0.8

#: Chance per month that a customer who can do so changes; with these and :func:`_switchers` the
#: mix of customers stays close to the cross-section's for years.
ADD_ON_ON, STREAMING_ON, ADD_ON_OFF = 0.013, 0.020, 0.003
SECOND_LINE, PAPERLESS, MARRIES = 0.012, 0.003, 0.004
TO_FIBER, TO_INTERNET = 0.006, 0.005
TO_AUTOMATIC_PAYMENT, TO_TERM = 0.009, 0.021
#: At the end of a term: the same again, the other term, else month-to-month.
RENEW_SAME, RENEW_OTHER = 0.75, 0.17

TERM_MONTHS = np.array([0, 12, 24], dtype=np.int16)
#: Share of each device code by kind of internet (rows: DSL, fiber, none).
_DEVICE_CUTS = np.cumsum([[55, 25, 15, 5], [10, 20, 30, 40], [70, 20, 5, 5]], axis=1) / 100


def initial(scenario: Scenario) -> Codes:
    """The customers of the first snapshot: those of a cross-section, with a bill at least."""
    rng = stream(scenario.seed, "initial")
    tenure = np.maximum(cross_section.draw_tenure(scenario.customers, rng), 1)
    codes = cross_section.draw_profile(scenario.customers, rng, tenure)
    codes["total_steps"] = cross_section.draw_total_steps(codes, rng)
    numbers = np.arange(scenario.customers, dtype=np.int64)
    return _settle(codes, scenario, 0, numbers)


def newcomers(scenario: Scenario, month: int) -> Codes:
    """The customers who join in ``month``, at the month's end: tenure 1, one bill."""
    numbers = np.arange(scenario.joined_by(month - 1), scenario.joined_by(month), dtype=np.int64)
    codes = _switchers(len(numbers), stream(scenario.seed, "newcomers", month))
    deviation = codes["monthly_steps"] - cross_section.list_price_steps(codes)
    incidents.campaign(scenario, month, numbers, codes)
    codes["tenure"] = np.ones(len(numbers), dtype=np.int16)
    codes["monthly_steps"] = cross_section.billed_steps(codes, deviation)
    codes["total_steps"] = codes["monthly_steps"]
    return _settle(codes, scenario, month, numbers)


def _switchers(n: int, rng: np.random.Generator) -> Codes:
    """Profiles of newcomers: of two who might join, the one likelier to leave again does.

    Who switches to the company switches away from it more readily, too. It also keeps the mix of
    customers steady: the company wins the kind of customer that it loses.
    """
    two = cross_section.draw_newcomers(2 * n, rng)
    log_odds = cross_section.churn_logit(two)
    riskier = np.where(log_odds[:n] >= log_odds[n:], 0, n) + np.arange(n)
    return {key: values[riskier] for key, values in two.items()}


def _settle(codes: Codes, scenario: Scenario, month: int, numbers: NDArray[np.int64]) -> Codes:
    """Add what the cross-section does not know: number, region, network, contract term, mood."""
    seed, n = scenario.seed, len(numbers)
    draws = uniforms(seed, "settle", month, numbers, width=3)
    codes["number"] = numbers
    codes["signup"] = (month + 1 - codes["tenure"]).astype(np.int32)
    codes["region"] = (draws[:, 0] * len(REGIONS)).astype(np.int8)
    cuts = _DEVICE_CUTS[codes["InternetService"]]
    codes["device"] = (draws[:, 1, None] >= cuts[:, :-1]).sum(axis=1).astype(np.int8)
    codes["term_left"] = np.ceil(TERM_MONTHS[codes["Contract"]] * draws[:, 2]).astype(np.int16)
    spread = normals(seed, "quality", month, numbers) * QUALITY_SD
    codes["quality"] = np.round(QUALITY_BY_REGION[codes["region"]] + spread, 1)
    mood = normals(seed, "first mood", month, numbers) * DISSATISFACTION_SD
    codes["dissatisfaction"] = np.rint(mood * MILLI).astype(np.int32)
    codes["price_shock"] = np.zeros(n, dtype=np.int32)
    codes["deviation_steps"] = codes["monthly_steps"] - cross_section.list_price_steps(codes)
    bill = price_steps(codes, scenario, month)
    # A newcomer's only bill so far is by the price list of the day.
    codes["total_steps"] += np.where(codes["tenure"] == 1, bill - codes["monthly_steps"], 0)
    codes["monthly_steps"] = bill
    return codes


def select(state: Codes, rows: NDArray[np.bool_]) -> Codes:
    """The state of some of the customers."""
    return {key: values[rows] for key, values in state.items()}


def append(state: Codes, other: Codes) -> Codes:
    """The state of both groups of customers, ``state`` first."""
    return {key: np.concatenate([values, other[key]]) for key, values in state.items()}


def price_steps(state: Codes, scenario: Scenario, month: int) -> NDArray[np.int32]:
    """Each customer's bill of ``month``, in multiples of five cents."""
    price = cross_section.list_price_steps(state) + state["deviation_steps"]
    for change in scenario.price_changes:
        if scenario.month_index(change.date) <= month:
            rise = round(change.amount * STEPS_PER_DOLLAR)
            price = price + cross_section.has(state, change.component) * rise
    return incidents.raised_prices(scenario, month, price)


def profile_log_odds(state: Codes) -> NDArray[np.int32]:
    """What the profile says about churn: log odds of the cross-section, in thousandths."""
    capped = {**state, "tenure": np.minimum(state["tenure"], MAX_TENURE)}
    return np.rint(cross_section.churn_logit(capped) * MILLI).astype(np.int32)


def update_price_shock(state: Codes, scenario: Scenario, month: int) -> None:
    """Let the annoyance about prices fade, and grow with what ``month`` adds to the same services."""
    shock = state["price_shock"] * PRICE_MEMORY
    dates = [c.date for c in scenario.price_changes] + incidents.price_dates(scenario)
    if any(scenario.month_index(date) == month for date in dates):
        before = price_steps(state, scenario, month - 1)
        rise = price_steps(state, scenario, month) / np.maximum(before, 1) - 1
        shock = shock + np.round(rise, 4) * PRICE_SENSITIVITY * MILLI
    state["price_shock"] = np.rint(shock).astype(np.int32)


def leave_probabilities(
    state: Codes, scenario: Scenario, month: int, profile: NDArray[np.int32]
) -> Codes:
    """Probabilities that each customer leaves in ``month``, rounded to six decimals.

    ``without_contact`` and ``with_contact``: if nobody, if everybody were contacted;
    ``usual``: without season, new price, incident and contact. ``profile`` is what
    :func:`profile_log_odds` says of ``state``.
    """
    season = scenario.seasonality * np.cos(2 * np.pi * (scenario.month_start(month).month - 1) / 12)
    quality = (state["quality"] - QUALITY_BY_REGION.mean()) * QUALITY_EFFECT
    usual = (
        np.rint(profile * PROFILE_WEIGHT + quality * MILLI).astype(np.int32)
        + MONTHLY_OFFSET
        + state["dissatisfaction"]
    )
    shift = incidents.log_odds_shift(scenario, month, state)
    alone = usual + round(season * MILLI) + state["price_shock"] + shift
    return {
        "without_contact": _leaves(alone),
        "with_contact": _leaves(alone + responses.contact_effect(state, scenario)),
        "usual": _leaves(usual),
    }


def _leaves(milli_log_odds: NDArray[np.int32]) -> NDArray[np.float64]:
    chosen = 1 / (1 + np.exp(-milli_log_odds / MILLI))
    return np.round(MOVES_AWAY + (1 - MOVES_AWAY) * chosen, 6)


def change_services(state: Codes, scenario: Scenario, month: int) -> None:
    """Let customers change their services, contract and payment at the turn of the month."""
    draws = uniforms(scenario.seed, "services", month, state["number"], width=14).T
    _change_internet(state, draws[0])
    for add_on, draw in zip(ADD_ONS, draws[1:7], strict=True):
        now = state[add_on]
        chance = STREAMING_ON if add_on.startswith("Streaming") else ADD_ON_ON
        on, off = (now == NO) & (draw < chance), (now == YES) & (draw < ADD_ON_OFF)
        state[add_on] = np.where(on, YES, np.where(off, NO, now)).astype(np.int8)
    second_line = (state["MultipleLines"] == NO) & (draws[7] < SECOND_LINE)
    state["MultipleLines"] = np.where(second_line, YES, state["MultipleLines"]).astype(np.int8)
    paperless = (state["PaperlessBilling"] == YES) | (draws[8] < PAPERLESS)
    state["PaperlessBilling"] = paperless.astype(np.int8)
    by_check = np.isin(state["PaymentMethod"], (ELECTRONIC_CHECK, MAILED_CHECK))
    automatic = by_check & (draws[9] < TO_AUTOMATIC_PAYMENT)
    method = np.where(draws[10] < 0.5, BANK_TRANSFER, CREDIT_CARD)
    state["PaymentMethod"] = np.where(automatic, method, state["PaymentMethod"]).astype(np.int8)
    partner = (state["Partner"] == YES) | (draws[13] < MARRIES)
    state["Partner"] = partner.astype(np.int8)
    _change_contract(state, draws[11], draws[12])


def _change_internet(state: Codes, draw: NDArray[np.float64]) -> None:
    now = state["InternetService"]
    # Without a phone line there is DSL only.
    to_fiber = (now == DSL) & (state["PhoneService"] == YES) & (draw < TO_FIBER)
    to_dsl = (now == NO_INTERNET) & (draw < TO_INTERNET)
    state["InternetService"] = np.where(to_fiber, FIBER, np.where(to_dsl, DSL, now)).astype(np.int8)
    for add_on in ADD_ONS:
        state[add_on] = np.where(to_dsl, NO, state[add_on]).astype(np.int8)


def _change_contract(state: Codes, sign: NDArray[np.float64], term: NDArray[np.float64]) -> None:
    now = state["Contract"]
    left = np.maximum(state["term_left"] - 1, 0)
    ends = (now != MONTH_TO_MONTH) & (left == 0)
    other = np.where(now == ONE_YEAR, TWO_YEAR, ONE_YEAR)
    renewed = np.where(
        sign < RENEW_SAME, now, np.where(sign < RENEW_SAME + RENEW_OTHER, other, MONTH_TO_MONTH)
    )
    signs = (now == MONTH_TO_MONTH) & (sign < TO_TERM)
    first = np.where(term < 0.7, ONE_YEAR, TWO_YEAR)
    state["Contract"] = np.where(ends, renewed, np.where(signs, first, now)).astype(np.int8)
    state["term_left"] = np.where(ends | signs, TERM_MONTHS[state["Contract"]], left).astype(
        np.int16
    )


def advance_month(state: Codes, scenario: Scenario, month: int) -> None:
    """Bring tenure, mood and bill to the end of ``month``; call after :func:`change_services`."""
    state["tenure"] = (state["tenure"] + 1).astype(np.int16)
    fresh = normals(scenario.seed, "mood", month, state["number"])
    surprise = fresh * DISSATISFACTION_SD * (1 - PERSISTENCE**2) ** 0.5 * MILLI
    mood = np.rint(state["dissatisfaction"] * PERSISTENCE + surprise)
    state["dissatisfaction"] = mood.astype(np.int32)
    state["monthly_steps"] = price_steps(state, scenario, month)
    state["total_steps"] = state["total_steps"] + state["monthly_steps"]
