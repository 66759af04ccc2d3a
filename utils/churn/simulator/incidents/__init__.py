"""Incidents with planted truth: sixteen ways in which a telco's data or customers change."""

from churn.simulator.incidents.spec import KINDS, Incident, Kind

__all__ = ["KINDS", "Incident", "Kind"]
