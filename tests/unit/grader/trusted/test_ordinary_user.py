"""Whoever is not root can grade, too."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import coursekit
import small_jobs
from grader.kernels import forked
from small_jobs import points, ran

pytestmark = pytest.mark.needs("sandbox")
USER = 54_321
#: Where the other user finds the packages, this file and what it imports.
PATH = (
    Path(coursekit.__file__).parents[1],
    Path(__file__).parent,
    Path(small_jobs.__file__).parent,
)


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
    if how == "in new processes":
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
    roots |= {*PATH}
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


@pytest.mark.parametrize("how", ["in new processes", "in forks"])
def test_an_ordinary_user_can_grade(how: str, request: pytest.FixtureRequest) -> None:
    import marks  # not at the top: as another user, this file is imported from its own folder

    words = [*as_user(), sys.executable]
    environment = {k: v for k, v in os.environ.items() if k != "TMPDIR"} | {
        "HOME": "/tmp",
        "PYTHONPATH": os.pathsep.join(map(str, PATH)),
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
