"""Checks refuse whatever is not plain and right, in one line a learner can act on."""

import math
from collections import Counter, OrderedDict, defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from coursekit.checks import (
    CheckFailed,
    as_list,
    between,
    close,
    describe,
    expect,
    fail,
    has_keys,
    is_integer,
    is_number,
    number,
    same,
    table_equals,
    untouched,
)


class AlwaysEqual:
    """Agrees with everything it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return True

    def __float__(self) -> float:
        return 1.0

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("nobody may ask")

    __hash__ = object.__hash__


class LyingFloat(float):
    def __sub__(self, other: object) -> float:
        return 0.0

    def __float__(self) -> float:
        return 1.0


class LyingText(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class LyingList(list):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


NOT_NUMBERS: list[object] = [
    None, True, np.True_, "1", math.nan, math.inf, 1j, [1.0], np.array([1.0]), np.array([]),
    pd.Series([1.0]), {}, AlwaysEqual(), LyingFloat(9), 10**400, np.float64("nan"), pd.NA, pd.NaT,
    Decimal("nan"), Decimal("snan"), Decimal("inf"),
]  # fmt: skip
NUMBERS = [1, 1.0, np.int8(1), np.float32(1), np.float64(1), np.array(1.0), Decimal(1)]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_numbers(value: object) -> None:
    assert is_number(value)
    close(value, 1.0, "the rate")
    between(value, 1, 1, "the rate")
    same(value, 1, "the rate")
    assert number(value, "the rate") == 1.0


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=lambda value: type(value).__name__)
def test_not_numbers(value: object) -> None:
    assert not is_number(value)
    for check in (
        lambda: close(value, 1.0, "the rate"),
        lambda: same(value, 1.0, "the rate"),
        lambda: between(value, -math.inf, math.inf, "the rate"),
    ):
        with pytest.raises(
            CheckFailed, match=r"^the rate should be (one|a finite) number"
        ) as caught:
            check()
        assert "\n" not in str(caught.value)


def test_infinity_where_it_is_allowed() -> None:
    assert number(math.inf, "the threshold", finite=False) == math.inf
    with pytest.raises(CheckFailed):
        number(math.nan, "the threshold", finite=False)


def test_integers() -> None:
    assert is_integer(3)
    assert is_integer(np.int64(3))
    assert not any(is_integer(value) for value in (3.0, Decimal(3), True, "3", None, AlwaysEqual()))


@pytest.mark.parametrize(
    ("value", "right"),
    [(100.00001, True), (100.001, False), (-100.0, False), (0.0, False)],
)
def test_close_is_relative(value: float, right: bool) -> None:
    if right:
        close(value, 100.0, "the value")
    else:
        with pytest.raises(CheckFailed, match="the value should be 100, got"):
            close(value, 100.0, "the value")


def test_close_to_zero_is_absolute() -> None:
    close(1e-12, 0.0, "the value")
    with pytest.raises(CheckFailed):
        close(1e-6, 0.0, "the value")
    close(1e-6, 0.0, "the value", atol=1e-5)


def test_between() -> None:
    with pytest.raises(CheckFailed, match=r"the share should lie between 0 and 1, got 1\.5"):
        between(1.5, 0, 1, "the share")


def test_expect_takes_plain_truth_only() -> None:
    expect(True, "unused")
    expect(np.bool_(True), "unused")
    for condition in (
        False,
        np.bool_(False),
        AlwaysEqual(),
        1,
        "yes",
        np.array([True, True]),
        None,
    ):
        with pytest.raises(CheckFailed, match="the batch passes"):
            expect(condition, "the batch passes")


def test_same_descends_and_names_the_place() -> None:
    expected = {"reasons": ["stale", "empty"], "rate": 0.25, "ok": True, "recall": None}
    right = {
        "ok": np.True_,
        "rate": np.float32(0.25),
        "reasons": np.array(["stale", "empty"]),
        "recall": None,
    }
    same(right, expected, "the report")
    cases = {
        "reasons": (["stale", "full"], r"the report\['reasons'\]\[1\] should be 'empty'"),
        "rate": (0.5, r"the report\['rate'\] should be 0.25, got 0.5"),
        "ok": (1, r"the report\['ok'\] should be True, got 1 \(int\)"),
        "recall": (0.0, r"the report\['recall'\] should be None, got 0"),
    }
    for key, (wrong, message) in cases.items():
        with pytest.raises(CheckFailed, match=message):
            same(right | {key: wrong}, expected, "the report")


@pytest.mark.parametrize("value", [AlwaysEqual(), LyingText("x"), LyingList(), None, "stale", {1}])
def test_same_refuses_foreign_objects(value: object) -> None:
    for expected in ("fresh", ["fresh"], {"a": 1}, True):
        with pytest.raises(CheckFailed):
            same(value, expected, "the answer")
    with pytest.raises(CheckFailed):
        same([value], ["fresh"], "the answer")


def test_same_counts_entries() -> None:
    with pytest.raises(CheckFailed, match="should have 1 entry, got 2"):
        same(["stale", "stale"], ["stale"], "the reasons")


def test_keys() -> None:
    plain = {"b": 1, "a": 2}
    for kind in (plain, OrderedDict(plain), defaultdict(int, plain), Counter(plain)):
        has_keys(kind, ["a", "b"], "the result")
        same(kind, plain, "the result")
        assert describe(kind).endswith(" of 2")

    class Own(dict):
        pass

    with pytest.raises(CheckFailed, match="should be a dict, got an object of type Own"):
        has_keys(Own(plain), ["a", "b"], "the result")
    with pytest.raises(CheckFailed, match="the result lacks 'b'"):
        has_keys({"a": 2}, ["a", "b"], "the result")
    with pytest.raises(CheckFailed, match="which was not asked for"):
        has_keys({"a": 2, "b": 1, "c": 0}, ["a", "b"], "the result")
    with pytest.raises(CheckFailed, match="should be a dict, got None"):
        has_keys(None, ["a"], "the result")
    with pytest.raises(CheckFailed, match="should be a dict"):
        has_keys(pd.Series({"a": 1}), ["a"], "the result")


def test_lists() -> None:
    for value in ([1, 2], (1, 2), np.array([1, 2]), pd.Series([1, 2]), pd.Index([1, 2])):
        assert as_list(value, "the list") == [1, 2]
    for wrong in ({1, 2}, "12", None, np.eye(2), iter([1]), LyingList(), {1: 2}):
        with pytest.raises(CheckFailed, match="the list should be a list"):
            as_list(wrong, "the list")


TABLE = pd.DataFrame({"id": ["a", "b", "c"], "amount": [1.0, math.nan, 3.0], "n": [1, 2, 3]})


def read_only(table: pd.DataFrame, numbers: list[int]) -> int:
    return len(table) + len(numbers)


def adds_a_column(table: pd.DataFrame, numbers: list[int]) -> None:
    table["more"] = 1


def new_index(table: pd.DataFrame, numbers: list[int]) -> None:
    table.index += 1


def sorts(table: pd.DataFrame, numbers: list[int]) -> None:
    numbers.sort()


def test_arguments_stay_as_they_were() -> None:
    def given() -> tuple[pd.DataFrame, list[int]]:
        return TABLE.copy(), [3, 1, 2]

    assert untouched(read_only, *given()) == 6
    assert untouched(lambda values: len(values), np.array([1.0, 2.0])) == 2
    for function, which in ((adds_a_column, "first"), (new_index, "first"), (sorts, "second")):
        with pytest.raises(CheckFailed, match=f"as its {which} argument: work on a copy"):
            untouched(function, *given())


def test_tables_that_agree() -> None:
    table_equals(TABLE.copy(), TABLE, "the table")
    table_equals(TABLE[["n", "id", "amount"]].set_index(pd.Index([7, 8, 9])), TABLE, "the table")
    table_equals(TABLE.iloc[::-1], TABLE, "the table", ordered=False)
    table_equals(TABLE.assign(amount=TABLE["amount"] * (1 + 1e-9)), TABLE, "the table")
    missing: Any = None  # pandas takes it among numbers, its stubs do not
    table_equals(TABLE.assign(amount=[1.0, missing, 3.0]).astype({"n": float}), TABLE, "the table")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (TABLE.iloc[::-1], "column id of the table, row 0"),
        (TABLE.head(2), "should have 3 rows, got 2"),
        (TABLE.drop(columns="n"), r"lacks column\(s\) n"),
        (TABLE.assign(x=1), r"has unknown column\(s\) x"),
        (TABLE.assign(amount=[1.0, 2.0, 3.0]), "column amount of the table, row 1"),
        (TABLE.assign(amount=[math.nan] * 3), "row 0: should be 1 .*, got a missing value"),
        (TABLE.assign(n=[1, 2, 4]), "column n of the table, row 2: should be 3, got 4"),
        (
            TABLE.assign(id=pd.Series([AlwaysEqual()] * 3, dtype=object)),
            "column id of the table, row 0",
        ),
        (TABLE.to_dict(), "should be a pandas DataFrame, got a dict"),
        (None, "should be a pandas DataFrame, got None"),
    ],
)
def test_tables_that_differ(wrong: object, message: str) -> None:
    with pytest.raises(CheckFailed, match=message) as caught:
        table_equals(wrong, TABLE, "the table")
    assert "\n" not in str(caught.value)


def test_tables_that_differ_in_any_order() -> None:
    with pytest.raises(CheckFailed, match="column n"):
        table_equals(TABLE.assign(n=[3, 2, 1]), TABLE, "the table", ordered=False)


def test_describe_never_runs_foreign_code() -> None:
    assert describe(AlwaysEqual()) == "an object of type AlwaysEqual"
    assert (
        describe(None)
        == "None (does the function return something, did a cell above raise an error?)"
    )
    assert describe(np.eye(3)) == "an array of shape (3, 3)"
    assert len(describe("x" * 10_000)) < 200


def test_messages_are_one_short_line() -> None:
    with pytest.raises(CheckFailed) as caught:
        fail("too\nmany\nlines " * 100)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 160
