"""Tables come back exactly as they were."""

import warnings
from collections.abc import Callable
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.exceptions import NotPlainDataError
from grader.wire.codec import decode, encode

NAMES = st.none() | st.text(max_size=3) | st.integers(-3, 3)
TEXT = st.text(max_size=4)
FLOATS = st.floats(width=32)
ZONES: tuple[str | tzinfo, ...] = ("UTC", "Europe/Amsterdam", ZoneInfo("Asia/Tokyo"), "+05:30")
MOMENTS = st.integers(-(2**40), 2**40)
UNITS = st.sampled_from(("s", "ms", "us", "ns"))


def numbers(dtype: str, values: st.SearchStrategy[Any]) -> Callable[[int], st.SearchStrategy[Any]]:
    return lambda rows: st.lists(values, min_size=rows, max_size=rows).map(
        lambda items: np.array(items, dtype=dtype)
    )


def nullable(dtype: Any, values: st.SearchStrategy[Any]) -> Callable[[int], st.SearchStrategy[Any]]:
    return lambda rows: st.lists(st.none() | values, min_size=rows, max_size=rows).map(
        lambda items: pd.array(items, dtype=dtype)
    )


def objects(values: st.SearchStrategy[Any]) -> Callable[[int], st.SearchStrategy[Any]]:
    def make(items: list[Any]) -> np.ndarray:
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array

    return lambda rows: st.lists(values, min_size=rows, max_size=rows).map(make)


@st.composite
def moments(draw: st.DrawFn, rows: int) -> Any:
    kind = draw(st.sampled_from(("M8", "m8")))
    whole = draw(st.lists(MOMENTS, min_size=rows, max_size=rows))
    values = np.array(whole, dtype="i8").view(f"{kind}[{draw(UNITS)}]")
    if rows and draw(st.booleans()):
        values[0] = "NaT"
    if kind == "m8" or draw(st.booleans()):
        return values
    return pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(draw(st.sampled_from(ZONES)))


@st.composite
def categories(draw: st.DrawFn, rows: int) -> Any:
    distinct: st.SearchStrategy[list[Any]]
    distinct = st.lists(TEXT | st.integers(0, 9), unique=True, min_size=1, max_size=4)
    distinct |= st.lists(TEXT, unique=True, min_size=1, max_size=4)
    distinct |= st.lists(FLOATS.filter(lambda x: x == x), unique=True, min_size=1, max_size=4)
    values = draw(distinct)
    codes = draw(st.lists(st.integers(-1, len(values) - 1), min_size=rows, max_size=rows))
    return pd.Categorical.from_codes(codes, pd.Index(values), ordered=draw(st.booleans()))


COLUMNS: tuple[Callable[[int], st.SearchStrategy[Any]], ...] = (
    numbers("bool", st.booleans()),
    numbers("int8", st.integers(-128, 127)),
    numbers("uint64", st.integers(0, 2**64 - 1)),
    numbers("float16", st.floats(width=16)),
    numbers("float32", FLOATS),
    numbers("float64", st.floats()),
    numbers("complex128", st.complex_numbers(allow_nan=False)),
    nullable("Int64", st.integers(-(2**63), 2**63 - 1)),
    nullable("UInt8", st.integers(0, 255)),
    nullable("Float64", st.floats(allow_nan=False)),
    nullable("boolean", st.booleans()),
    nullable("string[python]", TEXT),
    nullable("string[pyarrow]", TEXT),
    nullable(pd.StringDtype("pyarrow", np.nan), TEXT),
    objects(TEXT | st.none()),
    objects(TEXT | st.just(np.nan)),
    objects(TEXT | st.none() | st.just(np.nan) | st.just(pd.NA)),
    objects(st.text(st.characters(categories=["Cs", "Ll"]), max_size=2)),
    objects(st.none() | st.booleans() | st.integers() | TEXT | st.tuples(st.integers())),
    moments,
    categories,
)


@st.composite
def indexes(draw: st.DrawFn, rows: int) -> pd.Index:
    kind = draw(st.sampled_from(("range", "flat", "dates", "several")))
    if kind == "range":
        step = draw(st.sampled_from((-2, 1, 3)))
        return pd.RangeIndex(5, 5 + rows * step, step, name=draw(NAMES))
    if kind == "dates":
        freq = draw(st.sampled_from(("D", "h", "MS", "W-SUN")))
        return pd.date_range("2024-01-07", periods=rows, freq=freq, name=draw(NAMES))
    columns = [column for column in COLUMNS if column(0) is not None]
    chosen = draw(st.lists(st.sampled_from(columns), min_size=2, max_size=2))
    made = []
    for column in chosen:
        values = draw(column(rows))
        # pandas has no index of halves of floats.
        made.append(values.astype("f4") if values.dtype == "f2" else values)
    if kind == "flat":
        dtype = made[0].dtype if isinstance(made[0], np.ndarray) else None
        return pd.Index(made[0], dtype=dtype, name=draw(NAMES), tupleize_cols=False)
    try:
        return pd.MultiIndex.from_arrays(made, names=[draw(NAMES), draw(NAMES)])
    except (TypeError, ValueError):  # it cannot sort what is of several kinds
        return pd.RangeIndex(rows)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 4))
    index = draw(indexes(rows))
    width = draw(st.integers(0, 4))
    parts = {}
    for place in range(width):
        values = draw(draw(st.sampled_from(COLUMNS))(rows))
        dtype = values.dtype if isinstance(values, np.ndarray) else None
        parts[place] = pd.Series(values, index=index, dtype=dtype)
    table = pd.DataFrame(parts, index=index)
    table.columns = draw(indexes(width))
    return table


