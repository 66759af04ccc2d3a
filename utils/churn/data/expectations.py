"""Expectations about the customer table, and the gate that refuses a batch that breaks them.

    gate = QualityGate(customer_expectations())
    gate.check(batch).table()    # every broken expectation, one row each
    gate.require(batch)          # the batch itself, or BatchRefusedError

The expectations are written from :mod:`churn.schema`, so that the schema is the one place where a
new category or another price list is entered. Each carries in its ``meta`` the column in whose
definition the rule stands and its dimension of data quality. A broken expectation of severity
``critical`` refuses the batch, one of severity ``warning`` is reported; Great Expectations itself
knows no such difference (``success`` is False either way).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import asdict, dataclass, fields

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column, ComparisonCondition

from churn import schema
from churn.data.origin import BatchRefusedError

#: The schema cuts ``tenure`` at 72 months, but the total goes on: nobody has paid more often.
LONGEST_MONTHS = 2 * schema.MAX_TENURE


@dataclass(frozen=True)
class Finding:
    """One broken expectation.

    Attributes:
        column: in whose definition the rule stands; ``""`` for a rule about the whole table.
        dimension: of data quality, such as ``"completeness"``.
        rule: the expectation's type, such as ``"expect_column_values_to_not_be_null"``.
        severity: ``"critical"`` or ``"warning"``.
        rows: that break it; 0 for a rule about a whole column or one that could not be evaluated.
        example: one offending value as text, ``""`` if there is none to show.
    """

    column: str
    dimension: str
    rule: str
    severity: str
    rows: int
    example: str

    def __str__(self) -> str:
        where = self.column or "the table"
        amount = f", {self.rows:,} row(s)" if self.rows else ""
        example = f", e.g. {self.example}" if self.example else ""
        return f"{where}: {self.dimension} ({self.rule}{amount}{example})"


@dataclass(frozen=True)
class Report:
    """What a validation found: the broken expectations, and how many were evaluated."""

    findings: tuple[Finding, ...]
    evaluated: int

    @property
    def accepted(self) -> bool:
        """Whether no critical expectation is broken."""
        return not any(finding.severity == FailureSeverity.CRITICAL for finding in self.findings)

    def table(self) -> pd.DataFrame:
        """One row per finding, the columns being the fields of :class:`Finding`."""
        return pd.DataFrame(
            [asdict(f) for f in self.findings], columns=[f.name for f in fields(Finding)]
        )


def customer_expectations(
    *,
    labelled: bool = True,
    rows: tuple[int, int] | None = None,
    bills: tuple[float, float] | None = None,
) -> list[gxe.Expectation]:
    """What :mod:`churn.schema` says of a customer table, as expectations; all are critical.

    Other columns, and the order of rows and columns, are free. One rule of the schema is left out,
    that amounts are multiples of 5 cents: cents are multiples of it, too.

    Args:
        labelled: whether the table has the label column ``Churn``.
        rows: least and largest number of rows, both allowed.
        bills: lowest and highest monthly charge in dollars, default ``schema.bill_range()``.
    """
    columns = [c for c in schema.COLUMNS if labelled or c != schema.TARGET]
    shape = _about("", "shape")
    found: list[gxe.Expectation] = [
        gxe.ExpectTableColumnsToMatchSet(column_set=columns, exact_match=False, meta=shape)
    ]
    if rows is not None:
        low, high = rows
        found.append(gxe.ExpectTableRowCountToBeBetween(min_value=low, max_value=high, meta=shape))
    found += _identity()
    for name in columns:
        if name in schema.ALLOWED:
            found += _category(name)
    found += _amounts(bills or schema.bill_range())
    found += _services()
    if labelled:
        found.append(_where(Column("tenure") == 0, schema.TARGET, ["No"]))
    return found


def read_result(result: ExpectationSuiteValidationResult) -> Report:
    """What a validation's result says, in the order of the suite's columns and rules.

    Run the validation with ``result_format="BASIC"`` or more, or rows and examples are missing.
    """
    findings = [_finding(outcome) for outcome in result.results if not outcome.success]
    order = {name: position for position, name in enumerate(schema.COLUMNS)}
    findings.sort(key=lambda f: (order.get(f.column, -1), f.dimension, f.rule))
    return Report(tuple(findings), len(result.results))


class QualityGate:
    """A suite of expectations that batches are held against; it lives in memory only."""

    def __init__(self, expectations: Iterable[gxe.Expectation], name: str = "customers") -> None:
        """Make the suite ``name`` of ``expectations``.

        Raises:
            ValueError: without any expectation, since such a gate would let everything through.
        """
        # Copies: an expectation belongs to one suite only, and the caller may want another.
        rules = [copy(rule) for rule in expectations]
        if not rules:
            raise ValueError("a gate without expectations would let every batch through")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
        suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=rules))
        self.definition = context.validation_definitions.add(
            gx.ValidationDefinition(
                name=name, data=asset.add_batch_definition_whole_dataframe(name), suite=suite
            )
        )

    def check(self, batch: pd.DataFrame) -> Report:
        """Hold ``batch`` against every expectation; never raises because of what is in it."""
        given = {"dataframe": batch}
        return read_result(self.definition.run(batch_parameters=given, result_format="BASIC"))

    def require(self, batch: pd.DataFrame) -> pd.DataFrame:
        """Return ``batch`` itself if it is accepted.

        Raises:
            BatchRefusedError: with the first three critical findings and how many more there are.
        """
        critical = [f for f in self.check(batch).findings if f.severity == FailureSeverity.CRITICAL]
        if critical:
            more = f" (and {len(critical) - 3} more)" if len(critical) > 3 else ""
            raise BatchRefusedError("batch refused: " + "; ".join(map(str, critical[:3])) + more)
        return batch


def _about(column: str, dimension: str) -> dict[str, str]:
    return {"column": column, "dimension": dimension}


def _identity() -> Iterator[gxe.Expectation]:
    name = schema.ID
    yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta=_about(name, "completeness"))
    yield gxe.ExpectColumnValuesToBeUnique(column=name, meta=_about(name, "uniqueness"))
    pattern = f"^{schema.CUSTOMER_ID_PATTERN.pattern}$"
    yield gxe.ExpectColumnValuesToMatchRegex(
        column=name, regex=pattern, meta=_about(name, "validity")
    )


def _category(name: str) -> Iterator[gxe.Expectation]:
    yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta=_about(name, "completeness"))
    yield gxe.ExpectColumnValuesToBeInSet(
        column=name, value_set=list(schema.ALLOWED[name]), meta=_about(name, "validity")
    )


def _amounts(bills: tuple[float, float]) -> Iterator[gxe.Expectation]:
    ranges = {
        "tenure": (0, schema.MAX_TENURE),
        "MonthlyCharges": bills,
        "TotalCharges": (0, LONGEST_MONTHS * bills[1]),
    }
    for name, (low, high) in ranges.items():
        yield gxe.ExpectColumnValuesToBeBetween(
            column=name, min_value=low, max_value=high, meta=_about(name, "validity")
        )
    for name in ("tenure", "MonthlyCharges"):
        yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta=_about(name, "completeness"))
    total = "TotalCharges"
    yield gxe.ExpectColumnValuesToNotBeNull(
        column=total, meta=_about(total, "completeness"), row_condition=Column("tenure") > 0
    )
    odd = _about(total, "consistency")
    yield gxe.ExpectColumnValuesToBeNull(
        column=total, meta=odd, row_condition=Column("tenure") == 0
    )
    yield gxe.ExpectColumnPairValuesToBeEqual(
        column_A=total,
        column_B="MonthlyCharges",
        ignore_row_if="either_value_is_missing",
        meta=odd,
        row_condition=Column("tenure") == 1,
    )


def _services() -> Iterator[gxe.Expectation]:
    """The rules between columns: what is impossible without a phone line or without internet.

    Great Expectations' own rule for pairs of columns walks through the rows one by one: slower.
    """
    for name, value, other, its_value in schema.EXACTLY_WHEN:
        yield _where(Column(other) == its_value, name, [value])
        yield _where(Column(other).is_in(_except(other, its_value)), name, _except(name, value))
    yield _where(Column("PhoneService") == "No", "InternetService", ["DSL"])


def _except(name: str, value: str) -> list[str]:
    return [str(allowed) for allowed in schema.ALLOWED[name] if allowed != value]


def _where(condition: ComparisonCondition, name: str, values: list[str]) -> gxe.Expectation:
    return gxe.ExpectColumnValuesToBeInSet(
        column=name, value_set=values, meta=_about(name, "consistency"), row_condition=condition
    )


def _finding(outcome: ExpectationValidationResult) -> Finding:
    config, result = outcome.expectation_config, outcome.result or {}
    assert config is not None, "every result names its expectation"
    about = config.meta or {}
    examples = result.get("partial_unexpected_list") or []
    return Finding(
        column=str(about.get("column", config.kwargs.get("column", ""))),
        dimension=str(about.get("dimension", "")),
        rule=config.type,
        severity=FailureSeverity(config.severity).value,
        rows=int(result.get("unexpected_count") or 0),
        example=_text(examples[0]) if examples else "",
    )


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return " and ".join(map(_text, value))
    return "" if value is None else str(value)
