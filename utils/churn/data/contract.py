"""A data contract: what the makers of a table promise its readers, held against each delivery.

The file is in the form of the Open Data Contract Standard (ODCS), version 3.1, by Bitol at the Linux
Foundation. Of the standard this module knows what the telco's contracts use. A word that it does not
know is refused when the contract is read: a promise that is skipped in silence would look like one
that is kept. Rules in SQL are run by DuckDB.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import pandas as pd
import yaml
from pandas.api import types
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from churn.data.origin import BatchRefusedError

Between = tuple[float, float]
_COMPARE: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "mustBe": (operator.eq, "must be"),
    "mustNotBe": (operator.ne, "must not be"),
    "mustBeGreaterThan": (operator.gt, "must be greater than"),
    "mustBeGreaterOrEqualTo": (operator.ge, "must be at least"),
    "mustBeLessThan": (operator.lt, "must be less than"),
    "mustBeLessOrEqualTo": (operator.le, "must be at most"),
}
#: A share of the rows needs this many hundredths of them.
_PERCENT = 100.0


class ContractError(ValueError):
    """A contract cannot be read; the message says where and why."""


class Breach(NamedTuple):
    """A promise that a delivery does not keep: where, which one, and what was found."""

    where: str
    promise: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: {self.promise}, found {self.found}"


class _Part(BaseModel):
    # Names are the standard's own, in its camel case.
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quality(_Part):
    """One rule: a figure of the table or a column, and what it must be."""

    type: Literal["library", "sql"] = "library"
    metric: Literal["nullValues", "invalidValues", "duplicateValues", "rowCount"] | None = None
    arguments: dict[str, list[Any]] = {}
    query: str | None = None
    description: str = ""
    unit: Literal["rows", "percent"] = "rows"
    mustBe: float | None = None  # noqa: N815
    mustNotBe: float | None = None  # noqa: N815
    mustBeGreaterThan: float | None = None  # noqa: N815
    mustBeGreaterOrEqualTo: float | None = None  # noqa: N815
    mustBeLessThan: float | None = None  # noqa: N815
    mustBeLessOrEqualTo: float | None = None  # noqa: N815
    mustBeBetween: Between | None = None  # noqa: N815

    @model_validator(mode="after")
    def _says_something(self) -> Quality:
        if self.type == "sql" and not self.query:
            raise ValueError("a rule in SQL needs a query")
        if self.type == "library" and self.metric is None:
            raise ValueError("a rule of the library needs a metric")
        if not list(self.demands()):
            raise ValueError("a rule needs what its figure must be")
        return self

    def demands(self) -> Iterator[tuple[Callable[[float], bool], str]]:
        """Each demand as a test of the figure, and in words."""
        for name, (compare, words) in _COMPARE.items():
            bound = getattr(self, name)
            if bound is not None:
                # The figure stands first in each demand: "must be less than" is figure < bound.
                yield partial(_swapped, compare, bound), f"{words} {bound:g}"
        if self.mustBeBetween is not None:
            low, high = self.mustBeBetween
            yield (lambda figure: low <= figure <= high), f"must be between {low:g} and {high:g}"


def _swapped(compare: Callable[[float, float], bool], bound: float, figure: float) -> bool:
    return compare(figure, bound)


class TypeOptions(_Part):
    """What the values of a column are held to, beyond their type."""

    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None


class Property(_Part):
    """A column."""

    name: str
    logicalType: Literal["string", "integer", "number"]  # noqa: N815
    description: str = Field(min_length=1)
    required: bool = False
    unique: bool = False
    primaryKey: bool = False  # noqa: N815
    logicalTypeOptions: TypeOptions = TypeOptions()  # noqa: N815
    quality: tuple[Quality, ...] = ()


class SchemaObject(_Part):
    """A table."""

    name: str
    logicalType: Literal["object"] = "object"  # noqa: N815
    physicalType: str = "table"  # noqa: N815
    description: str = ""
    properties: tuple[Property, ...] = Field(min_length=1)
    quality: tuple[Quality, ...] = ()


class Description(_Part):
    """What the data are for, and what not."""

    purpose: str
    limitations: str = ""
    usage: str = ""


class Member(_Part):
    """Somebody who answers for the data."""

    username: str
    role: str = ""


class Team(_Part):
    """Who promises."""

    name: str
    members: tuple[Member, ...] = ()


class Channel(_Part):
    """Where a reader asks, and hears of changes."""

    channel: str
    tool: str = ""
    url: str = ""
    description: str = ""


class Sla(_Part):
    """A promise about time. Only a ``latency`` in days is held against a delivery."""

    property: Literal["latency", "frequency", "retention"]
    value: float
    unit: Literal["d", "m", "y"]
    element: str = ""
    description: str = ""

    @model_validator(mode="after")
    def _can_be_checked(self) -> Sla:
        if self.property == "latency" and self.unit != "d":
            raise ValueError("a latency is given in days (unit: d)")
        return self


class DataContract(_Part):
    """A contract about one table, see :func:`read_contract`."""

    API: ClassVar[str] = "v3.1.0"

    apiVersion: Literal["v3.1.0"]  # noqa: N815
    kind: Literal["DataContract"]
    id: str
    name: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    status: Literal["proposed", "draft", "active", "deprecated", "retired"]
    domain: str = ""
    description: Description
    team: Team
    support: tuple[Channel, ...] = ()
    schema_: tuple[SchemaObject, ...] = Field(alias="schema", min_length=1, max_length=1)
    slaProperties: tuple[Sla, ...] = ()  # noqa: N815

    @property
    def table(self) -> SchemaObject:
        """The table that it is about."""
        return self.schema_[0]

    def breaches(self, delivery: pd.DataFrame, as_of: dt.date, arrived: dt.date) -> list[Breach]:
        """What a delivery breaks, in the order of the contract; empty if it keeps every promise.

        Columns that the contract does not name are free: a reader does not read them.

        Args:
            delivery: the table.
            as_of: the day that it describes.
            arrived: the day on which it could be read.
        """
        found = list(_late(self, as_of, arrived))
        table = self.table
        missing = [column for column in table.properties if column.name not in delivery.columns]
        found += [Breach(column.name, "is a column", "none of this name") for column in missing]
        for column in table.properties:
            if column not in missing:
                found += _column(column, delivery[column.name])
        # Rules of the whole table may name any column: they say nothing sensible without one.
        if not missing:
            for rule in table.quality:
                found += _judge(table.name, rule, _of_table(rule, table, delivery), len(delivery))
        return found

    def require(self, delivery: pd.DataFrame, as_of: dt.date, arrived: dt.date) -> pd.DataFrame:
        """Return ``delivery`` itself if it keeps the contract.

        Raises:
            BatchRefusedError: with the first three breaches and how many more there are.
        """
        found = self.breaches(delivery, as_of, arrived)
        if found:
            more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
            said = "; ".join(map(str, found[:3]))
            raise BatchRefusedError(
                f"delivery refused, contract {self.name} {self.version}: {said}{more}"
            )
        return delivery


def read_contract(source: Path | str) -> DataContract:
    """The contract in a YAML file, or in a YAML text.

    Raises:
        ContractError: if it is no contract, or says something that this module cannot check.
    """
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    try:
        return DataContract.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ContractError(f"the contract is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the contract"
        raise ContractError(
            f"{where}: {first['msg']} ({error.error_count()} fault(s) in all)"
        ) from error


def _late(contract: DataContract, as_of: dt.date, arrived: dt.date) -> Iterator[Breach]:
    days = (arrived - as_of).days
    for sla in contract.slaProperties:
        if sla.property == "latency" and not 0 <= days <= sla.value:
            promise = f"latency is at most {sla.value:g} day(s)"
            yield Breach(contract.table.name, promise, f"{days} day(s)")


def _column(column: Property, values: pd.Series) -> Iterator[Breach]:
    name, present = column.name, values.dropna()
    foreign = _foreign_type(column.logicalType, present)
    if foreign:
        yield Breach(name, f"is of type {column.logicalType}", foreign)
        return  # what is no number cannot be held against a minimum
    if column.required and len(present) < len(values):
        yield Breach(name, "has no missing values", f"{len(values) - len(present)} of them")
    if column.unique and present.duplicated().any():
        yield Breach(name, "is unique", f"{int(present.duplicated().sum())} value(s) repeated")
    options = column.logicalTypeOptions
    bounds = {
        "pattern": (options.pattern, lambda bound: ~present.str.contains(_to_the_end(bound))),
        "minimum": (options.minimum, lambda bound: present < bound),
        "maximum": (options.maximum, lambda bound: present > bound),
    }
    for word, (bound, outside) in bounds.items():
        if bound is not None and (wrong := outside(bound)).any():
            example = present[wrong].tolist()[0]
            yield Breach(name, f"has {word} {bound}", f"{int(wrong.sum())} outside, e.g. {example}")
    for rule in column.quality:
        yield from _judge(name, rule, _of_column(rule, values), len(values))


def _to_the_end(pattern: str) -> re.Pattern[str]:
    """Python's ``$`` also matches before a line end; the standard's patterns mean the end."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


