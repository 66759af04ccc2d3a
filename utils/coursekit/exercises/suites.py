"""A suite of Great Expectations, built again from what one of its validations said.

The result of a validation names each expectation with its arguments. So whoever gets a result can
run the same suite on a batch of their own, and see whether it finds what it is said to find::

    again = run_again(definition.run(...).to_json_dict(), batch)

The result may come from anybody. Row conditions reach :meth:`pandas.DataFrame.query`, which could
call whatever an expression names; here they compare columns with plain values and nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.row_conditions import Condition, PassThroughCondition

#: Expectations that look at the values of a table; others run what they are given as a query.
_KINDS = ("expect_column_", "expect_table_", "expect_select_column_", "expect_compound_columns_")
_METHODS = {"isna", "isnull", "notna", "notnull", "isin"}
#: What a row condition is made of, beside calls of these methods.
_PARTS = (
    *(ast.Expression, ast.BoolOp, ast.boolop, ast.UnaryOp, ast.unaryop, ast.Compare, ast.cmpop),
    *(ast.BinOp, ast.BitAnd, ast.BitOr, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple),
)


def run_again(result: Mapping[str, Any], batch: pd.DataFrame) -> dict[str, Any]:
    """Validate ``batch`` with the suite of which ``result`` came.

    Args:
        result: what ``to_json_dict()`` gives for a validation of one suite, of any batch.
        batch: the table to look at now.

    Returns:
        The new result, as plain data, with the numbers of rows (``"BASIC"``).

    Raises:
        ValueError: when an expectation in ``result`` cannot be built, is not about the values of a
            table, or has a row condition that does more than compare columns with values.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("again").add_dataframe_asset("again")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name="again",
            data=asset.add_batch_definition_whole_dataframe("again"),
            suite=context.suites.add(
                gx.ExpectationSuite(
                    name="again",
                    expectations=[
                        _built(check["expectation_config"]) for check in result["results"]
                    ],
                )
            ),
        )
    )
    found = definition.run(batch_parameters={"dataframe": batch}, result_format="BASIC")
    return dict(found.to_json_dict())


def _built(config: Mapping[str, Any]) -> Expectation:
    """The expectation that one entry of a result names."""
    kind = str(config["type"])
    if not kind.startswith(_KINDS):
        raise ValueError(f"{kind} does not look at the values of a table")
    left_out = ("batch_id", "condition_parser")
    arguments = {name: value for name, value in config["kwargs"].items() if name not in left_out}
    if isinstance(text := arguments.get("row_condition"), str):  # the older form, for pandas
        arguments["row_condition"] = PassThroughCondition(pass_through_filter=text)
    try:
        built = ExpectationConfiguration(
            type=kind, kwargs=arguments, meta=config.get("meta")
        ).to_domain_obj()
    except Exception as error:
        raise ValueError(f"{kind} cannot be built from {sorted(arguments)}") from error
    condition = getattr(built, "row_condition", None)
    if condition is not None and not _plain(condition):
        raise ValueError(f"the row condition of {kind} is more than a comparison with values")
    return built


def _plain(condition: object) -> bool:
    """Whether a row condition only compares columns with values."""
    text = condition
    if isinstance(condition, PassThroughCondition):
        text = condition.pass_through_filter
    elif isinstance(condition, Condition):
        text = PandasExecutionEngine().condition_to_filter_clause(condition)
    try:
        tree = ast.parse(str(text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    allowed = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(ast.Name(), name) as method, _, []) if name in _METHODS:
                allowed |= {node, method}
            case _ if not isinstance(node, _PARTS) and node not in allowed:
                return False
    return True
