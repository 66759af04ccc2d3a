"""The table of costs: who used the processor's time, also in processes that still run."""

import subprocess
import sys
from pathlib import Path

import pytest

import cost_report
from cost_report import Cost, cpu_of_tree, table

pytest_plugins = ["pytester"]
#: Processor time that a program uses at least; the system counts in hundredths of a second.
SECONDS = 0.3
LEAST = SECONDS - 0.05
WORK = f"import time\nwhile time.process_time() < {SECONDS}: pass\n"


def test_a_child_that_has_ended_counts() -> None:
    before = cpu_of_tree()
    subprocess.run([sys.executable, "-c", WORK], check=True)
    assert cpu_of_tree() - before >= LEAST


@pytest.mark.needs("linux")
def test_a_grandchild_that_still_runs_counts() -> None:
    before = cpu_of_tree()
    own = WORK + "print('done', flush=True); input()"
    words = [sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {own!r}])"]  # fmt: skip
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"done\n"
        assert cpu_of_tree() - before >= LEAST
        child.communicate(b"\n")


TESTS = f"""
import subprocess, sys, pytest
WORK = {WORK!r}

@pytest.fixture(scope="module")
def dear(): subprocess.run([sys.executable, "-c", WORK], check=True)

def test_dear(dear): pass
def test_cheap(dear): pass
"""


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_ends_with_the_table(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(cost_report.__file__).parent))
    monkeypatch.setenv(cost_report.FILE, str(pytester.path / "costs.tsv"))
    pytester.makepyfile(test_it=TESTS)
    done = pytester.runpytest_subprocess("-p", "xdist", "-p", "cost_report", "-n", workers)
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*what it cost*", "other tests * 2 *", "the whole run * 2 *"])
    (line,) = (line for line in done.outlines if line.startswith("other tests"))
    assert float(line.split()[3]) >= LEAST
    lines = (pytester.path / "costs.tsv").read_text().splitlines()
    written = dict(line.split("\t") for line in lines)
    assert [test.rpartition("::")[2] for test in written] == ["test_dear", "test_cheap"]
    assert float(written["test_it.py::test_dear"]) >= LEAST


def test_each_group_with_its_dear_files_the_dearest_first() -> None:
    files = {
        "tests/unit/a.py": Cost(10, 5.0, 6.0),
        "tests/unit/b.py": Cost(20, 30.0, 40.0),
        "tests/unit/c.py": Cost(1, 0.1, 0.1),
        "modules/00/01.ipynb": Cost(9, 50.0, 70.0),
        "tests/notebooks/test_labs.py": Cost(4, 2.0, 2.0),
        "tests/integration/test_grade_labs.py": Cost(4, 3.0, 3.0),
    }
    lines = table(files, total=100.0)
    names = [line.partition("  " if line[0] != " " else " " * 9)[0].strip() for line in lines[1:]]
    assert names == [
        "lessons",
        "unit tests", "unit/b.py", "unit/a.py",
        "solved labs", "integration/test_grade_labs.py", "notebooks/test_labs.py",
        "start, collection and end of each process",
        "the whole run",
        cost_report.NOT_SEEN,
    ]  # fmt: skip
    assert lines[2].split() == ["unit", "tests", "31", "35.1", "35.1%", "46.1"]
    assert lines[-3].split()[-2:] == ["9.9", "9.9%"]


def test_shares_are_of_all_that_was_seen() -> None:
    files = {"tests/unit/a.py": Cost(1, 30.0, 1.0), "modules/00/01.ipynb": Cost(1, 10.0, 1.0)}
    lines = table(files, total=20.0)  # what a killed parent leaves is lost for the total
    assert [line.split()[-2] for line in lines[1:3]] == ["75.0%", "25.0%"]
    assert lines[-2].split()[-2:] == ["40.0", "100.0%"]
