"""The incidents that change what is written down in the snapshots, not what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.schema import ADD_ONS, ID
from churn.simulator.incidents import Incident
from churn.simulator.random_streams import normals, stream, uniforms
from churn.simulator.scenario import Scenario

NEW_GENDERS = ("Non-binary", "Other", "Prefer not to say")
DEFAULT_DEVICE = "D0"
#: Standard deviation, in points, of the error of the network team's new estimate.
NEW_QUALITY_ERROR = 3.0
#: Months that a back-fill adds for a customer who has not left yet.
STILL_HERE = 12
#: What every test customer looks like: valid by the schema, and always the same.
TEST_CUSTOMER: dict[str, Any] = {
    "gender": "Female",
    "SeniorCitizen": 0,
    "Partner": "No",
    "Dependents": "No",
    "tenure": 1,
    "PhoneService": "Yes",
    "MultipleLines": "No",
    "InternetService": "Fiber optic",
    **dict.fromkeys(ADD_ONS, "No"),
    "Contract": "Month-to-month",
    "PaperlessBilling": "Yes",
    "PaymentMethod": "Electronic check",
    "MonthlyCharges": 1.0,
    "TotalCharges": 1.0,
    "region": "Centre",
    "legacy_device_code": "D1",
    "network_quality": 50.0,
    "propensity_score": 0.5,
    "expected_stay_months": 12.0,
    "contacted": 0,
}
CORRECTION_COLUMNS = (ID, "as_of", "column", "value", "written_on")


@dataclass(frozen=True)
class Context:
    """What an incident may know about the rows of the snapshots, besides what is in them.

    ``month``, ``number`` and ``quality`` have one entry per row; ``left`` one per customer
    number: the month in which the customer left, or -1.
    """

    scenario: Scenario
    month: NDArray[np.int64]
    number: NDArray[np.int64]
    left: NDArray[np.int64]
    quality: NDArray[np.float64]

    def rows(self, incident: Incident) -> NDArray[np.bool_]:
        """Rows of the snapshots on which the incident acts, by their ``as_of`` day."""
        return np.array([incident.acts_on(day) for day in self.scenario.month_ends])[self.month]


def apply(frame: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plant the scenario's record incidents in the snapshots.

    Returns:
        The snapshots as recorded, and the corrections that were written over them later.
    """
    corrections = [pd.DataFrame(columns=list(CORRECTION_COLUMNS))]
    for incident in context.scenario.incidents:
        if incident.kind in _CHANGES:
            rows = context.rows(incident)
            frame[incident.column] = _CHANGES[incident.kind](frame, rows, incident, context)
        elif incident.kind == "backfilled_column":
            corrections.append(_backfill(frame, incident, context))
    # Rows are added last: until then they stand as the context describes them.
    extra = [
        _EXTRA_ROWS[incident.kind](frame, incident, context)
        for incident in context.scenario.incidents
        if incident.kind in _EXTRA_ROWS
    ]
    if extra:
        frame = pd.concat([frame, *extra]).sort_values("as_of", kind="stable", ignore_index=True)
    return frame, pd.concat(corrections[1:] or corrections, ignore_index=True)


def _new_genders(
    frame: pd.DataFrame, _: NDArray[np.bool_], incident: Incident, context: Context
) -> NDArray[np.object_]:
    signup = pd.DatetimeIndex(frame["signup_month"])
    new = np.asarray(signup >= pd.Timestamp(incident.date))
    if incident.until is not None:
        new &= np.asarray(signup < pd.Timestamp(incident.until))
    draws = uniforms(context.scenario.seed, "gender entry", 0, context.number, width=2)
    entry = np.array(NEW_GENDERS, dtype=object)[(draws[:, 1] * len(NEW_GENDERS)).astype(int)]
    return np.where(new & (draws[:, 0] < incident.size), entry, frame["gender"])


def _reestimated(
    frame: pd.DataFrame, rows: NDArray[np.bool_], incident: Incident, context: Context
) -> NDArray[np.float64]:
    values = frame[incident.column].to_numpy(copy=True)
    for month in np.unique(context.month[rows]):
        now = context.month == month
        error = normals(context.scenario.seed, "new quality error", month, context.number[now])
        values[now] = context.quality[now] + incident.size + error * NEW_QUALITY_ERROR
    return np.round(values, 1)


