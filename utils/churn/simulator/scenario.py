"""Scenarios: what a simulated history is made of, as YAML files and as checked objects."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from churn.labels import LabelRule
from churn.schema import PRICE_LIST, PRICE_STEP
from churn.simulator.incidents import Incident

#: Environment variable that names the folder ``datasets`` when it is not beside the code.
DATASETS_VARIABLE = "CHURN_DATASETS"


class ScenarioError(ValueError):
    """A scenario cannot be found, read or simulated."""


class PriceChange(BaseModel):
    """A change of the price list: ``amount`` dollars a month more for ``component`` from ``date``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: dt.date
    component: str
    amount: float

    @model_validator(mode="after")
    def _check(self) -> PriceChange:
        if self.component not in PRICE_LIST:
            raise ValueError(
                f"{self.component!r} is not on the price list: {', '.join(PRICE_LIST)}"
            )
        if abs(self.amount / PRICE_STEP - round(self.amount / PRICE_STEP)) > 1e-6:
            raise ValueError(f"amount must be a multiple of {PRICE_STEP} dollars")
        if self.amount <= -PRICE_LIST[self.component]:
            raise ValueError(f"amount would make {self.component} free or worse")
        if self.date.day != 1:
            raise ValueError("prices change on the first day of a month")
        return self


class Scenario(BaseModel):
    """A telco and what happens to it.

    Attributes:
        name: also the name of its file in ``datasets/scenarios``.
        seed: whole number >= 0. Two scenarios of one seed share every random draw.
        start: first day of the first month.
        months: number of monthly snapshots.
        customers: customers in the first snapshot.
        monthly_joins: customers who join in each later month.
        label_delay_months: the detection window: so many months pass after the end of the month
            in which a customer left before that customer is known to have churned.
        label_window_months: a label says whether the customer leaves within so many months.
        seasonality: log odds of monthly churn added in January and taken off in July, with a
            cosine between.
        treatment_effects: whether customers answer a retention contact by their own hidden type
            (:mod:`churn.simulator.responses`); if not, a contact does the same to everybody.
        price_changes: true changes of the price list.
        incidents: what goes wrong, see :data:`churn.simulator.incidents.KINDS`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = ""
    seed: int = Field(default=0, ge=0)
    start: dt.date = dt.date(2024, 1, 1)
    months: int = Field(default=24, ge=1, le=240)
    customers: int = Field(default=7000, ge=1)
    monthly_joins: int = Field(default=230, ge=0)
    label_delay_months: int = Field(default=2, ge=0, le=24)
    label_window_months: int = Field(default=1, ge=1, le=24)
    seasonality: float = Field(default=0.0, ge=0, le=2)
    treatment_effects: bool = False
    price_changes: tuple[PriceChange, ...] = ()
    incidents: tuple[Incident, ...] = ()

    @field_validator("start", mode="before")
    @classmethod
    def _first_of_month(cls, start: Any) -> Any:
        """Accept ``2024-01`` for the first of January."""
        return f"{start}-01" if isinstance(start, str) and len(start) == 7 else start

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        if self.start.day != 1:
            raise ValueError("start must be the first day of a month, e.g. 2024-01")
        second, last = self.month_start(1), self.month_start(self.months)
        planned = [("price change", change.date) for change in self.price_changes]
        planned += [(incident.kind, incident.date) for incident in self.incidents]
        for label, date in planned:
            if not second <= date < last:
                raise ValueError(
                    f"{label} on {date} must fall on or after {second} (the second month) "
                    f"and before {last} (the end)"
                )
        return self

    def month_start(self, index: int) -> dt.date:
        """First day of month ``index`` (0 = the first of the history)."""
        years, month = divmod(self.start.year * 12 + self.start.month - 1 + index, 12)
        return dt.date(years, month + 1, 1)

    def month_end(self, index: int) -> dt.date:
        """Last day of month ``index``: the ``as_of`` day of its snapshot."""
        return self.month_start(index + 1) - dt.timedelta(days=1)

    @property
    def month_ends(self) -> list[dt.date]:
        """The ``as_of`` days of all snapshots, in order."""
        return [self.month_end(index) for index in range(self.months)]

    def joined_by(self, month: int) -> int:
        """How many customers there have ever been at the end of ``month``; also their numbers' end."""
        return self.customers + self.monthly_joins * month

    def month_index(self, day: dt.date) -> int:
        """Number of the month in which ``day`` falls (negative before the start)."""
        return (day.year - self.start.year) * 12 + day.month - self.start.month

    def label_rule(self, window_months: int | None = None) -> LabelRule:
        """What "churned" means here; the window is the scenario's if None is given.

        Raises:
            ValueError: if ``window_months`` is below 1.
        """
        window = self.label_window_months if window_months is None else window_months
        return LabelRule(window, gap_months=0, delay_months=self.label_delay_months)

    def without_incidents(self) -> Scenario:
        """The clean baseline of the same seed."""
        return self.model_copy(update={"incidents": ()})


def datasets_dir() -> Path:
    """The folder ``datasets``: ``$CHURN_DATASETS``, or the one of the course's repository.

    Raises:
        ScenarioError: if there is no such folder.
    """
    named = os.environ.get(DATASETS_VARIABLE)
    candidates = [Path(named)] if named else [p / "datasets" for p in Path(__file__).parents]
    for folder in candidates:
        if (folder / "scenarios").is_dir():
            return folder
    where = f"{named!r} has no folder scenarios" if named else "the code is not in its repository"
    raise ScenarioError(
        f"No datasets found ({where}): set {DATASETS_VARIABLE} to the course's folder datasets."
    )


def scenario_names() -> list[str]:
    """Names of all scenarios in ``datasets/scenarios``, in alphabetical order."""
    return sorted(path.stem for path in (datasets_dir() / "scenarios").glob("*.yaml"))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a scenario: ``"price_rise"`` from ``datasets/scenarios``, or any path to a YAML file.

    Raises:
        ScenarioError: one sentence that names the file and the first thing that is wrong in it.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = datasets_dir() / "scenarios" / f"{name_or_path}.yaml"
    if not path.is_file():
        known = ", ".join(scenario_names())
        raise ScenarioError(f"There is no scenario file {path.name}; the course has {known}.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ScenarioError(f"{path.name} is not valid YAML: {reason}") from error
    if not isinstance(content, dict):
        raise ScenarioError(f"{path.name} must hold settings by name, such as 'months: 24'.")
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ScenarioError(f"{path.name}: {place + ': ' if place else ''}{message}.") from error


def save_scenario(scenario: Scenario, path: str | Path) -> Path:
    """Write ``scenario`` as YAML, defaults included; returns the path."""
    target = Path(path)
    content = scenario.model_dump(mode="json", exclude_none=True)
    target.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
    return target