def same_objects(left: Any, right: Any) -> bool:
    """NaN is NaN, None is None, and 1 is not True."""
    if type(left) is not type(right) or len(left) != len(right):
        return False
    for one, other in zip(left, right, strict=True):
        if type(one) is not type(other):
            return False
        if not (one is other or one == other or (one != one and other != other)):
            return False
    return True


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        left, right, check_exact=True, check_index_type="equiv", check_column_type="equiv"
    )
    assert left.dtypes.tolist() == right.dtypes.tolist()
    for one, other in ((left.index, right.index), (left.columns, right.columns)):
        pd.testing.assert_index_equal(one, other, exact=True)
        assert type(one) is type(other)
        assert list(one.names) == list(other.names)
        assert getattr(one, "freq", None) == getattr(other, "freq", None)
        for level in range(one.nlevels):
            mine, theirs = one.get_level_values(level), other.get_level_values(level)
            assert mine.dtype == theirs.dtype
            assert same_objects(list(mine), list(theirs))
    for place in range(left.shape[1]):
        assert same_objects(list(left.iloc[:, place]), list(right.iloc[:, place]))


@given(frames())
@settings(max_examples=300, deadline=None)
def test_any_table_comes_back_exactly(table: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas on comparing strange labels
        back = decode(encode(table))
        assert type(back) is pd.DataFrame
        assert_same(back, table)
        for place in range(table.shape[1]):
            series = table.iloc[:, place]
            assert_same(decode(encode(series)).to_frame("x"), series.to_frame("x"))


FRAMES = {
    "plain": pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "c": ["x", None], "d": [True, False]}),
    "mixed objects": pd.DataFrame({"a": [1, "x"], 7: [None, 2.5]}),
    "dates": pd.DataFrame({"t": pd.to_datetime(["2024-01-02", "NaT"])}),
    "time zone": pd.DataFrame({"t": pd.date_range("2024-03-30", periods=3, tz="Europe/Amsterdam")}),
    "category": pd.DataFrame(
        {"k": pd.Categorical(["b", None, "a"], ["b", "a", "z"], ordered=True)}
    ),
    "nullable": pd.DataFrame(
        {
            "i": pd.array([1, None], dtype="Int64"),
            "s": pd.array(["a", None], dtype="string"),
            "b": pd.array([None, True], dtype="boolean"),
        }
    ),
    "text index": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="who")),
    "two levels": pd.DataFrame(
        {"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", None])
    ),
    "gaps in levels": pd.DataFrame({"a": [1, 2]}, index=[["x", None], [1, 2]]),
    "two level columns": pd.DataFrame(
        [[1, 2]], columns=pd.MultiIndex.from_tuples([("x", 1), ("x", 2)])
    ),
    "twice the same column": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="float32")}),
    "no columns": pd.DataFrame(index=pd.date_range("2024-01-01", periods=2)),
    "nothing": pd.DataFrame(),
    "far away": pd.DataFrame({"t": np.array(["9999-01-01"], dtype="M8[s]")}),
    "not a number and missing": pd.DataFrame(
        {"x": pd.arrays.FloatingArray(np.array([np.nan, 1.0]), np.array([False, True]))}
    ),
    "dates as categories": pd.DataFrame({"k": pd.to_datetime(["2024-01-02", "NaT"])}).astype(
        "category"
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_tables(name: str) -> None:
    table = FRAMES[name]
    back = decode(encode(table))
    assert_same(back, table)
    assert_same(decode(encode(table.index)).to_frame(), table.index.to_frame())
    for place in range(table.shape[1]):
        values = decode(encode(table.iloc[:, place]))
        values.iloc[:1] = values.iloc[-1:]  # a test may write into what it got


def test_a_categorical_alone() -> None:
    value = pd.Categorical(["b", None], ["b", "a"])
    pd.testing.assert_extension_array_equal(decode(encode(value)), value)


def test_strings_are_one_arrow_column() -> None:
    texts = [f"customer {number}" for number in range(5000)]
    assert len(encode(pd.DataFrame({"c": texts}))) < 1.5 * sum(map(len, texts))


@pytest.mark.parametrize("dtype", ["int64[pyarrow]", "period[M]", "Sparse[float]", "interval"])
def test_other_dtypes_are_refused(dtype: str) -> None:
    column: object = pd.Series(pd.interval_range(0, 1)) if dtype == "interval" else None
    if column is None:
        whole = pd.period_range("2024", periods=1, freq="M") if "period" in dtype else [1]
        column = pd.Series(whole, dtype=dtype)
    with pytest.raises(NotPlainDataError, match="dtype"):
        encode(column)
