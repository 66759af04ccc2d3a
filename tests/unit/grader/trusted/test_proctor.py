"""An answer that the learner has made to grow fails its own test and no other."""

from __future__ import annotations

import pytest

from small_jobs import points, ran

pytestmark = pytest.mark.needs("sandbox")
FORGED = """
import json
import numpy as np, pyarrow as pa
import grader.endpoints.agent as agent

def message(node, *buffers):
    text = json.dumps({"v": node, "b": [len(b) for b in buffers]}) if not isinstance(node, str) else node
    return len(text).to_bytes(8, "big") + text.encode() + b"".join(buffers)

def stream(array, **options):
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([array], names=["0"])
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()

rows = 1 << 40
column = ["t", ["data", ["sr", ["ir", [None], [0, 1000, 1]], ["n", 0, "<i8"], 0, None]]]
"""
ANSWERS = {
    "nested": 'message("[" * 5_000_000)',
    "lists": """message('{"b": [], "v": ["l", [' + "[]," * 10_000_000 + "[]]]}")""",
    "rows": "message(column, stream(pa.array(np.arange(1000))).replace((1000).to_bytes(8, 'little'), rows.to_bytes(8, 'little'), 1))",
    "expanding": "message(column, stream(pa.array(np.zeros(1 << 25)), compression='zstd'))",
    "strings": "message(column, stream(pa.array([''] * 10_000_000)))",
    "no end": '(1 << 62).to_bytes(8, "big") + b"[]"',
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_grows_is_the_failure_of_its_own_test(name: str) -> None:
    code = f"{FORGED}\nforged = {ANSWERS[name]}\nagent.encode = lambda value, **_: forged"
    done = ran(code, "assert answer is not None", "assert 1 + 1 == 2")
    assert points(done) == [0, 1]
    (error,) = done.cells[1].outputs
    assert "the answer of the notebook" in error["evalue"]


def test_what_a_test_makes_of_an_answer_is_limited_too() -> None:
    done = ran("size = 3 << 30", "assert len(bytes(size)) == 3 << 30", "assert size > 0")
    assert points(done) == [0, 1]
    assert done.cells[1].outputs[-1]["ename"] == "MemoryError"
