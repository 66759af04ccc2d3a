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
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from grader.exceptions import NotPlainDataError
from grader.wire import tables
from grader.wire.nodes import Kinds, Reader, Tags, Writer
from grader.wire.size_limits import MAX_BYTES, MAX_JSON, damaged


def encode(value: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """``value`` as bytes.

    Raises:
        NotPlainDataError: it holds something that is not plain data, refers to itself, or needs
            more than ``max_bytes``.
    """
    writer = Writer(max_bytes, _WRITERS)
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
        return Reader(data, 8 + length, document["b"], root, _READERS).value(document["v"])
    except NotPlainDataError:
        raise
    except Exception as error:
        # Hostile bytes may fail anywhere in json, NumPy, Arrow or pandas, also for lack of memory.
        raise NotPlainDataError(f"the answer is damaged ({type(error).__name__})") from None


def _moment(value: pd.Timestamp | pd.Timedelta) -> list[Any]:
    return [int(value.asm8.view("i8")), value.unit]


# The first kind that fits writes: a Timestamp is a datetime, a np.float64 is a float.
_WRITERS: Kinds = [
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


def _timestamp(r: Reader, value: int, unit: str, zone: str) -> Any:
    stamp = pd.Timestamp(np.datetime64(value, unit))  # type: ignore[call-overload]
    return stamp.tz_localize("UTC").tz_convert(tables.zone_of(zone)) if zone else stamp


_READERS: Tags = {
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
