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
    ``usual_probability`` (without season, new prices, incidents and contacts), the hidden
    ``dissatisfaction`` and ``network_quality``, the true ``monthly_charges``, and whether
    the customer ``has_phone`` and ``has_internet``. With ``treatment_effects`` in the scenario
    also the hidden ``response_type`` of the month (:mod:`churn.simulator.responses`) and the
    ``probability_without_contact`` and ``probability_with_contact``, of which
    ``churn_probability`` is the one that came to be. No incident in the records touches it.

:mod:`churn.simulator.point_in_time` has the functions that read a history as a person could on a given
day: labels known so far, snapshots with their corrections, one month as a customer table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import Day
from churn.simulator import population, responses
from churn.simulator.codes import Codes
from churn.simulator.customers import customer_ids
from churn.simulator.frames import RECORDED, TREATMENT, Rows
from churn.simulator.incidents import Incident
from churn.simulator.month_end import MonthEnd, Policy, chosen
from churn.simulator.random_streams import uniforms
from churn.simulator.scenario import Scenario
from churn.simulator.upstream import upstream_columns


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


def simulate_history(scenario: Scenario, policy: Policy | None = None) -> History:
    """Simulate ``scenario``; the same scenario and policy always give the same bytes.

    Memory and time grow with customers times months: 20,000 customers over 24 months are about
    480,000 snapshot rows (``benchmarks/history.py`` prints rows per second).

    Args:
        scenario: the telco and what happens to it.
        policy: whom the company contacts at the end of each month, see
            :mod:`churn.simulator.month_end`; what it answers must follow from what it gets. A
            contact acts on the chance of leaving in the following month. It is recorded in the
            column ``contacted``, with the contacts of a ``feedback_loop``. No random draw depends
            on it: two policies on one seed differ by what their contacts do.

    Raises:
        ValueError: if the policy names somebody who is not in the snapshot.
    """
    rows = Rows(scenario, *_run(scenario, policy))
    snapshots, corrections = rows.snapshots()
    return History(
        scenario=scenario,
        snapshots=snapshots,
        labels=rows.labels(),
        departures=rows.departures(),
        corrections=corrections,
        truth=rows.truth(),
    )


def _run(scenario: Scenario, policy: Policy | None) -> tuple[list[Codes], NDArray[np.int64]]:
    """Let time pass: what is recorded each month, and the month in which each customer left."""
    left = np.full(scenario.joined_by(scenario.months - 1), -1)
    ids = customer_ids(len(left), scenario.seed)
    names = (*RECORDED, *(TREATMENT if scenario.treatment_effects else ()))
    state = population.initial(scenario)
    recorded: list[Codes] = []
    for month in range(scenario.months):
        log_odds = population.profile_log_odds(state)
        population.update_price_shock(state, scenario, month + 1)
        seen = {**state, **upstream_columns(state, scenario, month, log_odds)}
        if scenario.treatment_effects:
            seen["response"] = responses.response_types(state, scenario)
        seen |= population.leave_probabilities(seen, scenario, month + 1, log_odds)
        now = {name: seen[name] for name in names}
        if policy is not None:
            here = MonthEnd(scenario, [*recorded, now], left)
            also = chosen(policy, here, ids[state["number"]])
            contacted = ((now["contacted"] == 1) | also).astype(np.int8)
            now = {**now, "contacted": contacted}
        now["probability"] = np.where(
            now["contacted"] == 1, seen["with_contact"], seen["without_contact"]
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


def snapshot_index(scenario: Scenario, day: Day) -> int:
    """Number of the snapshot of the month in which ``day`` falls; ValueError if there is none."""
    index = scenario.month_index(pd.Timestamp(day).date())
    if not 0 <= index < scenario.months:
        raise ValueError(
            f"there is no snapshot of {pd.Timestamp(day):%Y-%m}: the history runs from "
            f"{scenario.start:%Y-%m} to {scenario.month_end(scenario.months - 1):%Y-%m}"
        )
    return index
