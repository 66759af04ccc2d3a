"""Tables come back exactly as they were, and hostile bytes end in a refusal and in nothing else."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.grading import arrow_stream
from coursekit.grading.values import NotPlainDataError, decode, encode

NAMES = st.none() | st.text(max_size=3) | st.integers(-3, 3)
TEXT = st.text(max_size=4)
FLOATS = st.floats(width=32)
ZONES = ("UTC", "Europe/Amsterdam", ZoneInfo("Asia/Tokyo"), "+05:30")
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
    nullable(pd.StringDtype("pyarrow", np.nan), TEXT),  # type: ignore[call-arg]
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
    "dates": pd.DataFrame({"t": pd.to_datetime(["2024-01-02", None])}),
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
    "dates as categories": pd.DataFrame({"k": pd.to_datetime(["2024-01-02", None])}).astype(
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
    column = pd.Series(pd.interval_range(0, 1)) if dtype == "interval" else None
    if column is None:
        whole = pd.period_range("2024", periods=1, freq="M") if "period" in dtype else [1]
        column = pd.Series(whole, dtype=dtype)
    with pytest.raises(NotPlainDataError, match="dtype"):
        encode(column)


# --- bytes of somebody who wants something else -------------------------------------------------


def stream(*batches: pa.RecordBatch, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    settings = pa.ipc.IpcWriteOptions(**options)
    with pa.ipc.new_stream(sink, batches[0].schema, options=settings) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def batch(*columns: Any) -> pa.RecordBatch:
    return pa.record_batch(
        list(map(pa.array, columns)), names=[str(i) for i in range(len(columns))]
    )


def dictionary(codes: list[int], values: list[str]) -> pa.RecordBatch:
    column = pa.DictionaryArray.from_arrays(pa.array(codes, "int8"), pa.array(values), safe=False)
    return pa.record_batch([column], names=["0"])


def shared_body() -> bytes:
    """Two thousand columns that all are the same eight thousand bytes."""
    width, rows = 2000, 1000
    whole = stream(batch(*[np.zeros(rows)] * width))
    reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(whole))
    schema, message = reader.read_next_message(), reader.read_next_message()
    head = bytearray(message.metadata.to_pybytes())
    for number in range(width):  # each buffer is given as (offset, length) within the body
        place = head.find(
            (number * rows * 8).to_bytes(8, "little") + (rows * 8).to_bytes(8, "little")
        )
        head[place : place + 8] = bytes(8)
    body_size = (width * rows * 8).to_bytes(8, "little")
    place = head.find(body_size)
    head[place : place + 8] = (rows * 8).to_bytes(8, "little")
    prefix = b"\xff\xff\xff\xff" + len(head).to_bytes(4, "little")
    return schema.serialize().to_pybytes() + prefix + bytes(head) + bytes(rows * 8)


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


NUMBERS = batch([7] * 1000)
ROWS = (1000).to_bytes(8, "little")
EXTENSION = pa.record_batch([pa.array([b"x" * 16], pa.uuid())], names=["0"])
STREAMS = {
    "zstd": stream(NUMBERS, compression="zstd"),
    "lz4": stream(NUMBERS, compression="lz4"),
    "compressed dictionary": stream(dictionary([0], ["x" * 1000]), compression="zstd"),
    "metadata": stream(NUMBERS.replace_schema_metadata({"pandas": "{}"})),
    "extension": stream(EXTENSION),
    "two batches": stream(NUMBERS, NUMBERS),
    "no batch": stream(NUMBERS)[:-8][: stream(NUMBERS).find(b"\xff\xff\xff\xff", 8)],
    "replaced dictionary": stream(dictionary([0], ["x"]), dictionary([0], ["y"])),
    "delta": stream(
        dictionary([0], ["x"]), dictionary([1], ["x", "y"]), emit_dictionary_deltas=True
    ),
    "code out of range": stream(dictionary([3], ["x"])),
    "list": stream(batch([[1]])),
    "null": stream(batch([None])),
    "decimal": stream(pa.record_batch([pa.array([1], pa.decimal128(3))], names=["0"])),
    "other name": stream(pa.record_batch([pa.array([1])], names=["a"])),
    "no text": changed(stream(batch(["abcdefg"])), b"abcdefg", b"abc\xffefg"),
    "more rows than bytes": changed(stream(NUMBERS), ROWS, (2**40).to_bytes(8, "little")),
    "negative rows": changed(stream(NUMBERS), ROWS, b"\xff" * 8),
    "shared body": shared_body(),
    "nothing": b"",
}


@pytest.mark.parametrize("name", STREAMS)
def test_hostile_streams_are_refused(name: str) -> None:
    with pytest.raises((NotPlainDataError, pa.ArrowException, OSError, StopIteration)):
        arrow_stream.read(STREAMS[name])
    number = message(["sr", ["ir", [None], [0, 1000, 1]], ["n", 0, "<i8"], 0, None], STREAMS[name])
    with pytest.raises(NotPlainDataError):
        decode(number)


def message(node: Any, *buffers: bytes) -> bytes:
    text = json.dumps({"v": node, "b": [len(part) for part in buffers]}).encode()
    return len(text).to_bytes(8, "big") + text + b"".join(buffers)


ROWS_OF_1000 = ["ir", [None], [0, 1000, 1]]
TWO_LABELS = ["pi", ["ir", [None], [0, 2, 1]], None]
NODES = {
    "another dtype": ["sr", ROWS_OF_1000, ["n", 0, "<f8"], 0, None],
    "objects": ["sr", ROWS_OF_1000, ["n", 0, "|O"], 0, None],
    "numbers as text": ["sr", ROWS_OF_1000, ["o", 0, "None"], 0, None],
    "numbers as strings": ["sr", ROWS_OF_1000, ["x", 0, "string[python]"], 0, None],
    "numbers as codes of nothing": ["sr", ROWS_OF_1000, ["c", 0, False, ["n", 0, "<i8"]], 0, None],
    "codes out of range": ["ct", ["cj", 0, False, ["j", ["ao", [1], ["a"]]], None], 0],
    "fewer rows": ["sr", ["ir", [None], [0, 999, 1]], ["n", 0, "<i8"], 0, None],
    "a column twice": ["df", ROWS_OF_1000, [["n", 0, "<i8"]] * 2, 0, TWO_LABELS],
    "no such column": ["sr", ROWS_OF_1000, ["n", 1, "<i8"], 0, None],
    "no stream": ["sr", ROWS_OF_1000, ["n", 0, "<i8"], None, None],
    "no such dtype": ["sr", ROWS_OF_1000, ["x", 0, "category"], 0, None],
    "zone": ["sr", ROWS_OF_1000, ["z", 0, "pytz UTC"], 0, None],
    "frequency": ["pi", ["ix", [None], ["n", 0, "<i8"], "D"], 0],
    "labels": ["df", ROWS_OF_1000, [["n", 0, "<i8"]], 0, TWO_LABELS],
}


@pytest.mark.parametrize("name", NODES)
def test_descriptions_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(NotPlainDataError):
        decode(message(NODES[name], stream(NUMBERS)))


def test_what_the_hostile_streams_are_made_from_is_read() -> None:
    back = decode(message(["sr", ROWS_OF_1000, ["n", 0, "<i8"], 0, None], stream(NUMBERS)))
    assert back.tolist() == [7] * 1000


FUZZ = """
import contextlib, random, resource, sys, warnings
sys.path.insert(0, sys.argv[1])
from test_grading_tables import FRAMES
from coursekit.grading.values import NotPlainDataError, decode, encode
warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
chance = random.Random(int(sys.argv[2]))
whole = [encode(table) for table in FRAMES.values()]
numbers = (b"\\xff" * 8, bytes(8), (2**62).to_bytes(8, "little"), b"\\x00\\x00\\x00\\x80")
counts = {"value": 0, "refused": 0}
for _ in range(int(sys.argv[3])):
    data = bytearray(chance.choice(whole))
    text = int.from_bytes(data[:8], "big")
    first = 8 + text if chance.random() < 0.8 and len(data) > 8 + text else 0
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = chance.randrange(first, len(data))
        match chance.randrange(5):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place] = chance.randrange(256)
            case 2:
                number = chance.choice(numbers)
                data[place : place + len(number)] = number
            case 3:
                other = chance.choice(whole)
                start = chance.randrange(len(other))
                piece = other[start : start + chance.randrange(64)]
                data[place : place + len(piece)] = piece
            case 4:
                del data[chance.choice((place, max(place, len(data) - 20))) :]
                if len(data) <= first:
                    break
    try:
        value = decode(bytes(data))
    except NotPlainDataError:
        counts["refused"] += 1
        continue
    counts["value"] += 1
    with contextlib.suppress(Exception):  # looking at it may fail, and must not crash
        repr(value)
        value.copy().sort_index()
        value.to_numpy().tolist()
print(counts["value"], counts["refused"])
"""


def test_changed_bytes_give_a_value_or_a_refusal() -> None:
    """In a process of its own: a crash of a C library would take the tests along."""
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, os.path.dirname(__file__), "7", "4000"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    read, refused = map(int, done.stdout.split())
    assert min(read, refused) > 200
