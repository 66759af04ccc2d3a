"""From the codes of a run to the frames of a history: snapshots, labels, departures, truth.

What the frames hold is said in :mod:`churn.simulator.history`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import Day, Months
from churn.schema import FEATURES, ID, TARGET
from churn.simulator import population, responses
from churn.simulator import record_incidents as incidents
from churn.simulator.codes import MILLI, NO_INTERNET, STEPS_PER_DOLLAR, YES, Codes
from churn.simulator.customers import customer_ids, to_frame
from churn.simulator.random_streams import uniforms
from churn.simulator.scenario import Scenario

#: What a run keeps of each month, beside ``probability``, and what more with ``treatment_effects``.
RECORDED = (
    *(c for c in FEATURES if c not in {"MonthlyCharges", "TotalCharges"}),
    *("monthly_steps", "total_steps", "number", "signup", "region", "device"),
    *("network_quality", "propensity_score", "expected_stay_months", "contacted"),
    *("quality", "dissatisfaction"),
    "usual",
)
TREATMENT = ("response", "without_contact", "with_contact")


class Rows:
    """The rows of the first months of a run, one month after the other.

    Attributes:
        scenario: of the whole run.
        codes: what was recorded, by the names of ``RECORDED``; shape ``(n,)`` each.
        month: the month of each row.
        left: by customer number the month in which the customer left, or -1.
        keys: ``customerID`` and ``as_of`` of each row.
    """

    def __init__(
        self, scenario: Scenario, months: Sequence[Codes], left: NDArray[np.int64], first: int = 0
    ) -> None:
        """``months`` begin with month ``first`` of the run; the last may lack the ``probability``."""
        self.scenario, self.left = scenario, left
        self.codes = {key: np.concatenate([month[key] for month in months]) for key in months[-1]}
        numbers = first + np.arange(len(months))
        self.month = np.repeat(numbers, [len(m["number"]) for m in months])
        self._ids = customer_ids(len(left), scenario.seed)
        ends = np.array(scenario.month_ends, dtype="datetime64[ns]")
        number = self.codes["number"]
        self.keys = pd.DataFrame({ID: self._ids[number], "as_of": ends[self.month]})

    def snapshots(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What was written down, incidents in the records included, and the corrections of it."""
        number, quality = self.codes["number"], self.codes["quality"]
        context = incidents.Context(self.scenario, self.month, number, self.left, quality)
        return incidents.apply(_true_snapshots(self.scenario, self.codes, self.keys), context)

    def labels(self) -> pd.DataFrame:
        """Labels of the rows whose window is over when the simulation ends."""
        rule = self.scenario.label_rule()
        left_in = _calendar(self.scenario, self.left)[self.codes["number"]]
        churned, known_on = rule.outcome(_calendar(self.scenario, self.month), left_in)
        labels = self.keys.assign(churned=churned.astype(np.int64), known_on=known_on)
        complete = self.month + rule.window_months <= self.scenario.months
        return labels if complete.all() else labels[complete].reset_index(drop=True)

    def departures(self) -> pd.DataFrame:
        """One row per customer who left, by the day of leaving."""
        left_in = _calendar(self.scenario, self.left)
        gone = np.flatnonzero(~np.isnat(left_in))
        months = left_in[gone]
        first = months.astype("datetime64[D]")
        length = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(
            np.int64
        )
        part = uniforms(self.scenario.seed, "day of leaving", 0, gone)[:, 0]
        day = (part * length).astype(np.int64)
        return pd.DataFrame(
            {
                ID: self._ids[gone],
                "left_on": (first + day).astype("datetime64[ns]"),
                "known_on": self.scenario.label_rule().certain_on(months),
            }
        ).sort_values("left_on", kind="stable", ignore_index=True)

    def truth(self) -> pd.DataFrame:
        """What no company sees."""
        codes = self.codes
        truth = self.keys.assign(
            churn_probability=codes["probability"],
            usual_probability=codes["usual"],
            dissatisfaction=codes["dissatisfaction"] / MILLI,
            network_quality=codes["quality"],
            monthly_charges=codes["monthly_steps"] / STEPS_PER_DOLLAR,
            has_phone=codes["PhoneService"] == YES,
            has_internet=codes["InternetService"] != NO_INTERNET,
        )
        if not self.scenario.treatment_effects:
            return truth
        return truth.assign(
            response_type=np.array(responses.TYPES, dtype=object)[codes["response"]],
            probability_without_contact=codes["without_contact"],
            probability_with_contact=codes["with_contact"],
        )


def as_read_on(day: Day, snapshots: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """``snapshots`` with the corrections that had been written by ``day``."""
    written = corrections[corrections["written_on"] <= pd.Timestamp(day)]
    for column, new in written.groupby("column"):
        values = new.set_index([ID, "as_of"])["value"]
        corrected = values.reindex(pd.MultiIndex.from_frame(snapshots[[ID, "as_of"]])).to_numpy()
        better = np.where(np.isnan(corrected), snapshots[column], corrected)
        snapshots = snapshots.assign(**{str(column): better})
    return snapshots


def _true_snapshots(scenario: Scenario, rows: Codes, keys: pd.DataFrame) -> pd.DataFrame:
    codes = {**rows, TARGET: np.zeros(len(keys), dtype=np.int8)}
    customers = to_frame(codes, keys[ID].to_numpy())
    signup = np.datetime64(scenario.start, "M") + rows["signup"]
    columns = {
        ID: customers[ID],
        "as_of": keys["as_of"],
        **{name: customers[name] for name in FEATURES},
        "region": np.array(population.REGIONS, dtype=object)[rows["region"]],
        "signup_month": signup.astype("datetime64[ns]"),
        "legacy_device_code": np.array(population.DEVICES, dtype=object)[rows["device"]],
        "network_quality": rows["network_quality"],
        "propensity_score": rows["propensity_score"],
        "expected_stay_months": rows["expected_stay_months"],
        "contacted": rows["contacted"].astype(np.int64),
    }
    # Without copying: the arrays belong to no other frame that is handed out.
    return pd.DataFrame(columns, copy=False)


def _calendar(scenario: Scenario, month: NDArray[np.integer[Any]]) -> Months:
    """Numbers of months as calendar months; a negative number is none."""
    months = np.datetime64(scenario.start, "M") + month.astype("timedelta64[M]")
    return np.where(month < 0, np.datetime64("NaT", "M"), months)
