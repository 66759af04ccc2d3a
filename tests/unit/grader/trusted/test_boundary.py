"""Whole jobs at the edge: answers that grow, and a grader who is an ordinary user."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

import coursekit
from grader.isolation.sandbox import Limits
from grader.kernels import forked
from grader.trusted.job import Job
from grader.trusted.runner import run

pytestmark = pytest.mark.needs("sandbox")
LIMITS = Limits(cell_seconds=30, call_seconds=20, memory=1 << 30)
USER = 54_321


def test_cell(name: str, source: str) -> NotebookNode:
    mark = {
        "grade": True,
        "solution": False,
        "locked": True,
        "grade_id": name,
        "points": 1,
        "schema_version": 3,
        "cell_type": "code",
        "task": False,
    }
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": mark})


test_cell.__test__ = False  # type: ignore[attr-defined]


def ran(code: str, *tests: str, **starts: object) -> NotebookNode:
    named = {f"test{number}": source for number, source in enumerate(tests)}
    cells = [nbformat.v4.new_code_cell(code), *(test_cell(*item) for item in named.items())]
    return run(Job(nbformat.v4.new_notebook(cells=cells), named), LIMITS, **starts)  # type: ignore[arg-type]


def points(done: NotebookNode) -> list[float]:
    return [float(determine_grade(cell)[0]) for cell in done.cells[1:]]


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


# --- as an ordinary user ------------------------------------------------------------------------

LEARNER = """
import os, pathlib, subprocess
status = pathlib.Path("/proc/self/status").read_text()
seen = {
    "root": os.getuid() == 0,
    "filtered": "Seccomp:\\t2" in status,
    "capable": "CapEff:\\t" + "0" * 16 not in status,
    "namespace": subprocess.run(["unshare", "-U", "true"], capture_output=True).returncode == 0,
    "network": sorted(os.listdir("/sys/class/net")) if os.path.exists("/sys/class/net") else [],
}
def double(x): return 2 * x
"""
EXPECTED = {"root": False, "filtered": True, "capable": False, "namespace": False, "network": []}


def grade_one(how: str) -> None:
    """Grade a tiny job and print what came of it; runs in a process of another user."""
    tests = ("assert double(21) == 42", "assert double(21) == 43", f"assert seen == {EXPECTED}")
    if how == "cold":
        done = ran(LEARNER, *tests)
    else:
        with forked.ForkServer(
            preload=("ipykernel.kernelapp", "grader.endpoints.examiner")
        ) as fork_server:
            tempfile.tempdir = str(fork_server.base)
            done = ran(LEARNER, *tests, start=forked.StartForkedKernel(fork_server))
    errors = [o.get("evalue") for cell in done.cells for o in cell.outputs]
    print(json.dumps([os.getuid(), points(done), errors]))


def as_user() -> list[str]:
    """The words that make another user of root, who can read Python and the course.

    A folder that only root can enter is replaced by one with nothing else in it.
    """
    if os.getuid() != 0:
        return []
    roots = {Path(sys.base_prefix), Path(sys.prefix), Path(sys.prefix).resolve()}
    roots |= {Path(coursekit.__file__).parents[1], Path(__file__).parent}
    closed = {
        top for path in roots for top in path.parents if not top.stat().st_mode & stat.S_IXOTH
    }
    hidden = sorted(top for top in closed if not closed & set(top.parents))
    shown = [path for path in roots if closed & set(path.parents)]
    words = ["bwrap", "--cap-add", "ALL", "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    for top in hidden:
        words += ["--perms", "0755", "--tmpfs", str(top)]
    for path in shown:
        missing = [top for top in reversed(path.parents) if closed & {top, *top.parents}]
        words += [word for top in missing for word in ("--perms", "0755", "--dir", str(top))]
        words += ["--ro-bind", str(path), str(path)]
    return [*words, "--", "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]


@pytest.mark.parametrize("how", ["cold", "warm"])
def test_an_ordinary_user_can_grade(how: str, request: pytest.FixtureRequest) -> None:
    import marks  # not at the top: as another user, this file is imported from its own folder

    words = [*as_user(), sys.executable]
    environment = {k: v for k, v in os.environ.items() if k != "TMPDIR"} | {
        "HOME": "/tmp",
        "PYTHONPATH": f"{Path(coursekit.__file__).parents[1]}{os.pathsep}{Path(__file__).parent}",
    }
    probe = "from grader.isolation.sandbox import why_not; print(why_not() or '')"
    able = subprocess.run(
        [*words, "-c", probe], env=environment, capture_output=True, text=True, check=False
    )
    if able.returncode != 0 or able.stdout.strip():
        marks.give_up(request.node, "sandbox", f"{able.stdout}{able.stderr[-300:]}")
    code = f"import {Path(__file__).stem} as tests; tests.grade_one({how!r})"
    done = subprocess.run(
        [*words, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    uid, scores, errors = json.loads(done.stdout.splitlines()[-1])
    assert uid != 0
    assert scores == [1, 0, 1], errors
