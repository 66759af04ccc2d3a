"""Plain data as bytes, to cross between the learner's process and the grader's.

Nothing but data comes out of :func:`decode`, whoever wrote the bytes: numbers, strings, bytes,
lists, tuples, sets, dicts, dates, paths, NumPy scalars and arrays, pandas indexes, series and
tables. No pickle, no ``eval``, no class looked up by name. An instance of a subclass goes over as
what it holds (a ``Counter`` as a dict), so that it cannot decide a comparison on the other side.

A message is a length, a JSON document and the raw buffers of the arrays one after another. pandas
columns travel as NumPy buffers, or as lists where they hold objects, which keeps every dtype, any
index and mixed columns; Arrow would not.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 50
MAX_NODES = 5_000_000
_BUFFERS = "biufcmMUS"  # kinds of dtype that are nothing but their bytes
_NULLABLE = {"string", "boolean", "Float32", "Float64", "str"} | {
    f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)
}


class NotPlainDataError(TypeError):
    """A value, or bytes from the other side, that is not plain data or too much of it."""


def encode(value: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """``value`` as bytes.

    Raises:
        NotPlainDataError: it holds something that is not plain data, refers to itself, or needs
            more than ``max_bytes``.
    """
    writer = _Writer(max_bytes)
    try:
        node = writer.node(value, 0)
        text = json.dumps({"v": node, "b": [len(part) for part in writer.buffers]}).encode()
    except NotPlainDataError:
        raise
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotPlainDataError(f"it cannot be written as plain data ({error})") from None
    if len(text) + writer.size > max_bytes:
        raise NotPlainDataError(f"it is larger than {max_bytes // 2**20} MB")
    return b"".join([len(text).to_bytes(8, "big"), text, *writer.buffers])


def decode(data: bytes, root: Path | None = None, max_bytes: int = MAX_BYTES) -> Any:
    """The value that :func:`encode` wrote.

    Args:
        data: bytes from a process that is not trusted.
        root: paths outside of this folder are refused; None takes any path.
        max_bytes: more is refused unread.

    Raises:
        NotPlainDataError: the bytes were not written by :func:`encode`, or hold a path outside.
    """
    if len(data) > max_bytes + 8:
        raise NotPlainDataError(f"it is larger than {max_bytes // 2**20} MB")
    try:
        length = int.from_bytes(data[:8], "big")
        document = json.loads(data[8 : 8 + length])
        return _Reader(data, 8 + length, document["b"], root).value(document["v"])
    except NotPlainDataError:
        raise
    except Exception as error:
        # Hostile bytes may fail anywhere in json, NumPy or pandas.
        raise NotPlainDataError(f"the answer is damaged ({type(error).__name__})") from None


class _Writer:
    def __init__(self, max_bytes: int) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.max_bytes = max_bytes

    def node(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise NotPlainDataError("it is nested too deeply or holds itself")
        if self.nodes > MAX_NODES:
            raise NotPlainDataError(f"it has more than {MAX_NODES} entries")
        exact = type(value)
        if value is None or exact is bool:
            return value
        if exact is str:
            self._grow(len(value))
            return value
        if exact is int:
            return value if abs(value) < 2**63 else ["i", hex(value)]
        if exact is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        for kinds, write in _WRITERS:
            if isinstance(value, kinds):
                return write(self, value, depth + 1)
        raise NotPlainDataError(f"it holds an object of type {exact.__name__}")

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > self.max_bytes:
            raise NotPlainDataError(f"it is larger than {self.max_bytes // 2**20} MB")

    def buffer(self, data: bytes) -> int:
        self._grow(len(data))
        self.buffers.append(data)
        return len(self.buffers) - 1

    def items(self, values: Any, depth: int) -> list[Any]:
        return [self.node(value, depth) for value in values]

    def array(self, value: np.ndarray, depth: int) -> list[Any]:
        if value.dtype.kind == "O":
            return ["ao", list(value.shape), self.items(value.ravel().tolist(), depth)]
        if value.dtype.kind not in _BUFFERS or value.dtype.names:
            raise NotPlainDataError(f"it holds an array of dtype {value.dtype}")
        data = np.ascontiguousarray(np.asarray(value)).tobytes()
        return ["a", value.dtype.str, list(value.shape), self.buffer(data)]

    def column(self, values: Any, depth: int) -> list[Any]:
        """The values of a series or an index, with their dtype."""
        dtype = values.dtype
        if isinstance(dtype, np.dtype):
            return ["n", self.array(values.to_numpy(), depth)]
        if isinstance(dtype, pd.CategoricalDtype):
            codes = self.array(np.asarray(pd.Categorical(values).codes), depth)
            return ["c", codes, self.index(dtype.categories, depth), bool(dtype.ordered)]
        if isinstance(dtype, pd.DatetimeTZDtype):
            naive = values.array.tz_convert("UTC").tz_localize(None)
            return ["z", str(dtype.tz), self.array(np.asarray(naive), depth)]
        if str(dtype).split("[")[0] in _NULLABLE:
            plain = [
                None if missing else item
                for item, missing in zip(values, values.isna(), strict=True)
            ]
            return ["x", str(dtype).split("[")[0], self.items(plain, depth)]
        raise NotPlainDataError(f"it has a column of dtype {dtype}")

    def index(self, value: pd.Index, depth: int) -> list[Any]:
        names = self.items(value.names, depth)
        if isinstance(value, pd.RangeIndex):
            return ["ir", names, [value.start, value.stop, value.step]]
        if isinstance(value, pd.MultiIndex):
            levels = [value.get_level_values(i) for i in range(value.nlevels)]
            return ["im", names, [self.column(level, depth) for level in levels]]
        return ["ix", names, self.column(value, depth)]

    def frame(self, value: pd.DataFrame, depth: int) -> list[Any]:
        columns = [self.column(value.iloc[:, i], depth) for i in range(value.shape[1])]
        return ["df", self.index(value.index, depth), self.index(value.columns, depth), columns]

    def series(self, value: pd.Series, depth: int) -> list[Any]:
        name = self.node(value.name, depth)
        return ["sr", self.index(value.index, depth), name, self.column(value, depth)]


def _zone(value: Any) -> str:
    return str(value.tz) if value.tz is not None else ""


# The first kind that fits writes: a Timestamp is a datetime, a np.float64 is a float.
_WRITERS: list[tuple[Any, Callable[[_Writer, Any, int], Any]]] = [
    (type(pd.NaT), lambda w, v, d: ["nat"]),
    (type(pd.NA), lambda w, v, d: ["na"]),
    (pd.Timestamp, lambda w, v, d: ["ts", v.as_unit("ns").value, v.unit, _zone(v)]),
    (pd.Timedelta, lambda w, v, d: ["td", v.as_unit("ns").value, v.unit]),
    (np.generic, lambda w, v, d: ["g", w.array(np.asarray(v), d)]),
    (np.ndarray, lambda w, v, d: w.array(np.asarray(v), d)),
    (pd.DataFrame, lambda w, v, d: w.frame(v, d)),
    (pd.Series, lambda w, v, d: w.series(v, d)),
    (pd.Index, lambda w, v, d: w.index(v, d)),
    (pd.Categorical, lambda w, v, d: ["ct", w.column(pd.Series(v), d)]),
    (str, lambda w, v, d: w.node(str.__str__(v), d)),
    (int, lambda w, v, d: w.node(int.__int__(v), d)),
    (float, lambda w, v, d: w.node(float.__float__(v), d)),
    (complex, lambda w, v, d: ["j", w.node(v.real, d), w.node(v.imag, d)]),
    ((bytes, bytearray), lambda w, v, d: ["y", w.buffer(bytes(v))]),
    (list, lambda w, v, d: ["l", w.items(list.__iter__(v), d)]),
    (tuple, lambda w, v, d: ["t", w.items(tuple.__iter__(v), d)]),
    (dict, lambda w, v, d: ["d", w.items(dict.keys(v), d), w.items(dict.values(v), d)]),
    (set, lambda w, v, d: ["s", w.items(set.__iter__(v), d)]),
    (frozenset, lambda w, v, d: ["fs", w.items(frozenset.__iter__(v), d)]),
    (range, lambda w, v, d: ["r", v.start, v.stop, v.step]),
    (dt.datetime, lambda w, v, d: ["dt", v.isoformat()]),
    (dt.date, lambda w, v, d: ["da", v.isoformat()]),
    (dt.time, lambda w, v, d: ["tm", v.isoformat()]),
    (dt.timedelta, lambda w, v, d: ["dl", v.days, v.seconds, v.microseconds]),
    (decimal.Decimal, lambda w, v, d: ["dc", str(v)]),
    (PurePath, lambda w, v, d: ["p", str(v)]),
]


class _Reader:
    def __init__(self, data: bytes, start: int, sizes: list[int], root: Path | None) -> None:
        self.root = root
        self.buffers: list[bytes] = []
        for size in sizes:
            if type(size) is not int or size < 0 or start + size > len(data):
                raise NotPlainDataError("the answer is damaged")
            self.buffers.append(data[start : start + size])
            start += size

    def value(self, node: Any) -> Any:
        if not isinstance(node, list):
            if isinstance(node, dict):
                raise NotPlainDataError("the answer is damaged")
            return node
        return _READERS[node[0]](self, *node[1:])

    def items(self, nodes: list[Any]) -> list[Any]:
        return [self.value(node) for node in nodes]

    def array(self, dtype: str, shape: list[int], number: int) -> np.ndarray:
        kind = np.dtype(dtype)
        if kind.kind not in _BUFFERS or kind.names or kind.subdtype:
            raise NotPlainDataError("the answer is damaged")
        return np.frombuffer(self.buffers[number], dtype=kind).reshape(shape).copy()

    def objects(self, shape: list[int], nodes: list[Any]) -> np.ndarray:
        flat = np.empty(len(nodes), dtype=object)
        for place, node in enumerate(nodes):
            flat[place] = self.value(node)
        return flat.reshape(shape)

    def column(self, node: list[Any]) -> Any:
        tag, first, *rest = node
        if tag == "n":
            values = self.value(first)
            if not isinstance(values, np.ndarray) or values.ndim != 1:
                raise NotPlainDataError("the answer is damaged")
            return values
        if tag == "c":
            categories = self.value(rest[0])
            return pd.Categorical.from_codes(self.value(first), categories, ordered=rest[1] is True)
        if tag == "z":
            return pd.DatetimeIndex(self.value(rest[0])).tz_localize("UTC").tz_convert(first)
        if tag == "x" and first in _NULLABLE:
            return pd.array(self.items(rest[0]), dtype=first)
        raise NotPlainDataError("the answer is damaged")

    def index(self, names: list[Any], column: list[Any]) -> pd.Index:
        values = self.column(column)
        dtype = values.dtype if isinstance(values, np.ndarray) else None
        return pd.Index(values, dtype=dtype, name=self.value(names[0]), tupleize_cols=False)

    def multi_index(self, names: list[Any], levels: list[Any]) -> pd.Index:
        return pd.MultiIndex.from_arrays([self.column(x) for x in levels], names=self.items(names))

    def frame(self, index: list[Any], names: list[Any], columns: list[Any]) -> pd.DataFrame:
        rows = self.value(index)
        parts = {i: self._series(node, rows) for i, node in enumerate(columns)}
        table = pd.DataFrame(parts, index=rows)
        table.columns = self.value(names)
        return table

    def _series(self, column: list[Any], index: pd.Index) -> pd.Series:
        values = self.column(column)
        dtype = values.dtype if isinstance(values, np.ndarray) else None
        return pd.Series(values, index=index, dtype=dtype)

    def series(self, index: list[Any], name: Any, column: list[Any]) -> pd.Series:
        return self._series(column, self.value(index)).rename(self.value(name))

    def path(self, text: str) -> Path:
        path = Path(text)
        if self.root is not None and not path.resolve().is_relative_to(self.root.resolve()):
            raise NotPlainDataError("it is a path outside of the notebook's own folder")
        return path


def _timestamp(r: _Reader, value: int, unit: Any, zone: str) -> Any:
    stamp = pd.Timestamp(value, unit="ns").as_unit(unit)
    return stamp.tz_localize("UTC").tz_convert(zone) if zone else stamp


_READERS: dict[str, Callable[..., Any]] = {
    "nat": lambda r: pd.NaT,
    "na": lambda r: pd.NA,
    "ts": _timestamp,
    "td": lambda r, v, unit: pd.Timedelta(v, unit="ns").as_unit(unit),
    "g": lambda r, v: r.value(v)[()],
    "a": _Reader.array,
    "ao": _Reader.objects,
    "df": _Reader.frame,
    "sr": _Reader.series,
    "ix": _Reader.index,
    "im": _Reader.multi_index,
    "ir": lambda r, names, limits: pd.RangeIndex(range(*limits), name=r.value(names[0])),
    "ct": lambda r, v: r.column(v),
    "i": lambda r, v: int(v, 16),
    "f": lambda r, v: float(v),
    "j": lambda r, real, imag: complex(r.value(real), r.value(imag)),
    "y": lambda r, number: r.buffers[number],
    "l": _Reader.items,
    "t": lambda r, v: tuple(r.items(v)),
    "d": lambda r, keys, v: dict(zip(r.items(keys), r.items(v), strict=True)),
    "s": lambda r, v: set(r.items(v)),
    "fs": lambda r, v: frozenset(r.items(v)),
    "r": lambda r, *limits: range(*limits),
    "dt": lambda r, v: dt.datetime.fromisoformat(v),
    "da": lambda r, v: dt.date.fromisoformat(v),
    "tm": lambda r, v: dt.time.fromisoformat(v),
    "dl": lambda r, *parts: dt.timedelta(*parts),
    "dc": lambda r, v: decimal.Decimal(v),
    "p": _Reader.path,
}
