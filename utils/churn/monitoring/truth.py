"""Predictions beside what came of them, weeks later.

    judged = with_truth(store.rows(), departures, LabelRule(), day="2025-06-15")
    known = judged[judged["churned"].notna()]

A prediction belongs to the last month end before it: what was known of the customer then is what the
model saw, and with that month end the label's clock begins (:mod:`churn.labels`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from churn.labels import Day, LabelRule, complete_by, label
from churn.schema import ID

#: What :func:`with_truth` keeps of a prediction.
KEPT = ("prediction_id", "trace_id", "model_version", "source", "probability", "contact")


def with_truth(
    rows: Sequence[Mapping[str, Any]], departures: pd.DataFrame, rule: LabelRule, day: Day
) -> pd.DataFrame:
    """Each prediction with its label, if that is known on ``day`` and so are those of its month.

    Leavers are known sooner than stayers: with whatever labels have arrived, a month looks as if
    everybody left. So a month gets its labels when all of them are known.

    Args:
        rows: of the evaluation store (:class:`churn.serving.evaluation_store.Row`).
        departures: ``customerID`` and ``left_on`` of every customer who left, as known on ``day``
            or later.
        rule: what counts as leaving, and when it is known.
        day: the day on which one looks.

    Returns:
        One row for each prediction, in the order of ``rows``: ``customerID``, ``as_of`` (the month
        end that it belongs to), the columns :data:`KEPT`, and ``churned``: 1 or 0; missing if it is
        not known yet, or if the customer left between month end and window.
    """
    made = pd.DataFrame(
        {
            ID: [row["customer_id"] for row in rows],
            "at": pd.to_datetime([row["at"] for row in rows], utc=True, format="ISO8601"),
            **{name: [row[name] for row in rows] for name in KEPT},
        }
    )
    first_of_month = made["at"].dt.tz_localize(None).dt.to_period("M").dt.start_time
    made.insert(1, "as_of", first_of_month - pd.offsets.Day(1))
    asked = made[[ID, "as_of"]].drop_duplicates()
    left_on = asked[ID].map(departures.set_index(ID)["left_on"])
    # Whoever had left already was asked about by mistake: there is no label to wait for.
    there = asked[~(left_on <= asked["as_of"])]
    known = complete_by(label(there, departures, rule), rule, day)
    judged = made.drop(columns="at").merge(
        known[[ID, "as_of", "churned"]], on=[ID, "as_of"], how="left", validate="many_to_one"
    )
    judged["churned"] = judged["churned"].astype("Int64")
    return judged
