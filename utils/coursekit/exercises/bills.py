"""A year of the telco's bills, month by month, for the lessons on tables."""

from __future__ import annotations

import pandas as pd

from churn.simulator import Scenario, simulate_history

#: The simulator's name of each column, and the shorter one that the lessons use.
NAMES = {
    "customerID": "customer",
    "region": "region",
    "tenure": "tenure",
    "InternetService": "internet",
    "Contract": "contract",
    "MonthlyCharges": "bill",
}


def monthly_bills(months: int = 12, seed: int = 0) -> dict[str, pd.DataFrame]:
    """The bills of each month of 2024, one row per customer: the columns of NAMES and ``month``.

    Keys and the column ``month`` read ``"2024-01"``; the same call gives the same tables,
    another seed those of other customers.
    """
    snapshots = simulate_history(Scenario(name="a_year", seed=seed, months=months)).snapshots
    bills = snapshots[list(NAMES)].rename(columns=NAMES)
    bills["month"] = snapshots["as_of"].dt.strftime("%Y-%m")
    return {str(month): rows.reset_index(drop=True) for month, rows in bills.groupby("month")}
