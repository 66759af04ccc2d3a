"""A telco as a process in time: monthly snapshots, labels that arrive late, and the truth.

    history = simulate_history(load_scenario("price_rise"))

The clock. Month ``t`` ends on its last day, the ``as_of`` day of snapshot ``t``, which describes
the customers of that day and the bill of that month. A customer who joins in month ``t`` appears
in its snapshot with tenure 1 and one bill. A customer who leaves in month ``t + 1`` is in
snapshot ``t`` and no later one; ``label_delay_months`` after the end of that month the departure
is known (until then it could be a late payer or a customer who comes back).

The frames, sorted by month and then by customer number:

``snapshots``
    ``customerID``, ``as_of``, the nineteen feature columns of :mod:`churn.schema` and the columns
    of :mod:`churn.simulator.upstream`, as recorded at the time. ``tenure`` is the true one and can
    exceed the 72 months of the schema; ``table`` cuts it.
``labels``
    ``customerID``, ``as_of``, ``churned`` (1 = leaves within the label window), ``known_on``.
``departures``
    ``customerID``, ``left_on``, ``known_on``: one row per customer who left.
``corrections``
    Values of past snapshots that were written over later: ``customerID``, ``as_of``, ``column``,
    ``value``, ``written_on``.
``truth``
    For teaching only, never a feature: ``churn_probability`` of the month after ``as_of``, the
    ``usual_probability`` (without season, new prices and incidents), the hidden ``dissatisfaction`` and ``network_quality``, the true ``monthly_charges``, and whether
    the customer ``has_phone`` and ``has_internet``. No incident in the records touches it.

:mod:`churn.simulator.point_in_time` has the functions that read a history as a person could on a given
day: labels known so far, snapshots with their corrections, one month as a customer table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import Day, Months
from churn.schema import FEATURES, ID, TARGET
from churn.simulator import population
from churn.simulator import record_incidents as incidents
from churn.simulator.codes import MILLI, NO_INTERNET, STEPS_PER_DOLLAR, YES, Codes
from churn.simulator.customers import customer_ids, to_frame
from churn.simulator.incidents import Incident
from churn.simulator.random_streams import uniforms
from churn.simulator.scenario import Scenario
from churn.simulator.upstream import upstream_columns

_RECORDED = (
    *(c for c in FEATURES if c not in {"MonthlyCharges", "TotalCharges"}),
    *("monthly_steps", "total_steps", "number", "signup", "region", "device"),
    *("network_quality", "propensity_score", "expected_stay_months", "contacted"),
    *("quality", "dissatisfaction"),
)


@dataclass(frozen=True)
class History:
    """A simulated history; the frames are described in :mod:`churn.simulator.history`."""

    scenario: Scenario
    snapshots: pd.DataFrame
    labels: pd.DataFrame
    departures: pd.DataFrame
    corrections: pd.DataFrame
    truth: pd.DataFrame

    @property
    def truth_incidents(self) -> tuple[Incident, ...]:
        """What was planted."""
        return self.scenario.incidents

    @property
    def months(self) -> list[pd.Timestamp]:
        """The ``as_of`` days, in order."""
        return [pd.Timestamp(day) for day in self.scenario.month_ends]


def simulate_history(scenario: Scenario) -> History:
    """Simulate ``scenario``; the same scenario always gives the same bytes.

    Memory and time grow with customers times months: 20,000 customers over 24 months are about
    480,000 snapshot rows (``benchmarks/history.py`` prints rows per second).
    """
    months, left = _run(scenario)
    rows = {key: np.concatenate([month[key] for month in months]) for key in months[0]}
    month = np.repeat(np.arange(scenario.months), [len(m["number"]) for m in months])
    ids = customer_ids(len(left), scenario.seed)
    ends = np.array(scenario.month_ends, dtype="datetime64[ns]")
    keys = pd.DataFrame({ID: ids[rows["number"]], "as_of": ends[month]})
    left_in = _calendar(scenario, left)
    context = incidents.Context(scenario, month, rows["number"], left, rows["quality"])
    snapshots, corrections = incidents.apply(_snapshot_frame(scenario, rows, keys), context)
    return History(
        scenario=scenario,
        snapshots=snapshots,
        labels=_label_frame(scenario, keys, month, left_in[rows["number"]]),
        departures=_departure_frame(scenario, ids, left_in),
        corrections=corrections,
        truth=_truth_frame(keys, rows),
    )


def _run(scenario: Scenario) -> tuple[list[Codes], NDArray[np.int64]]:
    """Let time pass: what is recorded each month, and the month in which each customer left."""
    left = np.full(scenario.joined_by(scenario.months - 1), -1)
    state = population.initial(scenario)
    recorded = []
    for month in range(scenario.months):
        log_odds = population.profile_log_odds(state)
        population.update_price_shock(state, scenario, month + 1)
        seen = {**state, **upstream_columns(state, scenario, month, log_odds)}
        now = {key: seen[key] for key in _RECORDED}
        now["probability"], now["usual"] = population.leave_probabilities(
            seen, scenario, month + 1, log_odds
        )
        recorded.append(now)
        draws = uniforms(scenario.seed, "leave", month + 1, state["number"])[:, 0]
        leaves = draws < now["probability"]
        left[state["number"][leaves]] = month + 1
        if month + 1 < scenario.months:
            state = population.select(state, ~leaves)
            population.change_services(state, scenario, month + 1)
            population.advance_month(state, scenario, month + 1)
            state = population.append(state, population.newcomers(scenario, month + 1))
    return recorded, left


def _snapshot_frame(scenario: Scenario, rows: Codes, keys: pd.DataFrame) -> pd.DataFrame:
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


def _truth_frame(keys: pd.DataFrame, rows: Codes) -> pd.DataFrame:
    return keys.assign(
        churn_probability=rows["probability"],
        usual_probability=rows["usual"],
        dissatisfaction=rows["dissatisfaction"] / MILLI,
        network_quality=rows["quality"],
        monthly_charges=rows["monthly_steps"] / STEPS_PER_DOLLAR,
        has_phone=rows["PhoneService"] == YES,
        has_internet=rows["InternetService"] != NO_INTERNET,
    )


def _departure_frame(scenario: Scenario, ids: NDArray[np.object_], left_in: Months) -> pd.DataFrame:
    gone = np.flatnonzero(~np.isnat(left_in))
    months = left_in[gone]
    first = months.astype("datetime64[D]")
    length = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype(np.int64)
    part = uniforms(scenario.seed, "day of leaving", 0, gone)[:, 0]
    day = (part * length).astype(np.int64)
    return pd.DataFrame(
        {
            ID: ids[gone],
            "left_on": (first + day).astype("datetime64[ns]"),
            "known_on": scenario.label_rule().certain_on(months),
        }
    ).sort_values("left_on", kind="stable", ignore_index=True)


def _label_frame(
    scenario: Scenario, keys: pd.DataFrame, month: NDArray[np.int64], left_in: Months
) -> pd.DataFrame:
    """Labels of the rows whose window is over when the simulation ends."""
    rule = scenario.label_rule()
    churned, known_on = rule.outcome(_calendar(scenario, month), left_in)
    labels = keys.assign(churned=churned.astype(np.int64), known_on=known_on)
    complete = month + rule.window_months <= scenario.months
    return labels if complete.all() else labels[complete].reset_index(drop=True)


def snapshot_index(scenario: Scenario, day: Day) -> int:
    """Number of the snapshot of the month in which ``day`` falls; ValueError if there is none."""
    index = scenario.month_index(pd.Timestamp(day).date())
    if not 0 <= index < scenario.months:
        raise ValueError(
            f"there is no snapshot of {pd.Timestamp(day):%Y-%m}: the history runs from "
            f"{scenario.start:%Y-%m} to {scenario.month_end(scenario.months - 1):%Y-%m}"
        )
    return index


def _calendar(scenario: Scenario, month: NDArray[np.integer[Any]]) -> Months:
    """Numbers of months as calendar months; a negative number is none."""
    months = np.datetime64(scenario.start, "M") + month.astype("timedelta64[M]")
    return np.where(month < 0, np.datetime64("NaT", "M"), months)