def _legacy(
    frame: pd.DataFrame, rows: NDArray[np.bool_], incident: Incident, context: Context
) -> NDArray[np.object_]:
    draws = uniforms(context.scenario.seed, "legacy", 0, context.number)[:, 0]
    return np.where(rows & (draws < incident.size), DEFAULT_DEVICE, frame[incident.column])


def _corrected(
    frame: pd.DataFrame, rows: NDArray[np.bool_], incident: Incident, _: Context
) -> NDArray[np.float64]:
    score = frame[incident.column].to_numpy()
    return np.where(rows, np.round(score - incident.size, 3), score)


def _cents(
    frame: pd.DataFrame, rows: NDArray[np.bool_], incident: Incident, _: Context
) -> NDArray[np.float64]:
    dollars = frame[incident.column].to_numpy()
    return np.where(rows, np.round(dollars * incident.size), dollars)


def _stale(
    frame: pd.DataFrame, _: NDArray[np.bool_], incident: Incident, context: Context
) -> NDArray[np.float64]:
    first = context.scenario.month_index(incident.date)
    good = context.month == first - 1
    frozen = np.full(len(context.left), np.nan)
    frozen[context.number[good]] = frame.loc[good, incident.column]
    stale = (context.month >= first) & (context.month < first + incident.size)
    return np.where(stale, frozen[context.number], frame[incident.column])


def _missing(
    frame: pd.DataFrame, rows: NDArray[np.bool_], incident: Incident, context: Context
) -> NDArray[np.object_] | NDArray[np.float64]:
    values = frame[incident.column].to_numpy(copy=True)
    where = stream(context.scenario.seed, "missing block").random()
    for month in np.unique(context.month[rows]):
        now = np.flatnonzero(context.month == month)
        length = round(incident.size * len(now))
        first = int(where * (len(now) - length + 1))
        values[now[first : first + length]] = None if values.dtype == object else np.nan
    return values


_Change = Callable[
    [pd.DataFrame, NDArray[np.bool_], Incident, Context],
    NDArray[np.object_] | NDArray[np.float64],
]
_CHANGES: dict[str, _Change] = {
    "new_gender_categories": _new_genders,
    "reestimated_column": _reestimated,
    "legacy_feature": _legacy,
    "upstream_model_corrected": _corrected,
    "unit_change_to_cents": _cents,
    "stale_feed": _stale,
    "missing_block": _missing,
}


def _backfill(frame: pd.DataFrame, incident: Incident, context: Context) -> pd.DataFrame:
    """Fill the column's gaps of past months with how long the customers did stay."""
    today = context.scenario.month_index(incident.date)
    past = (context.month < today) & (context.month >= today - incident.size)
    gaps = past & frame[incident.column].isna().to_numpy()
    left, month = context.left[context.number[gaps]], context.month[gaps]
    gone = (left >= 0) & (left < today)
    stayed = np.where(gone, left, today + STILL_HERE) - month
    filled = frame.loc[gaps, [ID, "as_of"]].reset_index(drop=True)
    filled["column"] = incident.column
    filled["value"] = stayed.astype(float)
    filled["written_on"] = pd.Timestamp(incident.date)
    return filled


def _duplicated(frame: pd.DataFrame, incident: Incident, context: Context) -> pd.DataFrame:
    batch = np.flatnonzero(context.month == context.scenario.month_index(incident.date))
    draws = uniforms(context.scenario.seed, "duplicated", 0, context.number[batch])[:, 0]
    # The same number of rows whatever the draws: those with the smallest.
    again = np.argsort(draws, kind="stable")[: round(incident.size * len(batch))]
    return frame.iloc[batch[np.sort(again)]]


def _test_customers(frame: pd.DataFrame, incident: Incident, context: Context) -> pd.DataFrame:
    count, ends = int(incident.size), context.scenario.month_ends
    days = pd.DatetimeIndex([day for day in ends if incident.acts_on(day)]).as_unit("ns")
    rows = pd.DataFrame({ID: [f"{k:04d}-TESTX" for k in range(count)] * len(days)})
    rows["as_of"] = np.repeat(days.to_numpy(), count)
    rows = rows.assign(**TEST_CUSTOMER)
    rows["signup_month"] = rows["as_of"].dt.to_period("M").dt.start_time
    return rows[frame.columns].astype(frame.dtypes.to_dict())


_EXTRA_ROWS: dict[str, Callable[[pd.DataFrame, Incident, Context], pd.DataFrame]] = {
    "duplicated_batch": _duplicated,
    "test_data_in_production": _test_customers,
}
