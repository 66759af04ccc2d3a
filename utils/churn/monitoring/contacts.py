"""How often a customer is contacted, and what a contact is worth to somebody who has had others.

``load`` counts contacts, ``responses`` measures how the answer falls with their number, and
``campaign_rounds`` plays a campaign with a cap under a stated model of fatigue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.metrics import Campaign


def load(contacts: NDArray[np.bool_], memory: int) -> NDArray[np.int64]:
    """Contacts that each customer had in the ``memory`` rounds before each round.

    Args:
        contacts: shape (customers, rounds).

    Returns:
        Shape (customers, rounds); the round itself is not counted.
    """
    total = np.cumsum(contacts, axis=1, dtype=np.int64)
    before = np.pad(total, ((0, 0), (1, 0)))[:, :-1]
    forgotten = np.pad(before, ((0, 0), (memory, 0)))[:, : contacts.shape[1]]
    counted: NDArray[np.int64] = before - forgotten
    return counted


def responses(
    earlier: NDArray[np.int64], contacted: NDArray[np.bool_], accepted: NDArray[np.bool_]
) -> pd.DataFrame:
    """The share of contacts that were accepted, by the number of earlier contacts.

    Compare it among customers who were drawn by lot: those whom a model contacts a third time differ
    from those whom it contacts once.

    Args:
        earlier, contacted, accepted: of one shape.

    Returns:
        A row for each number of earlier contacts: ``contacts``, ``accepted``, ``share``.
    """
    frame = pd.DataFrame({"earlier": earlier[contacted], "accepted": accepted[contacted]})
    found = frame.groupby("earlier")["accepted"].agg(contacts="size", accepted="sum")
    return found.assign(share=found["accepted"] / found["contacts"])


@dataclass(frozen=True)
class Fatigue:
    """What contacts within the last ``memory`` rounds do to the next one: a stated model.

    Attributes:
        wear: what each of them leaves of the campaign's success rate, from 0 to 1.
        annoyance: what each adds to the chance of leaving in a round.
        memory: rounds after which a contact is forgotten.
    """

    wear: float = 0.6
    annoyance: float = 0.01
    memory: int = 4

    def __post_init__(self) -> None:
        if not (0 <= self.wear <= 1 and 0 <= self.annoyance <= 1 and self.memory >= 1):
            raise ValueError(
                "wear and annoyance lie between 0 and 1, and memory is at least 1 round"
            )


@dataclass(frozen=True)
class Rounds:
    """What a campaign did over its rounds, in expectation.

    Attributes:
        contacted: shape (customers, rounds): who was to be contacted, if still there.
        contacts: expected number.
        driven_out: customers who would not have left without the contacts.
        dollars: compared with contacting nobody.
    """

    contacted: NDArray[np.bool_]
    contacts: float
    driven_out: float
    dollars: float


def campaign_rounds(
    p: NDArray[np.float64],
    campaign: Campaign,
    fatigue: Fatigue,
    cap: int | None = None,
    rounds: int = 8,
    score: NDArray[np.float64] | None = None,
) -> Rounds:
    """Contact, round by round, whoever scores at least the break-even and has had fewer than ``cap``.

    Args:
        p: chance of leaving in a round without any contact, shape (customers,); the same each round.
        campaign: what contacts cost and are worth.
        fatigue: what earlier contacts do.
        cap: contacts within the fatigue's memory; None for no cap.
        score: by which is decided; default ``p``.
    """
    wanted = (p if score is None else score) >= campaign.break_even
    contacted = np.zeros((len(p), rounds), dtype=bool)
    there = np.ones(len(p))  # chance of still being a customer
    contacts = driven_out = dollars = 0.0
    for number in range(rounds):
        since = max(0, number - fatigue.memory)
        earlier = contacted[:, since:number].sum(axis=1)
        now = wanted if cap is None else wanted & (earlier < cap)
        contacted[:, number] = now
        leaving = np.minimum(1.0, p + fatigue.annoyance * earlier)
        success = campaign.success_rate * fatigue.wear**earlier * now
        kept, added = leaving * success, leaving - p
        cost = campaign.contact_cost + campaign.offer_cost * (1 - leaving + kept)
        gain = kept * campaign.saved_value - now * cost
        dollars += float((there * (gain - added * campaign.saved_value)).sum())
        contacts += float((there * now).sum())
        driven_out += float((there * added).sum())
        there = there * (1 - leaving + kept)
    return Rounds(contacted, contacts, driven_out, dollars)
