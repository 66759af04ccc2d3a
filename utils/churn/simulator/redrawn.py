"""A scenario whose incidents come in other months, what of it is true, and what is at work on a day.

For many telcos with the same troubles on other days, so that no setting can be made for one of them.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from churn.labels import Day
from churn.simulator.incidents import KINDS, Incident
from churn.simulator.scenario import Scenario


def drawn(scenario: Scenario, seed: int, first: Day, last: Day) -> Scenario:
    """The scenario of another telco, its incidents in months from ``first`` to ``last`` drawn anew.

    No two begin in one month; how long each lasts stays. Incidents are dealt without a look at each
    other, so that a broken delivery can hide a month in which customers change.

    Raises:
        ValueError: if there are more incidents than months.
    """
    months = pd.period_range(pd.Timestamp(first).to_period("M"), pd.Timestamp(last).to_period("M"))
    if len(months) < len(scenario.incidents):
        raise ValueError(
            f"{len(scenario.incidents)} incidents do not fit into {len(months)} months"
        )
    order = np.random.default_rng(seed).permutation(len(months))
    moved = []
    for incident, number in zip(scenario.incidents, order, strict=False):
        date = months[number].start_time
        until = None
        if incident.until is not None:
            lasts = pd.Timestamp(incident.until).to_period("M") - pd.Timestamp(
                incident.date
            ).to_period("M")
            until = (months[number] + lasts.n).start_time.date()
        moved.append(incident.model_copy(update={"date": date.date(), "until": until}))
    return scenario.model_copy(update={"seed": seed, "incidents": tuple(moved)})


def truly(scenario: Scenario) -> Scenario:
    """The scenario with what happened to customers, and without what was written down wrongly."""
    kept = tuple(one for one in scenario.incidents if KINDS[one.kind].layer == "process")
    return scenario.model_copy(update={"incidents": kept})


def spoiled(scenario: Scenario, repaired: Collection[str] = ()) -> dict[pd.Timestamp, Incident]:
    """The month ends whose records are wrong, of those kinds that are not in ``repaired``."""
    return {
        pd.Timestamp(day): one
        for day in scenario.month_ends
        for one in scenario.incidents
        if KINDS[one.kind].layer == "record" and one.kind not in repaired and _acts(one, day)
    }


def _acts(incident: Incident, day: object) -> bool:
    end = pd.Timestamp(str(day))
    lasts = {"stale_feed": int(incident.size), "duplicated_batch": 1}.get(incident.kind)
    if lasts is None:
        return incident.acts_on(end.date())
    return 0 <= (end.to_period("M") - pd.Timestamp(incident.date).to_period("M")).n < lasts


def at_work(scenario: Scenario, day: Day) -> frozenset[Incident]:
    """The incidents that change who leaves in the month after ``day``."""
    after = (pd.Timestamp(day) + pd.offsets.Day(1)).date()
    return frozenset(
        one
        for one in scenario.incidents
        if KINDS[one.kind].layer == "process"
        and KINDS[one.kind].frame == "labels"
        and one.acts_on(after)
    )
