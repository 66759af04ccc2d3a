"""pandas objects as a description in JSON and columns in Arrow, and back.

All columns of a table, those of its index too, travel in one Arrow stream, with their description
beside them: what kind of index it is, names, and dtypes. Arrow holds a column only where it gives
back exactly the same; mixed objects go item by item, and the rare rest as a NumPy array.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytz
from pandas.api.types import infer_dtype
from pandas.tseries.frequencies import to_offset

from grader.exceptions import NotPlainDataError
from grader.wire import arrow_stream
from grader.wire.nodes import Reader, Writer
from grader.wire.size_limits import check_length, check_range, damaged

_NULLABLE: dict[str, Any] = {
    repr(dtype): dtype
    for dtype in (
        *map(pd.api.types.pandas_dtype, ("boolean", "Float32", "Float64")),
        *(pd.api.types.pandas_dtype(f"{s}Int{b}") for s in ("", "U") for b in (8, 16, 32, 64)),
        *(
            pd.StringDtype(storage, missing)
            for storage in ("python", "pyarrow")
            for missing in (pd.NA, np.nan)
        ),
    )
}


def _arrow_type(dtype: np.dtype) -> pa.DataType | None:
    """The type that holds every value of a NumPy dtype as it is."""
    wide = dtype.kind == "f" and dtype.itemsize > 8
    if dtype.kind not in "biufmM" or wide or not dtype.isnative:
        return None
    return pa.from_numpy_dtype(dtype)


def zone_name(zone: Any) -> str:
    """A time zone as text; the library that it comes from belongs to a column's dtype."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo) and zone.key:
        return f"zoneinfo {zone.key}"
    offset = zone.utcoffset(None)
    if offset is not None:
        return f"offset {int(offset.total_seconds())}"
    if isinstance(zone, pytz.tzinfo.BaseTzInfo) and zone.zone:
        return f"pytz {zone.zone}"
    raise NotPlainDataError(f"it has a time zone of type {type(zone).__name__}")


def zone_of(text: str) -> dt.tzinfo | None:
    """The time zone with a name. Both libraries look only where time zones are installed."""
    library, _, name = text.partition(" ")
    match library:
        case "":
            return None
        case "zoneinfo":
            return ZoneInfo(name)
        case "pytz":
            return pytz.timezone(name)
        case "offset":
            return dt.timezone(dt.timedelta(seconds=int(name)))
    raise damaged()


class ColumnWriter:
    """Describes the columns of one table and collects those that Arrow holds."""

    def __init__(self, writer: Writer, depth: int) -> None:
        self.writer = writer
        self.depth = depth
        self.arrays: list[pa.Array] = []

    def stream(self) -> int | None:
        return self.writer.buffer(arrow_stream.write(self.arrays)) if self.arrays else None

    def _add(self, array: pa.Array | pa.ChunkedArray) -> int:
        self.arrays.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
        return len(self.arrays) - 1

    def column(self, values: Any) -> list[Any]:
        """The values of a series or an index."""
        dtype = values.dtype
        self.writer.check_size(values.nbytes)
        check_length(len(values), "a table")
        if isinstance(dtype, np.dtype):
            return self._numpy(values.to_numpy())
        if isinstance(dtype, pd.CategoricalDtype):
            codes = np.asarray(pd.Categorical(values).codes)
            return self._dictionary(codes, dtype.categories, bool(dtype.ordered))
        if isinstance(dtype, pd.DatetimeTZDtype):
            naive = np.asarray(values.array.tz_convert("UTC").tz_localize(None))
            array = pa.array(naive, type=pa.timestamp(dtype.unit, "UTC"))
            return ["z", self._add(array), zone_name(dtype.tz)]
        if repr(dtype) in _NULLABLE:
            return ["x", self._add(pa.array(values.array)), repr(dtype)]
        raise NotPlainDataError(f"it has a column of dtype {dtype}")

    def _numpy(self, values: np.ndarray) -> list[Any]:
        if values.dtype.kind == "O":
            return self._strings(values) or ["j", self.writer.array(values, self.depth)]
        kind = _arrow_type(values.dtype)
        if kind is None:
            return ["j", self.writer.array(values, self.depth)]
        return ["n", self._add(pa.array(values, type=kind)), values.dtype.str]

    def _strings(self, values: np.ndarray) -> list[Any] | None:
        """A column of nothing but strings and one kind of missing value; None if it is another."""
        if infer_dtype(values, skipna=True) not in ("string", "empty"):
            return None
        missing = values[pd.isna(values)].tolist()
        if all(value is None for value in missing):
            kind = "None"
        elif all(type(value) is float for value in missing):
            kind = "nan"
        else:
            return None
        try:
            return ["o", self._add(pa.array(values, type=pa.string(), from_pandas=True)), kind]
        except (ValueError, pa.ArrowException):  # half of a surrogate pair is no UTF-8
            return None

    def _dictionary(self, codes: np.ndarray, categories: pd.Index, ordered: bool) -> list[Any]:
        """Codes into unique values; -1 stands for a missing one."""
        indices = pa.array(codes, mask=codes == -1)
        inner = ColumnWriter(self.writer, self.depth)
        described = inner.column(categories)
        if described[0] not in "noxz":  # Arrow's dictionaries hold no objects and no dictionaries
            return ["cj", self._add(indices), ordered, described, inner.stream()]
        array = pa.DictionaryArray.from_arrays(indices, inner.arrays[0], ordered=ordered)
        return ["c", self._add(array), ordered, described]

    def index(self, value: pd.Index) -> list[Any]:
        names = self.writer.items(value.names, self.depth)
        if isinstance(value, pd.RangeIndex):
            steps = range(value.start, value.stop, value.step)
            check_range(steps)
            return ["ir", names, [steps.start, steps.stop, steps.step]]
        if isinstance(value, pd.MultiIndex):
            pairs = zip(value.codes, value.levels, strict=True)
            levels = [self._dictionary(np.asarray(c), level, False) for c, level in pairs]
            return ["im", names, levels]
        return ["ix", names, self.column(value), _frequency(value)]


