"""Plain data survives the way to the other process; nothing else gets through."""

import datetime as dt
import decimal
import functools
import json
import pickle
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.exceptions import NotPlainDataError
from grader.wire.codec import decode, encode

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
        pd.Timestamp("2024-01-02", tz=ZoneInfo("Europe/Amsterdam")),
        pd.Timestamp("2024-01-02T03:04+05:30"),
        pd.Timestamp("9024-01-02").as_unit("s"),
        pd.Timedelta(86_400_000_000_003),
        range(2, 9, 3),
        dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
        decimal.Decimal("1.10"),
    ],
)
def test_scalars(value: Any) -> None:
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back == value
    assert getattr(back, "unit", None) == getattr(value, "unit", None)
    assert getattr(back, "tz", None) == getattr(value, "tz", None)


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
    def equals(self, other: object) -> bool:  # type: ignore[misc] # final for pandas, not for a learner
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


ZERO: Any = 0  # lies inside other values below
ABSURD = {
    "range": range(10**18),
    "backward range": range(10**18, 0, -3),
    "range index": pd.RangeIndex(10**12),
    "repeated array": np.broadcast_to(1.0, (10**6, 10**6)),
    "repeated objects": np.broadcast_to(np.array(None), (10**6, 10**6)),
    "empty array": np.zeros((0, 2**40), dtype="int8"),
    "integer": 1 << 200_000,
    "decimal": decimal.Decimal("1E+999999"),
    "decimals": decimal.Decimal("1E-999999"),
    "nested": functools.reduce(lambda inner, _: (inner,), range(60), ZERO),
}


@pytest.mark.parametrize("name", ABSURD)
def test_what_is_small_and_stands_for_something_endless_is_refused(name: str) -> None:
    with pytest.raises(NotPlainDataError, match=r"more than|larger|nested"):
        encode(ABSURD[name])


def test_large_values_that_a_test_can_look_at_pass() -> None:
    for value in (range(10**6), 2**4000, "é" * 10**6, decimal.Decimal("1E+300"), [0] * 10**5):
        assert alike(there_and_back(value), value)
    half_a_pair = "\ud800" * 500
    assert there_and_back(half_a_pair) == half_a_pair


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


EMPTY = ["l", []]
HOSTILE = {
    "nothing": b"",
    "noise": b"\xff" * 40,
    "pickle": pickle.dumps([1, 2]),
    "no such tag": message(["no such tag", 1]),
    "object": message({"a": 1}),
    "pointers": message(["a", "|O", [1], 0], b"12345678"),
    "short buffer": message(["a", "<i8", [1000], 0], b"12345678"),
    "structure": message(["a", [["f", "|O"]], [1], 0], b"12345678"),
    "no buffer": message(["y", 3]),
    "last buffer": message(["l", [["y", 0], ["y", -1]]], b"1"),
    "buffer twice": message(["l", [["y", 0], ["y", 0]]], b"1"),
    "unhashable key": message(["d", [EMPTY], [1]]),
    "no list": message(["l", 5]),
    "brackets": b"\x00" * 6 + b"\x27\x10" + b"[" * 10_000,
    "nested": message(functools.reduce(lambda inner, _: ["l", [inner]], range(80), ZERO)),
    "long document": (2**40).to_bytes(8, "big") + b"[]",
    "many entries": message(["l", [0] * 2_000_001]),
    "range": message(["r", 0, 10**18, 1]),
    "range index": message(["pi", ["ir", [None], [0, 10**12, 1]], None]),
    "hex": message(["i", "0x" + "f" * 10**6]),
    "decimal": message(["dc", "1E+999999"]),
    "empty shape": message(["a", "|i1", [0, 2**62], 0], b""),
    "empty shapes": message(["a", "|i1", [2**62, 2**62, 0], 0], b""),
    "empty objects": message(["ao", [0, 2**62], []]),
    "negative shape": message(["a", "|i1", [-1], 0], b"12"),
    "wide items": message(["a", "|S2000000000", [0], 0], b""),
    "no boolean": message(["a", "|b1", [1], 0], b"\x02"),
    "no character": message(["a", "<U1", [1], 0], b"\xff\xff\xff\xff"),
    "zone file": message(["ts", 0, "ns", "dateutil//etc/localtime"]),
    "zone folder": message(["ts", 0, "ns", "zoneinfo ../../etc/localtime"]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_damaged_or_hostile_bytes_are_refused(name: str) -> None:
    with pytest.raises(NotPlainDataError):
        decode(HOSTILE[name])


@pytest.mark.parametrize("text", ["\ud800\udc00", "a\ud83d", "\U00010000", "ü"])
def test_halves_of_a_surrogate_pair_are_not_joined(text: str) -> None:
    assert decode(encode(text)) == text
    assert decode(encode({text: [text]})) == {text: [text]}
