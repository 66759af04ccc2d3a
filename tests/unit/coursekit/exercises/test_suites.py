"""A suite that is built from a result finds in another batch what the first one would."""

import copy
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.row_conditions import Column

from coursekit.exercises.suites import run_again

BATCH = pd.DataFrame({"x": ["a", "b", None, "c"], "y": [1, 2, 3, 0], "z": [1, 1, 2, 3]})
OTHER = pd.DataFrame({"x": ["a", "c", "c", None], "y": [1, 2, 3, 4], "z": [5, 5, 5, 6]})
SUITE = [
    gxe.ExpectColumnValuesToBeInSet(
        column="x", value_set=["a"], row_condition=Column("y") > 0, meta={"column": "x"}
    ),
    gxe.ExpectColumnValuesToNotBeNull(
        column="x", row_condition=(Column("y") > 1) & Column("z").is_not_null()
    ),
    gxe.ExpectColumnValuesToBeUnique(column="z"),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="y", column_B="z", or_equal=True),
    gxe.ExpectTableRowCountToBeBetween(min_value=2, max_value=4),
    gxe.ExpectColumnValuesToBeInSet(
        column="y", value_set=[1], row_condition=Column("x").is_in(["a", "c"])
    ),
]


def validated(batch: pd.DataFrame) -> dict[str, Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    whole = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    one = whole.add_batch_definition_whole_dataframe("w").get_batch({"dataframe": batch})
    suite = context.suites.add(gx.ExpectationSuite(name="s", expectations=copy.deepcopy(SUITE)))
    return dict(one.validate(suite, result_format="BASIC").to_json_dict())


def outcomes(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            check["expectation_config"]["type"],
            str(check["expectation_config"]["kwargs"].get("column")),
            str(check["expectation_config"]["meta"]),
            check["success"],
            check["result"].get("unexpected_count"),
        )
        for check in result["results"]
    )


def test_it_finds_what_the_suite_itself_finds() -> None:
    first = validated(BATCH)
    assert outcomes(run_again(first, OTHER)) == outcomes(validated(OTHER))
    assert outcomes(run_again(first, OTHER)) != outcomes(first)


def result_with(kind: str = "expect_column_values_to_not_be_null", **kwargs: Any) -> dict[str, Any]:
    config = {"type": kind, "kwargs": {"column": "x"} | kwargs, "meta": None}
    return {"results": [{"expectation_config": config}]}


@pytest.mark.parametrize(
    "text", ['y > 1 and x == "a"', "x.notna() and not y.isin([1, 2])", "(y >= 1) | ~z.isna()"]
)
@pytest.mark.filterwarnings("error")
def test_a_condition_may_be_text(text: str) -> None:
    found = run_again(result_with(row_condition=text, condition_parser="pandas"), OTHER)
    count = int(OTHER.query(text)["x"].isna().sum())
    assert found["results"][0]["result"]["unexpected_count"] == count


@pytest.mark.parametrize(
    "text",
    [
        "@pd.read_pickle('x')",
        "y.map(print)",
        "x.str.len() > 1",
        "y > [n for n in (1,)][0]",
        "(lambda: 1)()",
        "x.isin(y.to_list())",
        "y >",
    ],
)
def test_a_condition_that_does_more_is_refused(text: str) -> None:
    for condition in (text, {"type": "pass_through", "pass_through_filter": text}):
        with pytest.raises(ValueError, match="row condition"):
            run_again(result_with(row_condition=condition, condition_parser="pandas"), OTHER)


def test_a_column_with_an_expression_for_a_name_is_refused() -> None:
    condition = (Column("x.map(print)") > 1).dict()
    with pytest.raises(ValueError, match="row condition"):
        run_again(result_with(row_condition=condition), OTHER)


def test_what_is_no_expectation_about_values_is_refused() -> None:
    with pytest.raises(ValueError, match="does not look at the values"):
        run_again(result_with("unexpected_rows_expectation"), OTHER)
    with pytest.raises(ValueError, match="cannot be built"):
        run_again(result_with("expect_column_to_be_kind"), OTHER)
    with pytest.raises(ValueError, match=r"cannot be built from \['column', 'shoe'\]"):
        run_again(result_with(shoe=43), OTHER)