def _frequency(value: pd.Index) -> str | None:
    offset = getattr(value, "freq", None)
    if offset is None:
        return None
    try:
        return str(offset.freqstr) if to_offset(offset.freqstr) == offset else None
    except ValueError:
        return None


def write_index(writer: Writer, value: pd.Index, depth: int) -> list[Any]:
    columns = ColumnWriter(writer, depth)
    return ["pi", columns.index(value), columns.stream()]


def write_series(writer: Writer, value: pd.Series, depth: int) -> list[Any]:
    columns = ColumnWriter(writer, depth)
    described = [columns.index(value.index), columns.column(value)]
    return ["sr", *described, columns.stream(), writer.node(value.name, depth)]


def write_categorical(writer: Writer, value: pd.Categorical, depth: int) -> list[Any]:
    columns = ColumnWriter(writer, depth)
    return ["ct", columns.column(pd.Series(value)), columns.stream()]


def write_frame(writer: Writer, value: pd.DataFrame, depth: int) -> list[Any]:
    columns = ColumnWriter(writer, depth)
    index = columns.index(value.index)
    described = [columns.column(value.iloc[:, place]) for place in range(value.shape[1])]
    labels = write_index(writer, value.columns, depth)
    return ["df", index, described, columns.stream(), labels]


class ColumnReader:
    """Puts the columns of one table together from their descriptions, which are not trusted."""

    def __init__(self, reader: Reader, arrays: Sequence[pa.Array]) -> None:
        self.reader = reader
        self.arrays: list[pa.Array | None] = list(arrays)

    def _take(self, number: int) -> pa.Array:
        """A column, once: the same one a thousand times would be a thousand copies."""
        array = self.arrays[number]
        if array is None:
            raise damaged()
        self.arrays[number] = None
        return array

    def column(self, node: list[Any]) -> Any:
        """The values as an array that nobody else holds."""
        tag, first, *rest = node
        match tag:
            case "j":
                values = self.reader.value(first)
                if not isinstance(values, np.ndarray) or values.ndim != 1:
                    raise damaged()
                return values
            case "n":
                return _numpy(self._take(first), np.dtype(rest[0]))
            case "o":
                return _strings(self._take(first), rest[0])
            case "x":
                return _nullable(self._take(first), _NULLABLE[rest[0]])
            case "z":
                array = self._take(first)
                if not pa.types.is_timestamp(array.type) or array.type.tz != "UTC":
                    raise damaged()
                moments = pd.DatetimeIndex(array.to_numpy(zero_copy_only=False))
                return moments.tz_localize("UTC").tz_convert(zone_of(rest[0]))
            case "c" | "cj":
                codes, categories = self._dictionary(node)
                return pd.Categorical.from_codes(codes, categories, ordered=rest[0] is True)
        raise damaged()

    def _dictionary(self, node: list[Any]) -> tuple[Any, pd.Index]:
        tag, first, _, described, *rest = node
        array = self._take(first)
        if tag == "c":
            if not isinstance(array, pa.DictionaryArray):
                raise damaged()
            codes, inner = array.indices, ColumnReader(self.reader, [array.dictionary])
        elif tag == "cj":
            codes, inner = array, _columns(self.reader, *rest)
        else:
            raise damaged()
        if not pa.types.is_signed_integer(codes.type):
            raise damaged()
        places = codes.fill_null(-1).to_numpy()
        return places, inner._plain_index(described)

    def _plain_index(self, described: list[Any]) -> pd.Index:
        values = self.column(described)
        dtype = values.dtype if isinstance(values, np.ndarray) else None
        return pd.Index(values, dtype=dtype, tupleize_cols=False)

    def index(self, node: list[Any]) -> pd.Index:
        tag, names, *rest = node
        names = self.reader.items(names)
        match tag, rest:
            case "ir", [[int() as start, int() as stop, int() as step]]:
                steps = range(start, stop, step)
                check_range(steps)
                return pd.RangeIndex(steps, name=names[0])
            case "im", [[*levels]]:
                codes, values = zip(*map(self._dictionary, levels), strict=True)
                return pd.MultiIndex(levels=values, codes=codes, names=names)
            case "ix", [described, frequency]:
                index = self._plain_index(described)
                if frequency is not None:
                    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
                        raise damaged()
                    index = type(index)(index, freq=to_offset(frequency))
                return index.rename(names[0])
        raise damaged()

    def series(self, node: list[Any], index: pd.Index) -> pd.Series:
        values = self.column(node)
        if len(values) != len(index):
            raise damaged()
        dtype = values.dtype if isinstance(values, np.ndarray) else None
        return pd.Series(values, index=index, dtype=dtype, copy=True)


