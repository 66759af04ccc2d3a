"""Incidents: sixteen ways in which a telco's data or customers change, with planted truth.

``process`` kinds change what customers do or what the company does to them
(:mod:`churn.simulator.process_incidents`); ``record`` kinds leave the telco alone and change only
what is written down about it (:mod:`churn.simulator.record_incidents`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator


@dataclass(frozen=True)
class Kind:
    """One kind of incident: where it acts and what its size means.

    ``columns`` are those it may act on, the first being the default; ``low`` and ``high`` bound
    the size (both included). ``may_end``: the incident may have a last day. ``whole_months``:
    it can start only on the first day of a month.
    """

    layer: Literal["process", "record"]
    frame: Literal["snapshots", "labels", "events"]
    columns: tuple[str, ...]
    size_means: str
    default: float
    low: float
    high: float
    may_end: bool = True
    whole_months: bool = True
    whole_size: bool = False


KINDS: dict[str, Kind] = {
    "new_gender_categories": Kind(
        "record", "snapshots", ("gender",),
        "share of new customers who choose one of the new entries", 0.3, 0.01, 1.0,
    ),
    "reestimated_column": Kind(
        "record", "snapshots", ("network_quality",),
        "points by which the new estimate lies above the old one", 8.0, -20.0, 20.0,
    ),
    "legacy_feature": Kind(
        "record", "snapshots", ("legacy_device_code",),
        "share of customers whose code falls back to the default", 1.0, 0.01, 1.0,
    ),
    "backfilled_column": Kind(
        "record", "snapshots", ("expected_stay_months",),
        "number of past months whose missing values are filled with hindsight", 6, 1, 120,
        may_end=False, whole_size=True,
    ),
    "upstream_model_corrected": Kind(
        "record", "snapshots", ("propensity_score",),
        "bias taken out of the score", 0.1, 0.01, 0.12,
    ),
    "marketing_shift": Kind(
        "process", "snapshots", ("InternetService",),
        "share of new customers brought by the campaign", 0.6, 0.01, 1.0,
    ),
    "price_rise": Kind(
        "process", "snapshots", ("MonthlyCharges",),
        "relative rise of every bill", 0.1, 0.01, 1.0, may_end=False,
    ),
    "competitor_enters": Kind(
        "process", "labels", ("Churn",),
        "log odds added to the monthly churn of fiber customers without a fixed term",
        0.8, 0.05, 4.0,
    ),
    "unit_change_to_cents": Kind(
        "record", "snapshots", ("MonthlyCharges", "TotalCharges"),
        "factor on the amounts", 100, 100, 100, whole_size=True,
    ),
    "duplicated_batch": Kind(
        "record", "snapshots", ("customerID",),
        "share of the month's rows that are loaded twice", 0.25, 0.001, 1.0, may_end=False,
    ),
    "stale_feed": Kind(
        "record", "snapshots",
        ("TotalCharges", "MonthlyCharges", "network_quality", "propensity_score"),
        "number of monthly snapshots that repeat the last good values", 4, 1, 120,
        may_end=False, whole_size=True,
    ),
    "test_data_in_production": Kind(
        "record", "snapshots", ("customerID",),
        "number of test customers in each snapshot", 120, 1, 9999, whole_size=True,
    ),
    "missing_block": Kind(
        "record", "snapshots",
        ("PaymentMethod", "Contract", "InternetService", "TechSupport", "OnlineSecurity",
         "MonthlyCharges", "TotalCharges", "network_quality", "propensity_score"),
        "share of each snapshot's rows, one after the other, without a value", 0.2, 0.001, 1.0,
    ),
    "time_zone_shift": Kind(
        "record", "events", ("occurred_at",),
        "hours added to the time stamps", 2, -14, 14, whole_months=False, whole_size=True,
    ),
    "feedback_loop": Kind(
        "process", "labels", ("Churn",),
        "share of customers, those with the highest score, whom the campaign keeps",
        0.1, 0.005, 0.5,
    ),
    "threshold_no_longer_right": Kind(
        "process", "labels", ("Churn",),
        "log odds added to every customer's monthly churn", 0.7, -3.0, 3.0,
    ),
}  # fmt: skip


class Incident(BaseModel):
    """The planted truth of one incident.

    Attributes:
        kind: one of :data:`KINDS`.
        column: the column it acts on; the kind's first column if left out.
        date: the first day on which it acts.
        until: the first day on which it no longer acts; never ends if left out.
        size: how strong it is, in the unit that the kind's ``size_means`` names.
        note: a sentence for the reader.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    column: str = ""
    date: dt.date
    until: dt.date | None = None
    size: float = 0.0
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("kind") in KINDS:
            kind = KINDS[given["kind"]]
            return {"column": kind.columns[0], "size": kind.default, **given}
        return given

    @model_validator(mode="after")
    def _check(self) -> Incident:
        if self.kind not in KINDS:
            raise ValueError(
                f"unknown kind {self.kind!r}; choose one of {', '.join(sorted(KINDS))}"
            )
        kind = KINDS[self.kind]
        if self.column not in kind.columns:
            raise ValueError(
                f"{self.kind} acts on {' or '.join(kind.columns)}, not on {self.column!r}"
            )
        if not kind.low <= self.size <= kind.high or self.size == 0:
            raise ValueError(
                f"size of {self.kind} ({kind.size_means}) must lie between {kind.low:g} and "
                f"{kind.high:g} and not be 0, got {self.size:g}"
            )
        if kind.whole_size and self.size != int(self.size):
            raise ValueError(f"size of {self.kind} ({kind.size_means}) must be a whole number")
        if kind.whole_months and any(d.day != 1 for d in (self.date, self.until) if d):
            raise ValueError(f"{self.kind} acts on whole months: give the first day of one")
        if self.until is not None and not (kind.may_end and self.until > self.date):
            raise ValueError(
                f"{self.kind} cannot end on {self.until}: "
                + ("that is not after its start" if kind.may_end else "this kind has no end date")
            )
        return self

    def acts_on(self, day: dt.date) -> bool:
        """Whether the incident acts on ``day``."""
        return self.date <= day and (self.until is None or day < self.until)
