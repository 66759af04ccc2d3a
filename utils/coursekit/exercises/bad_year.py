"""A year of labelled deliveries, nine of which are spoiled, for the lesson on data quality.

    year = bad_year()
    year.delivered["2024-03"]    # as it arrived: bills in cents
    year.right["2024-03"]        # as it should have been

A delivery is one month's snapshot with the label of the following twelve months. The telco is
simulated twice from one seed, without and with incidents, so that both tables of a month hold the
same customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from churn.schema import TARGET
from churn.simulator import Incident, Scenario, simulate_history, table

MONTHS = tuple(f"2024-{month:02d}" for month in range(1, 13))
#: What went wrong, by delivery.
FAULTS = {
    "2024-03": "bills in cents instead of dollars",
    "2024-04": "a fifth of the rows without a bill",
    "2024-05": "a fifth of the rows without a payment method",
    "2024-06": "some customers loaded twice",
    "2024-08": "totals not updated for a month",
    "2024-09": "totals in cents instead of dollars",
    "2024-10": "labels one row off",
    "2024-11": "test customers left in",
    "2024-12": "genders that the data sheet does not know",
}
#: A delivery's label is certain after a year and two months more; then the delivery arrives.
MONTHS_LATE = 14
_WINDOW = 12
_LABELS_OFF = "2024-10"
_INCIDENTS = (
    Incident(kind="unit_change_to_cents", date=date(2024, 3, 1), until=date(2024, 4, 1)),
    Incident(
        kind="missing_block", date=date(2024, 4, 1), until=date(2024, 5, 1), column="MonthlyCharges"
    ),
    Incident(
        kind="missing_block", date=date(2024, 5, 1), until=date(2024, 6, 1), column="PaymentMethod"
    ),
    Incident(kind="duplicated_batch", date=date(2024, 6, 1)),
    Incident(kind="stale_feed", date=date(2024, 8, 1), column="TotalCharges", size=1),
    Incident(
        kind="unit_change_to_cents",
        date=date(2024, 9, 1),
        until=date(2024, 10, 1),
        column="TotalCharges",
    ),
    Incident(kind="test_data_in_production", date=date(2024, 11, 1), until=date(2024, 12, 1)),
    Incident(kind="new_gender_categories", date=date(2024, 12, 1)),
)


@dataclass(frozen=True)
class BadYear:
    """What :func:`bad_year` makes; each a table by the month of its delivery.

    Attributes:
        right: the deliveries as they should have been.
        delivered: as they arrived; those in :data:`FAULTS` differ from ``right``.
        live: the right snapshot, with its label, of the day on which the delivery arrives: whom
            a model that is trained on the delivery scores.
    """

    right: dict[str, pd.DataFrame]
    delivered: dict[str, pd.DataFrame]
    live: dict[str, pd.DataFrame]


def bad_year(seed: int = 7, customers: int = 3000) -> BadYear:
    """Simulate the year; the same arguments give the same tables."""
    telco = Scenario(name="bad_year", seed=seed, customers=customers, monthly_joins=100, months=38)
    clean = simulate_history(telco)
    spoiled = simulate_history(telco.model_copy(update={"incidents": _INCIDENTS}))
    delivered = {month: table(spoiled, month, window_months=_WINDOW) for month in MONTHS}
    batch = delivered[_LABELS_OFF]
    # The job that joins the labels sorted one of its two files: each has the label of the one above.
    delivered[_LABELS_OFF] = batch.assign(**{TARGET: np.roll(batch[TARGET], 1)})
    arrival = {month: str(pd.Period(month) + MONTHS_LATE) for month in MONTHS}
    return BadYear(
        right={month: table(clean, month, window_months=_WINDOW) for month in MONTHS},
        delivered=delivered,
        live={month: table(clean, day, window_months=_WINDOW) for month, day in arrival.items()},
    )
