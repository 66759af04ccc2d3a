"""Whole notebooks in two processes: right answers get their points, cheats and faults do not."""

import errno
import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from graded_cells import test_cell
from grader.isolation import fair_clock, files
from grader.isolation.sandbox import Limits
from grader.isolation.watchdog import Watchdog
from grader.kernels.student_kernel import StartKernel, start_sandboxed, start_unprotected
from grader.trusted import proctor, runner
from grader.trusted.job import Job
from grader.trusted.runner import run

needs_sandbox = pytest.mark.needs("sandbox")
LIMITS = Limits(cell_seconds=3, notebook_seconds=20, call_seconds=2, memory=2**30, output=10_000)
TEST = 'assert double(2) == 4, "twice two"\nassert double(variant) == 14'
RIGHT = "def double(x): return 2 * x"


def notebook(*answers: str, test: str = TEST) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in answers]
    cells.append(test_cell("test", test, points=3))
    return nbformat.v4.new_notebook(cells=cells)


def ran(
    *answers: str,
    test: str = TEST,
    start: StartKernel = start_sandboxed,
    limits: Limits = LIMITS,
    **settings: Any,
) -> NotebookNode:
    job = Job(notebook(*answers, test=test), {"test": test}, {"variant": 7}, **settings)
    done = run(job, limits, start)
    nbformat.validate(done)
    return done


def points(done: NotebookNode) -> float:
    return float(determine_grade(done.cells[-1])[0])


def text(done: NotebookNode, cell: int = -1) -> str:
    return "".join(
        str(o.get("text", "")) + str(o.get("ename", "")) + str(o.get("evalue", ""))
        for o in done.cells[cell].outputs
    )


@pytest.mark.parametrize(
    "start", [pytest.param(start_sandboxed, marks=needs_sandbox), start_unprotected]
)
def test_a_right_answer_gets_its_points(start: StartKernel) -> None:
    done = ran("print('hello')", RIGHT, start=start)
    assert points(done) == 3
    assert text(done, 0) == "hello\n"
    assert [cell.execution_count for cell in done.cells] == [1, 2, 3]


@pytest.mark.parametrize(
    "start", [pytest.param(start_sandboxed, marks=needs_sandbox), start_unprotected]
)
def test_a_draw_from_a_set_is_another_one_in_a_new_process(start: StartKernel) -> None:
    test = """from coursekit.checks import elsewhere
names = [f"H{number}" for number in range(60)]
assert elsewhere(order, names) == order(names), "another order"
"""
    limits = replace(LIMITS, cell_seconds=60, notebook_seconds=120, call_seconds=60)
    from_set = "def order(names): return list(frozenset(names))"
    done = ran(from_set, test=test, start=start, limits=limits)
    assert points(done) == 0
    assert text(done) == "AssertionErroranother order"
    done = ran("def order(names): return sorted(names)", test=test, start=start, limits=limits)
    assert points(done) == 3, text(done)


@needs_sandbox
@pytest.mark.parametrize(
    "answer",
    [
        "def double(x): return x",
        "raise ValueError",
        # The class of all cheats that change how the test is run, in the process where it is not.
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['3.0\\n'])",
        "import sys; sys.displayhook = lambda value: print('3.0')",
        "class Always:\n    def __eq__(self, other): return True\ndef double(x): return Always()",
        "class Lying(float):\n    def __eq__(self, other): return True\n"
        "def double(x): return Lying(1)",
        "import grader.endpoints.agent as agent\n"
        "agent.answer = lambda *rest: agent.encode(('data', 5))",
        "import os; os._exit(0)",
        "exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ],
)
def test_a_cheat_gets_nothing(answer: str) -> None:
    assert points(ran(answer)) == 0


@needs_sandbox
def test_only_the_instructors_test_is_run() -> None:
    test = "3.0"
    job = Job(notebook("x = 1", test=test), {"test": TEST}, {"variant": 7})
    done = run(job, LIMITS)
    assert points(done) == 0
    assert "NameError" in text(done)


@needs_sandbox
def test_a_cell_that_is_marked_as_a_test_by_the_learner_runs_in_the_sandbox() -> None:
    mine = test_cell("mine", "import os; print(os.getcwd())", points=1)
    job = Job(nbformat.v4.new_notebook(cells=[mine]), {"test": TEST})
    assert text(run(job, LIMITS)).endswith("/home/work\n")


@needs_sandbox
def test_a_cell_over_its_time_ends_and_the_notebook_goes_on() -> None:
    done = ran("while True: pass", RIGHT)
    assert "CellTimeoutError" in text(done, 0)
    assert points(done) == 3


@needs_sandbox
def test_a_loop_that_cannot_be_interrupted_ends_the_kernel() -> None:
    stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    done = ran(RIGHT, stubborn, "print('later')")
    assert "CellTimeoutError" in text(done, 1)
    assert "DeadKernelError" in text(done, 2)
    assert "did not stop when its time was up" in text(done)
    assert points(done) == 0


