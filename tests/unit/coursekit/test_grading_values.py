"""Plain data survives the way to the other process; nothing else gets through."""

import contextlib
import datetime as dt
import decimal
import json
import pickle
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.grading.values import NotPlainDataError, decode, encode

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
)
HASHABLE = st.none() | st.booleans() | st.integers() | st.text()
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(HASHABLE, inner)
        | st.sets(HASHABLE)
        | st.frozensets(HASHABLE)
    ),
    max_leaves=20,
)


def there_and_back(value: Any) -> Any:
    return decode(encode(value))


def alike(left: Any, right: Any) -> bool:
    """Equal, and of the same type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(alike(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(alike, left, right))
    return bool(left == right)


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_plain_values_come_back_with_their_types(value: Any) -> None:
    assert alike(there_and_back(value), value)


@pytest.mark.parametrize("value", [float("nan"), np.float64("nan")])
def test_nan_stays_nan(value: float) -> None:
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back != back


@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.1),
        np.float32(0.1),
        np.int64(-3),
        np.bool_(True),
        np.str_("é"),
        np.datetime64("2024-01-02"),
        pd.Timestamp("2024-01-02 03:04:05.123456789"),
        pd.Timestamp("2024-01-02", tz="Europe/Amsterdam"),
        pd.Timedelta("1 day 3 ns"),
        range(2, 9, 3),
        dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
        decimal.Decimal("1.10"),
    ],
)
def test_scalars(value: Any) -> None:
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back == value


def test_missing_values() -> None:
    assert there_and_back(pd.NaT) is pd.NaT
    assert there_and_back(pd.NA) is pd.NA


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="int16").reshape(2, 3).T,
        np.array(3.5),
        np.zeros((0, 4), dtype=bool),
        np.array(["a", "bcd"]),
        np.array(["2024-01-02", "NaT"], dtype="datetime64[s]"),
        np.array([1 + 2j]),
    ],
)
def test_arrays(array: np.ndarray) -> None:
    back = there_and_back(array)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    back[...] = back  # a test may write into what it got


def test_object_arrays() -> None:
    array = np.array([[1, "a"], [None, [2.5]]], dtype=object)
    back = there_and_back(array)
    assert back.dtype == object
    assert back.tolist() == array.tolist()


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
    "two level columns": pd.DataFrame(
        [[1, 2]], columns=pd.MultiIndex.from_tuples([("x", 1), ("x", 2)])
    ),
    "twice the same column": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="float32")}),
    "no columns": pd.DataFrame(index=pd.date_range("2024-01-01", periods=2)),
    "nothing": pd.DataFrame(),
}


@pytest.mark.parametrize("name", FRAMES)
def test_tables(name: str) -> None:
    pd.testing.assert_frame_equal(there_and_back(FRAMES[name]), FRAMES[name], check_freq=False)


@pytest.mark.parametrize("name", FRAMES)
def test_series_and_indexes(name: str) -> None:
    table = FRAMES[name]
    pd.testing.assert_index_equal(there_and_back(table.index), table.index)
    for place in range(table.shape[1]):
        series = table.iloc[:, place]
        pd.testing.assert_series_equal(there_and_back(series), series, check_freq=False)


class LyingFloat(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__

    def __repr__(self) -> str:
        return "3.0"


class LyingText(str):
    def __str__(self) -> str:
        return "the right answer"


class LyingTable(pd.DataFrame):
    def equals(self, other: object) -> bool:
        return True


def test_subclasses_become_what_they_hold() -> None:
    assert alike(there_and_back(LyingFloat(1.5)), 1.5)
    assert alike(there_and_back(LyingText("wrong")), "wrong")
    assert alike(there_and_back(Counter("aab")), {"a": 2, "b": 1})
    assert alike(there_and_back(OrderedDict(a=1)), {"a": 1})
    assert type(there_and_back(LyingTable({"a": [1]}))) is pd.DataFrame


class Always:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


@pytest.mark.parametrize("value", [Always(), [Always()], lambda: 1, iter([1]), {1: object()}, len])
def test_objects_are_refused(value: Any) -> None:
    with pytest.raises(NotPlainDataError, match="type"):
        encode(value)


def test_what_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(NotPlainDataError, match="nested"):
        encode(loop)


def test_too_much_is_refused() -> None:
    with pytest.raises(NotPlainDataError, match="larger"):
        encode(np.zeros(2**18), max_bytes=2**20)
    with pytest.raises(NotPlainDataError, match="larger"):
        encode(["x" * 2**19] * 3, max_bytes=2**20)
    with pytest.raises(NotPlainDataError, match="larger"):
        decode(encode(np.zeros(2**18)), max_bytes=2**20)


def test_paths_outside_the_folder_are_refused(tmp_path: Path) -> None:
    inside = tmp_path / "own" / "model.onnx"
    inside.parent.mkdir()
    assert decode(encode(inside), root=tmp_path / "own") == inside
    (tmp_path / "own" / "link").symlink_to(tmp_path)
    for outside in (tmp_path / "own" / ".." / "x", tmp_path / "own" / "link" / "x", Path("/etc")):
        with pytest.raises(NotPlainDataError, match="outside"):
            decode(encode(outside), root=tmp_path / "own")


def message(node: Any, *buffers: bytes) -> bytes:
    text = json.dumps({"v": node, "b": [len(part) for part in buffers]}).encode()
    return len(text).to_bytes(8, "big") + text + b"".join(buffers)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 40,
        pickle.dumps([1, 2]),
        message(["no such tag", 1]),
        message({"a": 1}),
        message(["a", "|O", [1], 0], b"12345678"),
        message(["a", "<i8", [1000], 0], b"12345678"),
        message(["a", [["f", "|O"]], [1], 0], b"12345678"),
        message(["y", 3]),
        message(["d", [["l", []]], [1]]),
        message(["l", 5]),
        message(["sr", ["ir", [None], [0, 5, 1]], None, ["n", 3]]),
        b"\x00" * 6 + b"\x27\x10" + b"[" * 10_000,
    ],
)
def test_damaged_or_hostile_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotPlainDataError):
        decode(data)


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_random_damage_gives_data_or_a_refusal(noise: bytes, place: int) -> None:
    whole = encode([FRAMES["plain"], {"a": np.arange(4)}])
    with contextlib.suppress(NotPlainDataError):
        decode(whole[:place] + noise + whole[place + len(noise) :])
