"""The telco's regions: five companies of their own, which keep their customers to themselves.

The customer table has no region, so one is drawn. Where fiber was built, most customers have fiber,
and the regions are of very different size; both make averaging harder than five equal parts would.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: The regions, and the share of the customers of each kind of internet who live there.
REGIONS = {
    "Centre": {"Fiber optic": 0.70, "DSL": 0.35, "No": 0.20},
    "East": {"Fiber optic": 0.18, "DSL": 0.22, "No": 0.15},
    "West": {"Fiber optic": 0.10, "DSL": 0.20, "No": 0.15},
    "South": {"Fiber optic": 0.02, "DSL": 0.15, "No": 0.25},
    "North": {"Fiber optic": 0.00, "DSL": 0.08, "No": 0.25},
}


def draw_regions(table: pd.DataFrame, seed: int = 0) -> pd.Series:
    """The region of each customer, drawn by the customer's kind of internet.

    Args:
        table: customers, with the column ``InternetService``.
        seed: of the draw; customers are drawn in the order of the table.

    Returns:
        Names of :data:`REGIONS`, with the index of ``table``.
    """
    shares = pd.DataFrame(REGIONS)
    upper = shares.cumsum(axis=1).loc[table["InternetService"]].to_numpy()
    draws = np.random.default_rng(seed).random(len(table))
    # The last bound is 1 up to rounding: nobody may fall behind it.
    place = (draws[:, None] >= upper[:, :-1]).sum(axis=1)
    return pd.Series(shares.columns.to_numpy()[place], table.index, name="region")
