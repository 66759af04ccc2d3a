"""A simulated telco: customers at one moment, their history, and incidents with a known truth.

    from churn.simulator import load_scenario, simulate_customers, simulate_history

It stands for the outside world, so the company meets it only where data come in (``churn.data``).
``customers`` draws a cross-section with the columns and dependences of the IBM sample, ``history``
lets such customers join, change and leave month after month as a ``scenario`` says (``month_end``: what
a policy sees that decides whom to contact; ``responses``: what a contact does), ``events`` gives
the log of calls, payments and usage behind it, and ``point_in_time`` reads a history as a person
could on a given day. ``incidents`` says what can go wrong, with planted truth. The other modules are
the machine inside.
"""

from churn.simulator.customers import simulate_customers
from churn.simulator.events import simulate_events
from churn.simulator.history import History, simulate_history
from churn.simulator.incidents import KINDS, Incident
from churn.simulator.month_end import MonthEnd, Policy
from churn.simulator.point_in_time import churn_labels, labels_known_at, snapshots_at, table
from churn.simulator.scenario import (
    PriceChange,
    Scenario,
    load_scenario,
    save_scenario,
    scenario_names,
)

__all__ = [
    "KINDS",
    "History",
    "Incident",
    "MonthEnd",
    "Policy",
    "PriceChange",
    "Scenario",
    "churn_labels",
    "labels_known_at",
    "load_scenario",
    "save_scenario",
    "scenario_names",
    "simulate_customers",
    "simulate_events",
    "simulate_history",
    "snapshots_at",
    "table",
]