def _numpy(array: pa.Array, dtype: np.dtype) -> np.ndarray:
    missing = array.null_count > 0 and dtype.kind not in "mM"
    if array.type != _arrow_type(dtype) or missing:
        raise damaged()
    return array.to_numpy(zero_copy_only=False)


def _strings(array: pa.Array, missing: str) -> np.ndarray:
    if not pa.types.is_string(array.type):
        raise damaged()
    values = array.to_numpy(zero_copy_only=False)
    if missing == "nan" and array.null_count:
        values[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return values


def _nullable(array: pa.Array, dtype: Any) -> Any:
    if isinstance(dtype, pd.StringDtype):
        fits = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
    else:
        fits = array.type == pa.from_numpy_dtype(dtype.numpy_dtype)
    if not fits:
        raise damaged()
    return dtype.__from_arrow__(array)


def _columns(reader: Reader, stream: int | None) -> ColumnReader:
    """What reads the columns of a table from the buffer with its stream, if it has one."""
    arrays = [] if stream is None else arrow_stream.read(bytes(reader.buffer(stream)))
    return ColumnReader(reader, arrays)


def read_index(reader: Reader, node: list[Any], stream: int | None) -> pd.Index:
    return _columns(reader, stream).index(node)


def read_series(
    reader: Reader, index: list[Any], column: list[Any], stream: int | None, name: Any
) -> pd.Series:
    columns = _columns(reader, stream)
    return columns.series(column, columns.index(index)).rename(reader.value(name))


def read_categorical(reader: Reader, column: list[Any], stream: int | None) -> pd.Categorical:
    values = _columns(reader, stream).column(column)
    if not isinstance(values, pd.Categorical):
        raise damaged()
    return values


def read_frame(
    reader: Reader, index: list[Any], nodes: list[Any], stream: int | None, labels: Any
) -> pd.DataFrame:
    columns = _columns(reader, stream)
    rows = columns.index(index)
    parts = {place: columns.series(node, rows) for place, node in enumerate(nodes)}
    table = pd.DataFrame(parts, index=rows)
    table.columns = reader.value(labels)
    return table