def _foreign_type(kind: str, present: pd.Series) -> str:
    """What a column holds instead of its type; empty if it is right."""
    if kind == "string":
        right = types.infer_dtype(present) in ("string", "empty")
    elif kind == "integer":
        right = types.is_integer_dtype(present)
    else:
        right = types.is_numeric_dtype(present) and not types.is_bool_dtype(present)
    return "" if right else str(present.dtype)


def _of_column(rule: Quality, values: pd.Series) -> float:
    if rule.metric == "nullValues":
        return float(values.isna().sum())
    if rule.metric == "duplicateValues":
        return float(values.dropna().duplicated().sum())
    if rule.metric == "invalidValues":
        return float((~values.dropna().isin(rule.arguments["validValues"])).sum())
    raise ContractError(f"{rule.metric or 'SQL'} is no figure of a column")


def _of_table(rule: Quality, table: SchemaObject, delivery: pd.DataFrame) -> float:
    if rule.type == "sql":
        import duckdb  # a third of a second that a contract without SQL does not wait for

        query = re.sub(r"[{]object[}]", table.name, rule.query or "")
        with duckdb.connect() as connection:
            connection.register(table.name, delivery)
            (figure,) = connection.execute(query).fetchall()[0]
        return float(figure)
    if rule.metric == "rowCount":
        return float(len(delivery))
    if rule.metric == "duplicateValues":
        return float(delivery.duplicated(rule.arguments["properties"]).sum())
    raise ContractError(f"{rule.metric} is no figure of a table")


def _judge(where: str, rule: Quality, figure: float, rows: int) -> Iterator[Breach]:
    shown = figure
    if rule.unit == "percent":
        shown = _PERCENT * figure / rows if rows else 0.0
    name = rule.description or (rule.metric or "the query's figure")
    if rule.arguments.get("validValues"):
        name = f"{name} ({', '.join(map(str, rule.arguments['validValues']))})"
    for holds, words in rule.demands():
        if not holds(shown):
            unit = "%" if rule.unit == "percent" else ""
            yield Breach(where, f"{name}: {words}{unit}", f"{shown:g}{unit}")
