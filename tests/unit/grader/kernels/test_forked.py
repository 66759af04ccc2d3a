"""Warm kernels are forks: they start ready, alone in their sandbox, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from coursekit.paths import course_root
from grader.isolation.sandbox import Limits
from grader.kernels import forked
from grader.kernels.student_kernel import KernelConfig, StudentKernel
from kernel_queries import PATIENCE, error, error_name
from kernel_queries import value as ask

pytestmark = pytest.mark.needs("sandbox")
#: Enough to see that something is warm, and quick to import.
MODULES = ("ipykernel.kernelapp", "IPython.core.completer", "numpy", "pyarrow", "deltalake")
NORMAL = Limits()

Open = Callable[..., AbstractContextManager[StudentKernel]]


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[forked.ForkServer]:
    with forked.ForkServer(preload=MODULES) as running:
        yield running


@pytest.fixture
def open_kernel(parent: forked.ForkServer, request: pytest.FixtureRequest) -> Open:
    @contextmanager
    def open_kernel(name: str = "a", limits: Limits = NORMAL) -> Iterator[StudentKernel]:
        base = parent.base / f"{abs(hash(request.node.nodeid)):x}"[:8] / name
        for part in ("s", "k", "h"):
            (base / part).mkdir(parents=True)
        with StudentKernel(
            KernelConfig(base / "s", base / "h", base / "k", limits),
            forked.StartForkedKernel(parent),
        ) as kernel:
            yield kernel

    return open_kernel


def test_a_fork_has_the_imports_and_is_alone(open_kernel: Open) -> None:
    with open_kernel() as kernel:
        code = "import os, sys; ('deltalake' in sys.modules, os.getpid(), os.getcwd())"
        assert ask(kernel, code) == (True, 2, f"{kernel.config.home}/work")
        assert ask(kernel, "[p for p in os.listdir('/proc') if p.isdigit()]") == ["1", "2"]
        assert ask(kernel, "import socket; [n for _, n in socket.if_nameindex()]") == ["lo"]
        # Loopback works: some lessons start a service.
        code = "s = socket.create_server((socket.gethostname(), 0)); c = socket.create_connection("
        assert ask(kernel, code + "s.getsockname()); c.getpeername()[0]") == "127.0.0.1"


def test_a_fork_has_no_privileges(open_kernel: Open) -> None:
    with open_kernel() as kernel:
        lines = "dict(l.split(':\\t') for l in open('/proc/self/status').read().splitlines() "
        status = ask(kernel, lines + "if l.startswith(('CapPrm', 'CapEff', 'CapAmb', 'NoNew')))")
        assert status == {"CapPrm": "0" * 16, "CapEff": "0" * 16, "CapAmb": "0" * 16} | {
            "NoNewPrivs": "1"
        }
        assert ask(kernel, "import os; os.getuid()") != 0
        assert error(kernel, "os.setuid(0)") == "PermissionError"
        assert error(kernel, "os.kill(1, 9); open('/proc/1/mem', 'rb')") == "PermissionError"


def test_a_fork_writes_to_its_own_folders_only(
    open_kernel: Open, parent: forked.ForkServer
) -> None:
    places = ("/oops", "/dev/oops", f"{parent.base}/oops", "/usr/oops", sys.prefix)
    with open_kernel() as kernel:
        for place in places:
            assert error(kernel, f"open({place!r} + 'x', 'w')") in ("OSError", "PermissionError")
        assert ask(kernel, "open('mine', 'w').write('abc')") == 3
        assert (kernel.config.scratch / "work" / "mine").read_text() == "abc"


def test_a_fork_sees_neither_other_kernels_nor_the_course(
    open_kernel: Open, parent: forked.ForkServer
) -> None:
    with open_kernel("a") as first, open_kernel("b") as second:
        ask(first, "open('secret', 'w').write('abc')")
        listing = (
            f"import os; sorted(os.path.join(a, f) for a, _, fs in os.walk({str(parent.base)!r})"
        )
        seen = ask(second, listing + " for f in fs)")
        assert isinstance(seen, list)
        assert seen
        own = (f"{second.config.sockets}/", f"{second.config.home}/")
        assert all(path.startswith(own) for path in seen)
        root = str(course_root())
        hidden = (
            f"[d for d in ('solutions', 'grading', 'tests') if os.path.exists({root!r} + '/' + d)]"
        )
        assert ask(second, hidden) == []


def test_nothing_is_carried_over(open_kernel: Open) -> None:
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
(abs(-2), hasattr(json, 'tool'), float(numpy.mean([1, 3])), 'pandas' in sys.modules, '/tmp' in sys.path,
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


def test_forks_draw_different_random_numbers(open_kernel: Open) -> None:
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
    open_kernel: Open, parent: forked.ForkServer
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


def test_everything_ends_with_the_kernel(open_kernel: Open) -> None:
    start = (
        "import subprocess; subprocess.Popen(['sleep', '4711'], start_new_session=True); "
        "subprocess.Popen(['setsid', '-f', 'sleep', '4711']); 1"
    )
    with open_kernel() as kernel:
        ask(kernel, start)
        family = psutil.Process(kernel.process.pid).children(recursive=True)
        assert len(family) >= 2
    assert not [member for member in family if _lives(member)]


def _lives(process: psutil.Process, seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
                continue
        return False
    return True


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_dead_kernel_is_noticed(open_kernel: Open, end: str) -> None:
    with open_kernel() as kernel:
        assert kernel.run(f"import os; {end}", PATIENCE)[0] == "dead"
        codes = {"os._exit(3)": 3, "os.kill(os.getpid(), 9)": -9, "os.abort()": -6}
        assert kernel.process.wait(300) == codes[end]


def test_an_endless_cell_is_interrupted(open_kernel: Open) -> None:
    with open_kernel() as kernel:
        status, outputs = kernel.run("while True: pass", 3)
        assert (status, error_name(outputs)) == ("timeout", "KeyboardInterrupt")
        assert ask(kernel, "1 + 1") == 2


def test_limits_hold(open_kernel: Open) -> None:
    limits = Limits(memory=2**30, file_size=10_000, open_files=200, processes=40)
    with open_kernel(limits=limits) as kernel:
        assert error(kernel, "x = bytearray(1 << 31)") == "MemoryError"
        assert error(kernel, "open('big', 'wb').write(b'x' * 20_000)") == "OSError"
        assert error(kernel, "files = [open('/dev/null') for _ in range(300)]") == "OSError"
        bomb = "import subprocess; ps = [subprocess.Popen(['sleep', '900']) for _ in range(60)]"
        assert error(kernel, bomb) == "BlockingIOError"


def test_a_folder_outside_is_refused(parent: forked.ForkServer, tmp_path: Path) -> None:
    config = KernelConfig(tmp_path / "s", tmp_path / "h", tmp_path / "k")
    config.sockets.mkdir()
    config.prepare()
    with pytest.raises(forked.ForkError, match="does not lie below"):
        forked.StartForkedKernel(parent)(config)


def test_kernels_end_with_the_fork_server_and_with_their_driver(tmp_path: Path) -> None:
    parent = forked.ForkServer(preload=MODULES[:1]).start()
    base = parent.base / "r"
    configs = [KernelConfig(base / n / "s", base / n / "h", base / n / "k") for n in "ab"]
    for config in configs:
        config.sockets.mkdir(parents=True)
        config.prepare()
    first, second = (forked.StartForkedKernel(parent)(config) for config in configs)
    process = psutil.Process(first.pid)
    first.close()
    assert not _lives(process)
    assert second.poll() is None
    parent.stop()
    assert second.wait(300) == -9
    with pytest.raises(forked.ForkError, match="does not answer"):
        forked.StartForkedKernel(parent)(configs[0])


def test_the_fork_server_ends_with_its_owner(tmp_path: Path) -> None:
    code = (
        "from grader.kernels.forked import ForkServer; from pathlib import Path; import time\n"
        f"z = ForkServer(Path({str(tmp_path / 'z')!r}), ['json'], sandboxed=False).start()\n"
        "print(z.pid, flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    parent = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert not _lives(parent)


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
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    lab = ("broken", "colorsys", "restless", "no_such_module", "wave")
    with forked.ForkServer(preload=MODULES[:1], lab=lab, sandboxed=False) as parent:
        base = parent.base / "r"
        config = KernelConfig(base / "s", base / "h", base / "k")
        config.sockets.mkdir(parents=True)
        with StudentKernel(config, forked.StartForkedKernel(parent)) as kernel:
            seen = ask(kernel, f"import sys\n[name for name in {lab} if name in sys.modules]")
    assert seen == ["colorsys", "wave"]


def test_the_whole_list_starts_no_thread() -> None:
    """Also of C libraries, whose threads only the system knows."""
    code = f"from grader.forking import server; server.load({list(forked.PRELOAD)!r})"
    environment = os.environ | forked.switches.KERNEL | forked.NO_THREADS
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.parametrize("milliseconds", range(0, 40, 4))
def test_a_parent_that_is_stopped_while_it_starts_leaves_nothing(milliseconds: int) -> None:
    starting = forked.ForkServer(preload=())
    starting.launch()
    time.sleep(milliseconds / 1000)
    starting.stop()
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(starting.base) in word for word in process.info["cmdline"] or ())
    ]
    # One that was killed is on the list until it has ended.
    assert not [process.info for process in left if _lives(process, seconds=30.0)]