@needs_sandbox
def test_a_function_that_takes_too_long_fails_its_test_only() -> None:
    endless = "def double(x):\n    while True: pass"
    done = ran(endless, limits=Limits(cell_seconds=20, call_seconds=2))
    assert "did not answer within 2 seconds" in text(done)


@needs_sandbox
def test_a_test_that_takes_too_long_ends() -> None:
    done = ran(RIGHT, test="while True: pass")
    assert "CellTimeoutError" in text(done)
    assert points(done) == 0


@needs_sandbox
def test_too_much_memory_ends_the_kernel_with_the_reason() -> None:
    greedy = (
        "import os, time\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        block = b'x' * (400 * 2**20); time.sleep(600)\n"
        "time.sleep(600)"
    )
    done = ran(greedy, limits=Limits(cell_seconds=500, memory=2**30))
    assert "out of memory: more than 1 GB" in text(done, 0)


@needs_sandbox
def test_too_many_bytes_of_files_end_the_kernel_with_the_reason() -> None:
    greedy = (
        "import time\nfor i in range(9): open(f'big{i}', 'wb').write(bytes(2**20))\ntime.sleep(600)"
    )
    done = ran(greedy, limits=Limits(cell_seconds=500, disk=2**22))
    assert "GB of files" in text(done, 0)


@needs_sandbox
def test_too_many_empty_files_end_the_kernel_too() -> None:
    greedy = "import time\nfor i in range(60): open(f'empty{i}', 'w').close()\ntime.sleep(600)"
    done = ran(greedy, limits=Limits(cell_seconds=500, files=50))
    assert "more than 50 files" in text(done, 0)


@needs_sandbox
def test_folders_too_deep_or_locked_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    deep = (
        "import os\n"
        "os.makedirs('locked/in'); os.chmod('locked', 0)\n"
        "for i in range(1500):\n"
        "    os.mkdir('d' * 20); os.chdir('d' * 20)"
    )
    # The watchdog ends who does that; whether before the cell is through is a matter of chance.
    monkeypatch.setattr(Watchdog, "_look", lambda *_: None)
    done = ran(RIGHT, deep, restored=tmp_path / "kept")
    assert text(done, 1) == ""
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@needs_sandbox
def test_output_is_cut_off_and_made_fit_to_be_saved() -> None:
    done = ran("print('x' * 5_000_000)", RIGHT)
    assert len(text(done, 0)) < 11_000
    assert "cut off" in text(done, 0)
    assert points(done) == 3
    done = ran("print('\\ud800')\nfrom IPython.display import display", RIGHT)
    nbformat.writes(done).encode("utf-8")
    assert points(done) == 3


@needs_sandbox
def test_files_beside_the_notebook_are_there_and_notebooks_are_not(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("1\n")
    (tmp_path / "lab.ipynb").write_text("hidden tests")
    (tmp_path / "link").symlink_to("/etc/passwd")
    done = ran("import os; print(sorted(os.listdir()))", files=tmp_path)
    assert text(done, 0) == "['numbers.csv']\n"


@needs_sandbox
def test_a_test_opens_a_copy_of_what_the_learner_left(tmp_path: Path) -> None:
    answer = (
        "from pathlib import Path\nPath('left.txt').write_text('left')\n"
        "where = Path('left.txt').absolute()\n"
        "import os; os.symlink('/etc/passwd', 'link')"
    )
    test = (
        "from pathlib import Path\nassert where.read_text() == 'left'\n"
        "assert Path('left.txt').read_text() == 'left'\n"
        "assert not Path('link').exists()\nwhere.write_text('changed')"
    )
    done = ran(answer, test=test + "\nNone", restored=tmp_path)
    assert points(done) == 3, text(done)
    assert (tmp_path / "left.txt").read_text() == "left"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["left.txt"]


@needs_sandbox
def test_a_module_of_the_learner_does_not_reach_the_examiner() -> None:
    answer = (
        "for name in ('numpy.py', 'json.py', 'coursekit.py'):\n"
        "    open(name, 'w').write('raise SystemExit(0)')"
    )
    test = "import numpy, json, coursekit.checks\nassert numpy.__version__ != '0'"
    assert points(ran(answer, test=test)) == 3


@needs_sandbox
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("pass", "did not answer within"),
        ("call(place)", "gave no answer"),
        ("call(place).sendall(b'\\xff' * 8); time.sleep(1)", "too large"),
        (
            "line = call(place); line.sendall(b'\\0' * 6 + b'\\x01' * 2); drip(line)",
            "2 seconds|3 seconds",
        ),
        (
            "line = call(place); line.sendall(b'\\0' * 7 + b'\\x09' + b'x' * 9); line.recv(9999)",
            "read|no answer",  # by who closes the line first
        ),
    ],
)
def test_an_agent_that_the_learner_wrote_only_loses_points(wrong: str, said: str) -> None:
    answer = (
        "import socket, time\nimport grader.endpoints.agent as agent\n"
        "def call(place):\n    line = socket.socket(socket.AF_UNIX)\n"
        "    line.connect(place)\n    return line\n"
        "def drip(line):\n    while True:\n        line.sendall(b'x'); time.sleep(0.1)\n"
        f"def serve(place):\n    {wrong}\nagent.serve = serve"
    )
    done = ran(answer)
    assert re.search(said, text(done))
    assert points(done) == 0


