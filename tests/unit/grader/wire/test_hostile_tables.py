"""Bytes of somebody who wants something else end in a refusal, and in nothing else."""

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from grader.exceptions import NotPlainDataError
from grader.wire import arrow_stream
from grader.wire.codec import decode


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
from test_tables import FRAMES
from grader.wire.codec import decode, encode
from grader.exceptions import NotPlainDataError
warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
chance = random.Random(int(sys.argv[1]))
whole = [encode(table) for table in FRAMES.values()]
numbers = (b"\\xff" * 8, bytes(8), (2**62).to_bytes(8, "little"), b"\\x00\\x00\\x00\\x80")
counts = {"value": 0, "refused": 0}
for _ in range(int(sys.argv[2])):
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
        [sys.executable, "-c", FUZZ, "7", "4000"],
        env=os.environ | {"PYTHONPATH": os.path.dirname(__file__)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    read, refused = map(int, done.stdout.split())
    assert min(read, refused) > 200
