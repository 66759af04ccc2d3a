"""A telco in which something happens, and the evidence of it.

Everything is drawn from a generator that the caller gives: from a secret (:mod:`.vault`), so that a
drill cannot be made again by anybody who knows its name.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from churn.schema import ID
from churn.simulator import (
    KINDS,
    History,
    Incident,
    Scenario,
    labels_known_at,
    simulate_events,
    simulate_history,
    snapshots_at,
)
from coursekit.incidents.stories import NOTHING

MONTHS, CUSTOMERS, JOINS = 20, 3000, 100
#: Months that are read once before anything happens.
BEFORE = 8
#: Something happens in one of these months (0 is the first): there is a time before and after.
FIRST, LAST = 9, 13
#: Months of which events are handed out, of a quarter of the customers.
EVENT_MONTHS = range(6, 18)
#: Sizes that can be seen in so many customers; for other kinds the only one, or whole years.
_SIZES: dict[str, tuple[float, float]] = {
    "new_gender_categories": (0.2, 0.5),
    "reestimated_column": (5.0, 15.0),
    "legacy_feature": (0.5, 1.0),
    "backfilled_column": (24, 24),
    "upstream_model_corrected": (0.06, 0.12),
    "marketing_shift": (0.6, 0.95),
    "price_rise": (0.08, 0.2),
    "competitor_enters": (1.0, 1.6),
    "unit_change_to_cents": (100, 100),
    "duplicated_batch": (0.1, 0.4),
    "stale_feed": (3, 6),
    "test_data_in_production": (40, 200),
    "missing_block": (0.08, 0.3),
    "time_zone_shift": (1, 11),
    "feedback_loop": (0.05, 0.2),
    "threshold_no_longer_right": (0.8, 1.3),
}
_EITHER_WAY = {"reestimated_column", "time_zone_shift", "threshold_no_longer_right"}


def plant(kind: str, rng: np.random.Generator) -> Scenario:
    """A telco with one incident of a kind, or with none.

    Args:
        kind: one of :data:`coursekit.incidents.stories.ANSWERS`.
        rng: draws start, seed, column, date and size.
    """
    year, month = int(rng.integers(2021, 2025)), int(rng.integers(1, 13))
    empty = Scenario(
        name="drill",
        seed=int.from_bytes(rng.bytes(16)),
        start=dt.date(year, month, 1),
        months=MONTHS,
        customers=CUSTOMERS,
        monthly_joins=JOINS,
    )
    index = int(rng.integers(FIRST, LAST + 1))
    size, column = rng.uniform(*_SIZES.get(kind, (0, 0))), rng.random()
    sign, day = rng.choice([-1, 1]), int(rng.integers(1, 29))
    if kind == NOTHING:
        return empty
    about = KINDS[kind]
    size = size * sign if kind in _EITHER_WAY else size
    incident = Incident(
        kind=kind,
        column=about.columns[int(column * len(about.columns))],
        date=empty.month_start(index).replace(day=1 if about.whole_months else day),
        size=round(size) if about.whole_size else round(size, 3),
    )
    return Scenario(**{**dict(empty), "incidents": (incident,)})


def evidence(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """What a learner gets: the same tables, columns and order, whatever happened.

    ``before``: the snapshots of the first months, as they were read then. ``after``: those of all
    months, as they are read on the last day. ``labels``: those known by then. ``events``: of a
    quarter of the customers, in the middle months.
    """
    history = simulate_history(scenario)
    return {
        "before": snapshots_at(history, scenario.month_end(BEFORE - 1)),
        "after": snapshots_at(history, scenario.month_end(MONTHS - 1)),
        "labels": labels_known_at(history, scenario.month_end(MONTHS - 1)),
        "events": _events(history),
    }


def _events(history: History) -> pd.DataFrame:
    months = [history.scenario.month_end(index) for index in EVENT_MONTHS]
    events = simulate_events(history, months)
    everybody = np.sort(history.truth[ID].unique())
    return events[events[ID].isin(everybody[::4])].reset_index(drop=True)


def truth(scenario: Scenario) -> dict[str, Any]:
    """What happened, as it is sealed."""
    for incident in scenario.incidents:
        return {
            "kind": incident.kind, "column": incident.column,
            "date": incident.date.isoformat(), "size": incident.size,
        }  # fmt: skip
    return {"kind": NOTHING, "column": "", "date": "", "size": 0.0}
