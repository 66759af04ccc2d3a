"""Columns of one length as an Arrow IPC stream, and back from bytes that are not trusted.

A stream has one schema, dictionaries at most once per column, and one record batch. What Arrow's
format offers beside that is refused before Arrow reads it: compressed bodies, which can be small
and expand without limit, extension types, which can run code of libraries, and metadata.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pyarrow as pa

from grader.wire.size_limits import MAX_COLUMNS, check_length, damaged

# Slots of the tables in Arrow's Message.fbs, as the distance from the start of the vtable.
_MESSAGE_HEADER, _MESSAGE_METADATA = 8, 12
_BATCH_COMPRESSION, _DICTIONARY_BATCH, _DICTIONARY_DELTA = 10, 6, 8
_TYPES = {
    pa.bool_(),
    *(pa.from_numpy_dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *(pa.float16(), pa.float32(), pa.float64(), pa.string(), pa.large_string()),
    *(kind(unit) for kind in (pa.timestamp, pa.duration) for unit in ("s", "ms", "us", "ns")),
    *(pa.timestamp(unit, "UTC") for unit in ("s", "ms", "us", "ns")),
}


def write(columns: Sequence[pa.Array]) -> bytes:
    """Columns of one length; their numbers are their names."""
    names = [str(number) for number in range(len(columns))]
    batch = pa.record_batch(list(columns), names=names)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(use_threads=False)
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def read(data: bytes) -> list[pa.Array]:
    """The columns that :func:`write` wrote, valid and together not larger than the bytes.

    Raises:
        NotPlainDataError: the stream has something that `write` does not put there.
        Exception: Arrow cannot read it, or it is not valid.
    """
    _check_messages(data)
    options = pa.ipc.IpcReadOptions(use_threads=False)
    with pa.ipc.open_stream(pa.py_buffer(data), options=options) as reader:
        _check_schema(reader.schema)
        batch = reader.read_next_batch()
        if next(iter(reader), None) is not None:
            raise damaged()
    batch.validate(full=True)
    check_length(batch.num_rows, "a table")
    # Several columns may name the same bytes of the body; each is a copy once it is in a table.
    if batch.nbytes > len(data):
        raise damaged()
    return list(batch.columns)


def _check_messages(data: bytes) -> None:
    """Look at the heads of all messages; their bodies are not copied."""
    kinds = []
    for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(data)):
        kinds.append(message.type)
        head = message.metadata.to_pybytes()
        root = _follow(head, 0)
        if _slot(head, root, _MESSAGE_METADATA):
            raise damaged()
        header = _follow(head, _slot(head, root, _MESSAGE_HEADER))
        if message.type == "schema":
            if b"ARROW:" in head:  # the key under which a field names its extension type
                raise damaged()
            continue
        if message.type == "dictionary":
            if _slot(head, header, _DICTIONARY_DELTA):
                raise damaged()
            header = _follow(head, _slot(head, header, _DICTIONARY_BATCH))
        if _slot(head, header, _BATCH_COMPRESSION):
            raise damaged()
    # Arrow reads dictionaries before the first batch; later ones would replace them.
    dictionaries = kinds.count("dictionary")
    if kinds != ["schema", *["dictionary"] * dictionaries, "record batch"]:
        raise damaged()
    if dictionaries > MAX_COLUMNS:
        raise damaged()


def _slot(table: bytes, start: int, slot: int) -> int:
    """Where a field of a flatbuffers table stands; 0 if the table has no such field."""
    vtable = start - struct.unpack_from("<i", table, _inside(start))[0]
    (size,) = struct.unpack_from("<H", table, _inside(vtable))
    if slot >= size:
        return 0
    (offset,) = struct.unpack_from("<H", table, vtable + slot)
    return start + offset if offset else 0


def _follow(table: bytes, place: int) -> int:
    return int(place + struct.unpack_from("<I", table, _inside(place))[0])


def _inside(place: int) -> int:
    if place < 0:  # struct would count from the end
        raise damaged()
    return place


def _check_schema(schema: pa.Schema) -> None:
    if len(schema) > MAX_COLUMNS or schema.metadata:
        raise damaged()
    for number, field in enumerate(schema):
        kind = field.type
        if isinstance(kind, pa.DictionaryType):
            if not pa.types.is_signed_integer(kind.index_type):
                raise damaged()
            kind = kind.value_type
        if kind not in _TYPES or field.metadata or field.name != str(number):
            raise damaged()
