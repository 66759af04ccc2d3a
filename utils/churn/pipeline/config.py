"""What an environment of the pipeline is set to: typed, from YAML, and nothing that is misspelled.

    config = load_config("staging")

``base.yaml`` holds what all environments share, ``<environment>.yaml`` what one of them changes. A
*profile* such as ``unattended.yaml`` changes some of it for an environment of one's choice. A key that
nobody knows, an environment that does not exist and a password in a file are each one
sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from churn import schema
from churn.credentials import passwords_in
from churn.labels import Day, LabelRule
from churn.metrics import Campaign
from churn.registry.gates import GateConfig

#: The settings that come with the package.
FOLDER = Path(__file__).with_name("environments")
ENVIRONMENTS = ("dev", "staging", "prod")
PROFILES = ("unattended",)
#: Settings that say where things are, not what is done: they are no part of the digest.
ADDRESSES = ("registry", "feature_registry", "feature_store", "scores", "spark")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NO_ADDRESS = "write sqlite:///FILE or postgresql+psycopg://…, as far as this setting takes them"
#: Of a database that the pipeline opens itself; empty for files in the environment's folder.
_DATABASE = r"^((sqlite|postgresql\+psycopg)://.*)?$"


class ConfigError(ValueError):
    """The settings of an environment cannot be used; with one sentence."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Labels(_Part):
    """What "leaves" means, in calendar months; see :class:`churn.labels.LabelRule`."""

    window_months: int = Field(ge=1, le=12)
    gap_months: int = Field(ge=0, le=12)
    delay_months: int = Field(ge=0, le=12)
    #: Judge and watch models by who is missing from later deliveries; see :mod:`churn.pipeline.early`.
    early: bool = False

    @property
    def rule(self) -> LabelRule:
        """The rule itself."""
        return LabelRule(self.window_months, self.gap_months, self.delay_months)


class PriceChange(_Part):
    """An announced change of all prices: from which month on, and by which share of those before."""

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    change: float = Field(gt=-1, le=1)


class Quality(_Part):
    """What a delivery must keep: compared with the month before, and with the price list."""

    max_change: float = Field(gt=0, le=1)
    min_aged: float = Field(ge=0, le=1)
    price_changes: tuple[PriceChange, ...] = ()

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        months = [one.month for one in self.price_changes]
        if months != sorted(set(months)):
            raise ValueError("price_changes must stand in the order of their months, one for each")
        return self

    def bills(self, day: Day) -> tuple[float, float]:
        """Lowest and highest plausible monthly charge in dollars on a day.

        By the price list of :mod:`churn.schema` and by each change since: a contract may still be
        billed by an older list.
        """
        low, high = schema.bill_range()
        lists, factor = [1.0], 1.0
        for one in self.price_changes:
            if one.month <= f"{pd.Timestamp(day):%Y-%m}":
                factor *= 1 + one.change
                lists.append(factor)
        return low * min(lists), high * max(lists)


class Training(_Part):
    """Which model, on how many months, on at most how many rows.

    ``window``: ``newest`` months, or of these only those ``since_change``, see
    :func:`churn.training.continuous.windows.since_change`.
    """

    kind: Literal["logistic", "boosting"]
    seed: int = Field(ge=0)
    settings: dict[str, float | int | str | None] = {}
    months: int = Field(ge=1, le=36)
    window: Literal["newest", "since_change"] = "newest"
    max_rows: int = Field(ge=1000)

    @model_validator(mode="after")
    def _settings_of_the_model(self) -> Self:
        """Refuse what the model does not take here, and not in the job that trains it."""
        if not self.settings:
            return self
        # Here: scikit-learn takes a second, and most settings name none of its own.
        from churn.training.models import settings_problem

        if problem := settings_problem(self.kind, self.settings):
            raise ValueError(problem)
        return self


class Monitor(_Part):
    """When a column counts as drifted."""

    level: float = Field(gt=0, lt=1)
    min_effect: float = Field(ge=0, le=1)
    max_rows: int = Field(ge=100)


class Trigger(_Part):
    """When a model is trained again; see :mod:`churn.training.continuous.triggers`."""

    kind: Literal["never", "schedule", "performance", "data", "either"]
    errors: float = Field(gt=0)
    months: int = Field(ge=1)
    rest: int = Field(ge=1)


class Approval(_Part):
    """Who promotes, and who else has to say yes."""

    who: str = Field(min_length=1)
    second_person: bool = False
    approver: str = ""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.second_person and not self.approver.strip():
            raise ValueError("second_person needs an approver")
        return self


