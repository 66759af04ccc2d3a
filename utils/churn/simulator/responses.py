"""How a customer answers a retention contact: four hidden types, and what each does to leaving.

With ``treatment_effects`` in the scenario every customer has one of these types:

=============== ================================ ===========================================
type            log odds of leaving, contacted   who they tend to be
=============== ================================ ===========================================
persuadable     :data:`EFFECTS`, far down        pay by check and see every bill, no fixed term
sure thing      as before                        have a fixed term, few reasons to leave
lost cause      as before                        new on bare fiber: no offer mends the product
sleeping dog    up                               pay automatically and have not thought about it
=============== ================================ ===========================================

A type follows from the profile of the month, by scores, and from a liking that is drawn once for
each customer and that no table shows: the highest sum wins (a multinomial logit). So a model can
learn most of it from a log of contacts, and never all. A customer whose profile changes can change
type. Without the setting a contact takes :data:`CONTACT_EFFECT` off everybody's log odds.

Nobody's chance of leaving depends on their type until they are contacted: planting effects in a
scenario without contacts changes nothing in it but the truth.

The four names are the uplift literature's; for a chance of leaving they mean what a contact does
to it. That contacts wake customers who would have stayed was measured at telcos: Ascarza, Iyengar
& Schleicher, "The Perils of Proactive Churn Prevention Using Plan Recommendations", Journal of
Marketing Research 53 (2016); that the riskiest are not those whom a contact keeps: Ascarza,
"Retention Futility: Targeting High-Risk Customers Might Be Ineffective", ibid. 55 (2018).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from churn.simulator.codes import (
    ELECTRONIC_CHECK,
    FIBER,
    MAILED_CHECK,
    MILLI,
    MONTH_TO_MONTH,
    NO,
    Codes,
)
from churn.simulator.random_streams import uniforms
from churn.simulator.scenario import Scenario

#: Log odds that a contact takes off the churn of the following month, if all customers are alike.
CONTACT_EFFECT = -1.5
TYPES = ("persuadable", "sure thing", "lost cause", "sleeping dog")
#: Log odds that a contact adds to the churn of the following month, in the order of ``TYPES``.
EFFECTS = (-3.0, 0.0, 0.0, 1.6)
#: Scale of the hidden liking, in the unit of the scores of :func:`_scores`.
LIKING = 0.3
#: Months up to which a customer is new.
NEW = 10


def response_types(state: Codes, scenario: Scenario) -> NDArray[np.int8]:
    """Each customer's type of the month, as a position in :data:`TYPES`; shape ``(n,)``."""
    draws = uniforms(scenario.seed, "response", 0, state["number"], width=len(TYPES))
    liking = -np.log(-np.log(draws * (1 - 2e-9) + 1e-9)) * LIKING
    # Whole numbers, so that the highest is the same one on every platform.
    total = np.rint((_scores(state) + liking) * MILLI).astype(np.int32)
    return total.argmax(axis=1).astype(np.int8)


def contact_effect(state: Codes, scenario: Scenario) -> NDArray[np.int32]:
    """What a contact adds to each customer's log odds of leaving, in thousandths; shape ``(n,)``.

    With ``treatment_effects`` the state holds ``response``, by :func:`response_types`.
    """
    if not scenario.treatment_effects:
        return np.full(len(state["number"]), round(CONTACT_EFFECT * MILLI), dtype=np.int32)
    effects = np.array([round(effect * MILLI) for effect in EFFECTS], dtype=np.int32)
    return effects[state["response"]]


def _scores(state: Codes) -> NDArray[np.float64]:
    """What the profile says for each type, by column in the order of ``TYPES``; shape ``(n, 4)``."""
    free = state["Contract"] == MONTH_TO_MONTH
    by_check = np.isin(state["PaymentMethod"], (ELECTRONIC_CHECK, MAILED_CHECK))
    bare_fiber = (
        (state["InternetService"] == FIBER)
        & (state["TechSupport"] == NO)
        & (state["OnlineSecurity"] == NO)
    )
    new = state["tenure"] <= NEW
    scores = (
        3.0 * free + 2.0 * by_check,
        3.5 * ~free + 1.0,
        3.5 * (bare_fiber & free) + 2.5 * new,
        3.0 * free + 2.0 * ~by_check,
    )
    return np.stack(scores, axis=1)