@needs_sandbox
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
        f"'import time; time.sleep(600)', {str(tmp_path)!r}], start_new_session=True)"
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(psutil.Process().children(recursive=True))
    ran(child, RIGHT)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and set(psutil.Process().children(recursive=True)) - before:
        time.sleep(0.1)
    assert set(psutil.Process().children(recursive=True)) <= before
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if str(tmp_path) in line]
    assert list(tmp_path.iterdir()) == []


WRITES = """
from pathlib import Path
import shutil
def write(text):
    Path('deep/er').mkdir(parents=True, exist_ok=True)
    Path('deep/er/a.txt').write_text(text)
def turn():
    shutil.rmtree('deep')
    Path('deep').write_text('a file now')
Path('b.txt').write_text('before')
"""
READS = """
from pathlib import Path
Path('own.txt').write_text('of the test')
old = Path('b.txt').open()
for text in ('one', 'three', 'one'):
    write(text)
    assert Path('deep/er/a.txt').read_text() == text
turn()
assert Path('deep').read_text() == 'a file now'
assert (old.read(), Path('own.txt').read_text()) == ('before', 'of the test')
"""


@pytest.mark.parametrize(
    "start", [pytest.param(start_sandboxed, marks=needs_sandbox), start_unprotected]
)
def test_a_test_sees_the_files_that_its_calls_write(start: StartKernel) -> None:
    done = ran(WRITES, test=READS, start=start)
    assert points(done) == 3, text(done)


@needs_sandbox
def test_files_that_are_gone_are_gone_for_the_next_test() -> None:
    source = ["open('a', 'w').close()", "import os; os.remove('a')"]
    tests = ["from pathlib import Path; assert Path('a').exists()"] * 2
    tests[1] = tests[1].replace("assert", "assert not")
    whole = notebook(source[0], test=tests[0])
    whole.cells += [nbformat.v4.new_code_cell(source[1]), test_cell("second", tests[1], points=3)]
    done = run(Job(whole, {"test": tests[0], "second": tests[1]}), LIMITS, start_sandboxed)
    assert [determine_grade(done.cells[place])[0] for place in (1, 3)] == [3, 3]


@needs_sandbox
def test_no_room_for_what_a_call_writes_is_nobodys_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    full = iter([False, True])

    def copy_tree(*arguments: Any, **options: Any) -> None:
        if next(full):
            raise OSError(errno.ENOSPC, "No space left on device")
        files.copy_tree(*arguments, **options)

    monkeypatch.setattr(proctor, "copy_tree", copy_tree)
    with pytest.raises(OSError, match="No space left"):
        ran(WRITES, test="write('one')")


@pytest.mark.parametrize(
    ("left", "seconds"), [(100, 60), (40, 40), (0.5, 1), (-5, 1), (-9.5, 0.5), (-11, -1)]
)
def test_the_clock_of_a_notebook_runs_out(left: float, seconds: float) -> None:
    times = iter([1000.0, 1100.0 - left])
    clock = runner._Clock(Limits(cell_seconds=60, notebook_seconds=100), lambda: next(times))
    assert clock.seconds() == pytest.approx(seconds, abs=1e-6)


@needs_sandbox
def test_what_waits_for_a_processor_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says here that everybody waits for nine tenths of the time."""
    slow = "import time; time.sleep(4)\ndef double(x): time.sleep(2.5); return 2 * x"
    done = ran(slow)
    assert "CellTimeoutError" in text(done, 0)
    monkeypatch.setattr(fair_clock, "_waited", lambda _: 0.9 * time.monotonic())
    done = ran(slow)
    assert text(done, 0) == ""
    assert points(done) == 3, text(done)


@needs_sandbox
def test_without_time_no_cell_is_run_and_tests_still_are() -> None:
    done = ran(RIGHT, limits=replace(LIMITS, notebook_seconds=0))
    assert "is used up" in done.cells[0].outputs[0].evalue
    assert done.cells[1].outputs[0].ename in ("NameError", "NotAvailableError")
    assert points(done) == 0


@needs_sandbox
def test_an_error_of_the_engines_name_is_not_the_engines() -> None:
    forged = "class DeadKernelError(Exception): pass\nraise DeadKernelError('=1+1')"
    error = ran(forged).cells[0].outputs[0]
    assert error.ename == "DeadKernelError (raised by the notebook)"