class Config(_Part):
    """The settings of one environment.

    Attributes:
        environment: its name.
        model: name of the registered model.
        engine: who scores the base on this machine, see :mod:`churn.scoring.engines`.
        spark: address of a Spark master, as ``local[*]`` or ``spark://HOST:PORT``: it scores the base
            in place of the engine; empty for the engine.
        share: of the customers in a delivery, those that this environment sees.
        registry: URL of MLflow's database or server; empty for SQLite in the environment's folder.
        feature_registry: URL of Feast's registry; empty for a file in the folder.
        feature_store: URL of the PostgreSQL database of Feast's features, offline and online; empty
            for files in the folder.
        scores: URL of the database of scores; empty for SQLite in the folder.
    """

    environment: Literal["dev", "staging", "prod"]
    model: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    engine: Literal["pandas", "onnx", "polars"]
    spark: str = Field(
        default="", pattern=r"^((local(\[(\*|[1-9]\d*)\])?|yarn|(spark|sc|k8s)://\S+))?$"
    )
    share: float = Field(gt=0, le=1)
    registry: str = Field(default="", pattern=rf"{_DATABASE}|^https?://.+$")
    feature_registry: str = Field(default="", pattern=_DATABASE)
    feature_store: str = Field(default="", pattern=r"^(postgresql\+psycopg://.*)?$")
    scores: str = Field(default="", pattern=_DATABASE)
    labels: Labels
    quality: Quality
    training: Training
    campaign: Campaign
    gate: GateConfig
    monitor: Monitor
    trigger: Trigger
    approval: Approval
    _written: dict[str, str] = PrivateAttr(default_factory=dict)

    def written(self, address: str) -> str:
        """An address as the file has it, with ``${NAME}`` in it: so it may be kept on the disk."""
        return self._written.get(address, "")

    @property
    def scored_by(self) -> Literal["pandas", "onnx", "polars", "spark"]:
        """Who scores the base: Spark where there is an address of it, else the engine."""
        return "spark" if self.spark else self.engine

    @property
    def bounds(self) -> GateConfig:
        """The gate's bounds, with the campaign of the environment."""
        return self.gate.model_copy(update={"campaign": self.campaign})

    def digest(self) -> str:
        """The first twelve characters of the SHA-256 of what decides on results."""
        plain = self.model_dump(mode="json", exclude=set(ADDRESSES))
        # Where Spark's master is changes nothing; that Spark scores may change a last digit.
        plain["engine"] = self.scored_by
        text = json.dumps(plain, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_config(
    environment: str,
    folder: Path | None = None,
    changes: Mapping[str, Any] | None = None,
    variables: Mapping[str, str] | None = None,
    profile: str | None = None,
) -> Config:
    """The settings of an environment.

    Args:
        environment: ``dev``, ``staging`` or ``prod``.
        folder: with ``base.yaml`` and one file for each environment; default: those of the package.
        changes: settings in place of those of the files, nested as there.
        variables: where ``${NAME}`` is looked up; default: the environment variables.
        profile: a name of :data:`PROFILES`: what its file changes in those of the environment.

    Raises:
        ConfigError: with one sentence.
    """
    if environment not in ENVIRONMENTS:
        raise ConfigError(f"there is no environment {environment!r}: {', '.join(ENVIRONMENTS)}")
    folder = FOLDER if folder is None else folder
    known = os.environ if variables is None else variables
    merged: dict[str, Any] = {}
    if profile is not None and profile not in PROFILES:
        raise ConfigError(f"there is no profile {profile!r}: {', '.join(PROFILES)}")
    for name in ("base", environment, *([profile] if profile else [])):
        merged = _merged(merged, _read(folder / f"{name}.yaml"))
    if passwords_in(str(changes)):
        raise ConfigError("a change holds a password: write ${NAME} in its place")
    merged = _merged(merged, changes or {})
    given = merged.pop("environment", environment)
    if given != environment:
        raise ConfigError(f"the settings of {environment} say that they are of {given}")
    try:
        config = Config.model_validate({**_filled(merged, known), "environment": environment})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        said = {
            "extra_forbidden": "there is no such setting",
            "missing": "this setting is missing",
            "string_pattern_mismatch": _NO_ADDRESS if where in ADDRESSES else first["msg"],
        }.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise ConfigError(f"{environment}: {where}: {said}") from None
    config._written.update({name: merged[name] for name in ADDRESSES if name in merged})
    return config


def changes_of(lines: Sequence[str]) -> dict[str, Any]:
    """Settings given on a line each, as ``gate.draws=500``, nested as in the files.

    Raises:
        ConfigError: if a line names no setting, or its value is no YAML.
    """
    found: dict[str, Any] = {}
    for line in lines:
        name, equals, text = line.partition("=")
        if not equals or not all(name.split(".")):
            raise ConfigError(f"{line!r} is no setting: write NAME=VALUE, as gate.draws=500")
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"{name}: {' '.join(str(error).split())}") from None
        for part in reversed(name.split(".")):
            value = {part: value}
        found = _merged(found, value)
    return found


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ConfigError(f"there is no {file.name} in {file.parent.name}")
    try:
        text = file.read_text(encoding="utf-8")
        found = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name} is no YAML: {' '.join(str(error).split())}") from None
    if passwords_in(text):
        raise ConfigError(
            f"{file.name} holds a password: put the address into an environment variable and "
            "write ${NAME}"
        )
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise ConfigError(f"{file.name} is no list of settings by name")
    return found


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """``old`` with what ``new`` says; parts that both have are merged, everything else replaced."""
    both = dict(old)
    for name, value in new.items():
        part = both.get(name)
        nested = isinstance(part, Mapping) and isinstance(value, Mapping)
        both[name] = _merged(part or {}, value) if nested else value
    return both


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    """``value`` with each ``${NAME}`` replaced."""
    if isinstance(value, dict):
        return {name: _filled(part, variables) for name, part in value.items()}
    if not isinstance(value, str):
        return value

    def look_up(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise ConfigError(f"the settings need the environment variable {found[1]}")
        return variables[found[1]]

    return _VARIABLE.sub(look_up, value)
