"""What a learner's kernel can see and do under bubblewrap."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import coursekit
from coursekit.paths import course_root
from grader.isolation import sandbox
from grader.isolation.sandbox import Limits, Sandbox, prlimit, why_not

needs_sandbox = pytest.mark.needs("sandbox")
Inside = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    for part in ("scratch", "sockets"):
        (tmp_path / part).mkdir()
    limits = Limits(cpu_seconds=5, memory=2**30, processes=40, file_size=2**20)
    box = Sandbox(tmp_path / "scratch", tmp_path / "home", tmp_path / "sockets", limits)
    if os.getuid() == 0:
        os.chown(box.scratch, box.uid, box.uid)
    return box


@pytest.fixture
def inside(box: Sandbox) -> Inside:
    def run(source: str) -> subprocess.CompletedProcess[str]:
        argv = box.command([sys.executable, "-c", source])
        return subprocess.run(argv, capture_output=True, text=True, timeout=500, check=False)

    return run


@needs_sandbox
def test_only_the_home_folder_can_be_written_to(inside: Inside, box: Sandbox) -> None:
    done = inside("open('note.txt', 'w').write('x')")
    assert done.returncode == 0, done.stderr
    assert (box.scratch / "note.txt").read_text() == "x"
    for path in (
        "/usr/x",
        "/etc/x",
        f"{sys.prefix}/x",
        f"{Path(sandbox.__file__).parent}/x",
        "/x",
    ):
        done = inside(f"open({path!r}, 'w')")
        assert done.returncode == 1, path
        assert "Error" in done.stderr
    # Its /tmp is its own.
    beside = box.home.parent / "x"
    inside(f"open({str(beside)!r}, 'w')")
    assert not beside.exists()


@needs_sandbox
def test_nothing_of_the_course_but_its_packages(inside: Inside) -> None:
    root = course_root()
    hidden = [root / name for name in ("solutions", "tests", "grading", "labs", ".git", "modules")]
    done = inside(f"import os; print([p for p in {list(map(str, hidden))} if os.path.exists(p)])")
    assert done.stdout.strip() == "[]", done.stderr
    done = inside("import coursekit.checks, churn.data; print('both')")
    assert done.stdout.strip() == "both", done.stderr


@needs_sandbox
def test_no_secret_gets_in(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SECRET", "hush-hush")
    looking = (
        "import glob\n"
        "for name in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try:\n"
        "        print(open(name).read())\n"
        "    except OSError: pass\n"
        "print(len(glob.glob('/proc/[0-9]*')), 'processes')"
    )
    done = inside(looking)
    assert "processes" in done.stdout, done.stderr
    assert "hush-hush" not in done.stdout
    assert int(done.stdout.split()[-2]) <= 3


@needs_sandbox
def test_no_network_but_its_own(inside: Inside) -> None:
    source = (
        "import socket\n"
        "print([name for _, name in socket.if_nameindex()])\n"
        "here = socket.create_server((socket.gethostname(), 0))\n"
        "socket.create_connection(here.getsockname(), 2)\n"
        "print(socket.gethostbyname('localhost'))\n"
        "try:\n"
        "    socket.create_connection(('192.0.2.1', 80), 2)\n"
        "except OSError as error:\n"
        "    print(type(error).__name__, error.errno)\n"
    )
    done = inside(source)
    assert done.stdout.splitlines()[:2] == ["['lo']", "127.0.0.1"], done.stderr
    assert done.stdout.splitlines()[2] == "OSError 101"  # network is unreachable


@needs_sandbox
def test_no_privileges(inside: Inside) -> None:
    source = (
        "import os\n"
        "facts = dict(l.split(':\\t') for l in open('/proc/self/status').read().splitlines()"
        " if ':\\t' in l)\n"
        "print(facts['CapEff'], facts['CapBnd'] if os.getuid() > 10**6 else '', facts['NoNewPrivs'])\n"
        "os.setuid(0)"
    )
    done = inside(source)
    assert done.stdout.split()[0] == "0" * 16
    assert done.stdout.split()[-1] == "1"
    assert done.returncode == 1
    assert "Error" in done.stderr


@needs_sandbox
@pytest.mark.parametrize(
    ("source", "sign"),
    [
        ("open('big', 'wb').write(bytes(2**22))", "File too large"),
        ("open('/tmp/big', 'wb').write(bytes(2**22))", "File too large"),
        ("x = bytearray(2 * 2**30)", "MemoryError"),
        (
            "import os\nwhile True:\n    if os.fork() == 0:\n        import time; time.sleep(300)\n",
            "BlockingIOError",
        ),
        ("[open('/dev/null') for _ in range(5000)]", "Too many open files"),
    ],
)
def test_limits(inside: Inside, source: str, sign: str) -> None:
    done = inside(source)
    assert done.returncode != 0
    assert sign in done.stderr


@needs_sandbox
def test_processor_time_is_limited(box: Sandbox) -> None:
    argv = box.command([sys.executable, "-c", "while True: pass"])
    done = subprocess.run(argv, capture_output=True, timeout=500, check=False)
    assert done.returncode == 128 + signal.SIGKILL


@needs_sandbox
def test_what_it_started_dies_with_it(inside: Inside) -> None:
    name = f"detached-of-{os.getpid()}"
    source = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', {name!r}],"
        " start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)"
    )
    assert inside(source).returncode == 0
    left = [p for p in psutil.process_iter(["cmdline"]) if name in (p.info["cmdline"] or ())]
    # The kernel ends them all with the sandbox, in its own time.
    assert psutil.wait_procs(left, timeout=60)[1] == []


@needs_sandbox
def test_the_home_has_the_same_path_inside_as_the_graders_copy(
    inside: Inside, box: Sandbox
) -> None:
    done = inside("import os; print(os.getcwd(), os.environ['HOME'])")
    assert done.stdout.split() == [str(box.home)] * 2


def test_a_machine_without_a_sandbox_is_told_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "bwrap" in (why_not() or "")
    assert "--unsafe-no-sandbox" in (why_not() or "")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "needs Linux" in (why_not() or "")


@needs_sandbox
def test_trying_the_sandbox_out_clears_what_a_killed_trial_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "ck-of-a-killed-run").mkdir()
    assert sandbox._try_out.__wrapped__() == ""
    assert list(tmp_path.iterdir()) == []


@needs_sandbox
def test_limits_are_words_before_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    words = prlimit({"RLIMIT_DATA": 300 << 20, "RLIMIT_CORE": 0})
    code = "import resource as r; print(r.getrlimit(r.RLIMIT_DATA)[0] >> 20, r.getrlimit(r.RLIMIT_CORE)[1])"
    done = subprocess.run(
        [*words, sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "300 0\n"
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert prlimit({"RLIMIT_DATA": 1}) == []


@needs_sandbox
def test_the_folders_of_a_sandbox_end_with_a_root_that_cannot_be_written(tmp_path: Path) -> None:
    words = Sandbox(tmp_path, tmp_path / "h", tmp_path / "k").folders()
    assert words[-2:] == ["--remount-ro", "/"]
    assert str(Path(coursekit.__file__).parent) in words
