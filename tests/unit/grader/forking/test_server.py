"""The fork server imports what it can without a thread, and each fork begins afresh."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.kernels import forked
from grader.kernels.student_kernel import KernelConfig, StudentKernel, start_sandboxed
from kernel_queries import value as ask
from open_kernels import OpenKernel, opened

pytestmark = pytest.mark.needs("sandbox")


def test_nothing_is_carried_over(open_kernel: OpenKernel) -> None:
    poison = """
import os, sys, builtins, json, tempfile, numpy, pathlib
builtins.abs = lambda _: 100
json.tool = 'mine'
numpy.mean = lambda *_: 1
sys.modules['pandas'] = None
sys.path.insert(0, '/tmp')
os.environ['HOME'] = '/tmp'
os.environ['POISON'] = '1'
for folder in ('/tmp', '/dev/shm', os.path.expanduser('~'), '.'):
    pathlib.Path(folder, 'numpy.py').write_text('boom')
os.chdir('/tmp')
tempfile.mkdtemp()
1
"""
    clean = """
import os, sys, json, tempfile, numpy
sockets = [n for n in os.listdir('/dev/shm')]
(abs(-2), hasattr(json, 'tool'), float(numpy.mean([1, 3])), sys.modules.get('pandas', 0) is None, '/tmp' in sys.path,
 os.environ['HOME'], 'POISON' in os.environ, os.getcwd(), sockets,
 os.path.exists('/tmp/numpy.py'), os.listdir('.'))
"""
    with open_kernel("a") as kernel:
        ask(kernel, poison)
    with open_kernel("b") as kernel:
        expected: tuple[object, ...] = (
            2,
            False,
            2.0,
            False,
            False,
            str(kernel.config.home),
            False,
            f"{kernel.config.home}/work",
            [],
            False,
            [],
        )
        assert ask(kernel, clean) == expected


def test_forks_draw_different_random_numbers(open_kernel: OpenKernel) -> None:
    draw = """
import random, uuid, tempfile, numpy
(random.random(), float(numpy.random.random()), uuid.uuid4().hex, tempfile.mktemp())
"""
    with open_kernel("a") as first, open_kernel("b") as second:
        one, other = ask(first, draw), ask(second, draw)
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    assert not set(one) & set(other)


def test_no_descriptor_of_the_fork_server_is_open(
    open_kernel: OpenKernel, fork_server: forked.ForkServer
) -> None:
    code = """
import os, pathlib
links = []
for number in os.listdir('/proc/self/fd'):
    try: links.append(os.readlink('/proc/self/fd/' + number))
    except OSError: pass
[l for l in links if l.startswith('/') and l != '/dev/null']
"""
    with open_kernel("a"), open_kernel("b") as kernel:
        assert ask(kernel, code) == []
        # Of the sockets, none is bound to the fork server's path.
        assert "control" not in str(ask(kernel, "open('/proc/net/unix').read()"))


RESTLESS = (
    "import threading, time; threading.Thread(target=time.sleep, args=(900,), daemon=True).start()"
)


def test_threads_are_found(tmp_path: Path) -> None:
    (tmp_path / "restless.py").write_text(RESTLESS)
    path = f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", "grader.forking.server", str(tmp_path), "restless", "--"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ThreadsError: 2 threads run" in done.stderr


def test_what_a_lab_imports_is_there_where_that_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "restless.py").write_text(RESTLESS)
    (tmp_path / "broken.py").write_text("import sys; sys.modules['half'] = sys; 1 / 0")
    monkeypatch.setitem(forked.switches.KERNEL, "PYTHONPATH", str(tmp_path))
    lab = ("broken", "colorsys", "restless", "no_such_module", "wave")
    with forked.ForkServer(
        preload=("ipykernel.kernelapp",), lab=lab, sandboxed=False
    ) as fork_server:
        base = fork_server.base / "r"
        config = KernelConfig(base / "s", base / "h", base / "k")
        config.sockets.mkdir(parents=True)
        with StudentKernel(config, forked.StartForkedKernel(fork_server)) as kernel:
            seen = ask(kernel, f"import sys\n[name for name in {lab} if name in sys.modules]")
    assert seen == ["colorsys", "wave"]


def test_the_whole_list_starts_no_thread() -> None:
    """Also of C libraries, whose threads only the system knows."""
    code = f"from grader.forking import server; server.load({list(forked.PRELOAD)!r})"
    environment = os.environ | forked.switches.KERNEL | forked.NO_THREADS
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_after_an_error_a_copy_of_a_syntax_tree_is_no_copy_of_others(kernel: StudentKernel) -> None:
    """Both kinds of the grader's kernels run the course's extension: see coursekit's own test."""
    assert kernel.run("import json\njson.loads('{')", 60)[0] == "error"
    code = "import ast, copy\nnode = ast.parse('a').body[0].value\n"
    assert ask(kernel, f"{code}copy.deepcopy(node).ctx is node.ctx") is True


@pytest.mark.parametrize("kind", ["new", "forked"])
def test_whoever_grades_may_have_any_umask(tmp_path: Path, kind: str) -> None:
    """When root grades, another user passes through the folders that root has made."""
    before = os.umask(0o077)
    try:
        with forked.ForkServer(preload=("ipykernel.kernelapp",)) as parent:
            start = start_sandboxed if kind == "new" else forked.StartForkedKernel(parent)
            with opened(parent.base / "a", start) as kernel:
                assert ask(kernel, "open('mine', 'w').write('x')") == 1
    finally:
        os.umask(before)
