"""When to retrain: what a company can know at the end of a month, and questions put to it.

    Policy(triggers.every(3))
    Policy(triggers.surprised(), watches_labels=True)

A trigger is a function from a :class:`Situation` to True (retrain) or False. Whatever compares two
tables, such as a drift detector, is handed in as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import Day


@dataclass(frozen=True)
class Situation:
    """What is known at the end of a month, before its customers are scored.

    Attributes:
        number: of the month, 0 for the first of the campaign.
        day: the last of the month.
        since_training: months since the live model was trained, at least 1.
        trained_on: the features of the rows on which it was.
        today: the features of today's customers, whose labels nobody knows.
        y: the newest labels that have arrived (0/1), months old; empty for a policy that does not
            watch labels.
        p: the live model's scores of the same customers.
    """

    number: int
    day: pd.Timestamp
    since_training: int
    trained_on: pd.DataFrame
    today: pd.DataFrame
    y: NDArray[np.int64]
    p: NDArray[np.float64]


Trigger = Callable[[Situation], bool]


def never(now: Situation) -> bool:
    """Keep the first model."""
    return False


def every(months: int) -> Trigger:
    """On schedule: whenever the live model is so many months old.

    Raises:
        ValueError: if ``months`` is below 1.
    """
    if months < 1:
        raise ValueError(f"months must be at least 1, not {months}")
    return lambda now: is_old(now.since_training, months)


def is_old(age: int, months: int) -> bool:
    """Whether a model of ``age`` months is due for another, where that is every ``months``."""
    return age >= months


def surprise(y: NDArray[np.int64], p: NDArray[np.float64]) -> float:
    """How far the number of leavers lies from what was promised, in standard errors.

    Positive: more left. If the scores are right it is a draw from about a normal distribution.

    Raises:
        ValueError: if there are no labels.
    """
    if len(y) == 0:
        raise ValueError("there are no labels to be surprised by: the policy must watch labels")
    spread = np.sqrt(np.sum(p * (1 - p)))
    return float((y.sum() - p.sum()) / max(spread, 1e-9))


def surprised(errors: float = 3.0) -> Trigger:
    """By performance: when the newest labels differ from the scores by more than chance does."""
    return lambda now: is_surprise(surprise(now.y, now.p), errors)


def is_surprise(found: float, errors: float) -> bool:
    """Whether a :func:`surprise` is larger than ``errors``, more left or fewer."""
    return abs(found) > errors


def data_changed(changed: Callable[[pd.DataFrame, pd.DataFrame], bool]) -> Trigger:
    """By data: when ``changed(trained_on, today)`` says so."""
    return lambda now: changed(now.trained_on, now.today)


def on_demand(days: Collection[Day]) -> Trigger:
    """When somebody asked for it: in the months of these days."""
    months = {pd.Timestamp(day).to_period("M") for day in days}
    return lambda now: now.day.to_period("M") in months
