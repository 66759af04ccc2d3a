"""Plain data as bytes, to cross between the learner's process and the grader's.

Nothing but data comes out of :func:`decode`, whoever wrote the bytes: numbers, strings, bytes,
lists, tuples, sets, dicts, dates, paths, NumPy scalars and arrays, pandas indexes, series and
tables. No pickle, no ``eval``, no class looked up by name. An instance of a subclass goes over as
what it holds (a ``Counter`` as a dict), so that it cannot decide a comparison on the other side.

A message is a length, a JSON document and buffers one after another: NumPy arrays as they are,
long strings, and an Arrow stream for the columns of each table (:mod:`grader.wire.tables`).
Each buffer is used once, so that what comes out is not much larger than the message.
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

from grader.wire import arrow_stream, tables
from grader.wire.size_limits import (
    MAX_BYTES,
    MAX_DECIMAL_DIGITS,
    MAX_DEPTH,
    MAX_INTEGER_BITS,
    MAX_JSON,
    MAX_NODES,
    NotPlainDataError,
    check_integer,
    check_range,
    check_shape,
    damaged,
)

_BUFFERS = "biufcmMUS"  # kinds of dtype that are nothing but their bytes
_SHORT = 200  # characters of a string that stays in the JSON document


def encode(value: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """``value`` as bytes.

    Raises:
        NotPlainDataError: it holds something that is not plain data, refers to itself, or needs
            more than ``max_bytes``.
    """
    writer = Writer(max_bytes)
    try:
        node = writer.node(value, 0)
        text = json.dumps({"v": node, "b": [len(part) for part in writer.buffers]}).encode()
    except NotPlainDataError:
        raise
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotPlainDataError(f"it cannot be written as plain data ({error})") from None
    if len(text) > MAX_JSON:
        raise NotPlainDataError(f"its lists and strings are larger than {MAX_JSON // 2**20} MB")
    writer.check_size(len(text))
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
    length = int.from_bytes(data[:8], "big")
    if length > MAX_JSON:
        raise damaged()
    try:
        document = json.loads(data[8 : 8 + length])
        return Reader(data, 8 + length, document["b"], root).value(document["v"])
    except NotPlainDataError:
        raise
    except Exception as error:
        # Hostile bytes may fail anywhere in json, NumPy, Arrow or pandas, also for lack of memory.
        raise NotPlainDataError(f"the answer is damaged ({type(error).__name__})") from None


class Writer:
    """Makes nodes for the JSON document of a message, and collects its buffers."""

    def __init__(self, max_bytes: int) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.max_bytes = max_bytes

    def node(self, value: Any, depth: int) -> Any:
        """What stands for a value: itself, if JSON has it, or a list that begins with a tag."""
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise NotPlainDataError("it is nested too deeply or holds itself")
        if self.nodes > MAX_NODES:
            raise NotPlainDataError(f"it has more than {MAX_NODES:,} entries")
        exact = type(value)
        if value is None or exact is bool:
            return value
        if exact is str:
            if len(value) > _SHORT:
                self.check_size(len(value))
                return ["u", self.buffer(value.encode("utf-8", "surrogatepass"))]
            return value
        if exact is int:
            check_integer(value)
            return value if abs(value) < 2**63 else ["i", hex(value)]
        if exact is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        for kinds, write in _WRITERS:
            if isinstance(value, kinds):
                return write(self, value, depth + 1)
        raise NotPlainDataError(f"it holds an object of type {exact.__name__}")

    def check_size(self, more: int) -> None:
        """Raises NotPlainDataError if so many bytes more would be too many."""
        if self.size + more > self.max_bytes:
            raise NotPlainDataError(f"it is larger than {self.max_bytes // 2**20} MB")

    def buffer(self, data: bytes) -> int:
        """The number of a new buffer."""
        self.check_size(len(data))
        self.size += len(data)
        self.buffers.append(data)
        return len(self.buffers) - 1

    def items(self, values: Any, depth: int) -> list[Any]:
        return [self.node(value, depth) for value in values]

    def array(self, value: np.ndarray, depth: int) -> list[Any]:
        # Before it is copied: an array can have fewer bytes in memory than elements.
        self.check_size(value.nbytes)
        check_shape(value.shape)
        if value.dtype.kind == "O":
            return ["ao", list(value.shape), self.items(value.ravel().tolist(), depth)]
        if value.dtype.kind not in _BUFFERS or value.dtype.names:
            raise NotPlainDataError(f"it holds an array of dtype {value.dtype}")
        return ["a", value.dtype.str, list(value.shape), self.buffer(value.tobytes())]

    def range(self, value: range) -> list[Any]:
        check_range(value)
        return ["r", value.start, value.stop, value.step]

    def decimal(self, value: decimal.Decimal) -> list[Any]:
        _check_decimal(value)
        return ["dc", str(value)]


def _check_decimal(value: decimal.Decimal) -> None:
    # A short one with a large exponent would be a number of that many digits.
    digits = len(value.as_tuple().digits)
    if value.is_finite() and max(digits, abs(value.adjusted())) > MAX_DECIMAL_DIGITS:
        raise NotPlainDataError(f"it holds a number of more than {MAX_DECIMAL_DIGITS:,} digits")


def _moment(value: pd.Timestamp | pd.Timedelta) -> list[Any]:
    return [int(value.asm8.view("i8")), value.unit]


# The first kind that fits writes: a Timestamp is a datetime, a np.float64 is a float.
_WRITERS: list[tuple[Any, Callable[[Writer, Any, int], Any]]] = [
    (type(pd.NaT), lambda w, v, d: ["nat"]),
    (type(pd.NA), lambda w, v, d: ["na"]),
    (pd.Timestamp, lambda w, v, d: ["ts", *_moment(v), tables.zone_name(v.tz)]),
    (pd.Timedelta, lambda w, v, d: ["td", *_moment(v)]),
    (np.generic, lambda w, v, d: ["g", w.array(np.asarray(v), d)]),
    (np.ndarray, lambda w, v, d: w.array(np.asarray(v), d)),
    (pd.DataFrame, tables.write_frame),
    (pd.Series, tables.write_series),
    (pd.Index, tables.write_index),
    (pd.Categorical, tables.write_categorical),
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
    (range, lambda w, v, d: w.range(v)),
    (dt.datetime, lambda w, v, d: ["dt", v.isoformat()]),
    (dt.date, lambda w, v, d: ["da", v.isoformat()]),
    (dt.time, lambda w, v, d: ["tm", v.isoformat()]),
    (dt.timedelta, lambda w, v, d: ["dl", v.days, v.seconds, v.microseconds]),
    (decimal.Decimal, lambda w, v, d: w.decimal(v)),
    (PurePath, lambda w, v, d: ["p", str(v)]),
]


class Reader:
    """Makes values from the nodes of a JSON document and the buffers after it."""

    def __init__(self, data: bytes, start: int, sizes: list[int], root: Path | None) -> None:
        self.root = root
        self.nodes = 0
        self.depth = 0
        self.buffers: list[memoryview | None] = []
        whole = memoryview(data)
        for size in sizes:
            if type(size) is not int or size < 0 or start + size > len(data):
                raise damaged()
            self.buffers.append(whole[start : start + size])
            start += size

    def buffer(self, number: int) -> memoryview:
        """A buffer, once: many values of one buffer would be a small message of great size."""
        found = self.buffers[number]
        if found is None:
            raise damaged()
        self.buffers[number] = None
        return found

    def value(self, node: Any) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or isinstance(node, dict):
            raise damaged()
        if not isinstance(node, list):
            return node
        # The names and labels of a table stand deeper here than where they were written.
        if self.depth > MAX_DEPTH + 5:
            raise damaged()
        self.depth += 1
        made = _READERS[node[0]](self, *node[1:])
        self.depth -= 1
        return made

    def items(self, nodes: list[Any]) -> list[Any]:
        return [self.value(node) for node in nodes]

    def columns(self, stream: int | None) -> tables.ColumnReader:
        """What reads the columns of a table from the buffer with its stream, if it has one."""
        arrays = [] if stream is None else arrow_stream.read(bytes(self.buffer(stream)))
        return tables.ColumnReader(self, arrays)

    def array(self, dtype: str, shape: list[int], number: int) -> np.ndarray:
        kind = np.dtype(dtype)
        if kind.kind not in _BUFFERS or kind.names or kind.subdtype:
            raise damaged()
        self._check_shape(shape, kind.itemsize)
        flat = np.frombuffer(self.buffer(number), dtype=kind).copy()
        # Bytes that are no value of their kind would make NumPy's comparisons unpredictable.
        if (kind.kind == "b" and (flat.view("u1") > 1).any()) or (
            kind.kind == "U"
            and (flat.view(np.dtype("u4").newbyteorder(kind.byteorder)) > 0x10FFFF).any()
        ):
            raise damaged()
        return flat.reshape(shape)

    def objects(self, shape: list[int], nodes: list[Any]) -> np.ndarray:
        self._check_shape(shape)
        flat = np.empty(len(nodes), dtype=object)
        for place, node in enumerate(nodes):
            flat[place] = self.value(node)
        return flat.reshape(shape)

    def _check_shape(self, shape: list[int], itemsize: int = 8) -> None:
        if any(type(size) is not int or size < 0 for size in shape) or itemsize > MAX_BYTES:
            raise damaged()
        check_shape(shape)

    def text(self, number: int) -> str:
        return str(self.buffer(number), "utf-8", "surrogatepass")

    def integer(self, digits: str) -> int:
        if len(digits) > MAX_INTEGER_BITS // 4 + 4:
            raise damaged()
        return int(digits, 16)

    def range(self, start: int, stop: int, step: int) -> range:
        found = range(start, stop, step)
        check_range(found)
        return found

    def decimal(self, text: str) -> decimal.Decimal:
        value = decimal.Decimal(text)
        _check_decimal(value)
        return value

    def path(self, text: str) -> Path:
        path = Path(text)
        if self.root is not None and not path.resolve().is_relative_to(self.root.resolve()):
            raise NotPlainDataError("it is a path outside of the notebook's own folder")
        return path


def _timestamp(r: Reader, value: int, unit: str, zone: str) -> Any:
    stamp = pd.Timestamp(np.datetime64(value, unit))  # type: ignore[call-overload]
    return stamp.tz_localize("UTC").tz_convert(tables.zone_of(zone)) if zone else stamp


_READERS: dict[str, Callable[..., Any]] = {
    "nat": lambda r: pd.NaT,
    "na": lambda r: pd.NA,
    "ts": _timestamp,
    "td": lambda r, v, unit: pd.Timedelta(np.timedelta64(v, unit)),
    "g": lambda r, v: r.value(v)[()],
    "a": Reader.array,
    "ao": Reader.objects,
    "df": tables.read_frame,
    "sr": tables.read_series,
    "pi": tables.read_index,
    "ct": tables.read_categorical,
    "i": Reader.integer,
    "f": lambda r, v: float(v),
    "j": lambda r, real, imag: complex(r.value(real), r.value(imag)),
    "u": Reader.text,
    "y": lambda r, number: bytes(r.buffer(number)),
    "l": Reader.items,
    "t": lambda r, v: tuple(r.items(v)),
    "d": lambda r, keys, v: dict(zip(r.items(keys), r.items(v), strict=True)),
    "s": lambda r, v: set(r.items(v)),
    "fs": lambda r, v: frozenset(r.items(v)),
    "r": Reader.range,
    "dt": lambda r, v: dt.datetime.fromisoformat(v),
    "da": lambda r, v: dt.date.fromisoformat(v),
    "tm": lambda r, v: dt.time.fromisoformat(v),
    "dl": lambda r, *parts: dt.timedelta(*parts),
    "dc": Reader.decimal,
    "p": Reader.path,
}
__all__ = ["MAX_BYTES", "NotPlainDataError", "decode", "encode"]
