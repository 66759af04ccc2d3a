"""What a test needs is skipped where it is missing, and fails in CI where it is a protection's."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import marks
from coursekit import paths
from coursekit.authoring.quick import TOOLS

pytest_plugins = ["pytester"]
ROOT = paths.course_root()
FILES = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob("tests/**/*.py")}
#: What a test says of which `make long` does more; the last is a helper's.
WAITS = r"COURSE_LONG|harness\.LONG|killed_pipeline\.KILLS"
#: Skips that are about no need of a machine: how long it takes, the engine, where the course is.
OTHER_SKIPS = {
    "tests/grading/test_attacks.py", "tests/grading/test_lab_answers.py",
    "tests/integration/test_orchestrated_pipeline.py", "tests/integration/test_workflows.py",
    "tests/unit/churn/pipeline/test_year.py",
    "tests/unit/coursekit/authoring/test_learner_copy.py",
    "tests/unit/coursekit/environment/test_registry.py",
}  # fmt: skip
TESTS = """
import pytest

@pytest.mark.needs("sandbox")
def test_protected(): pass

@pytest.fixture
def broken(): raise RuntimeError

@pytest.mark.needs("ibm", "linux")
def test_real_table(broken): pass

def test_plain(): pass
"""

#: Run tests on a machine that lacks these needs.
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run tests on a machine that lacks some needs; the run's result."""

    def with_tests(*lacked: str, ci: str, tests: str = TESTS) -> pytest.RunResult:
        monkeypatch.setenv("CI", ci)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        why = {need: (lambda: "it is not here") if need in lacked else (lambda: None)
               for need in marks.NEEDS}  # fmt: skip
        monkeypatch.setattr(marks, "NEEDS", why)
        marks.lacking.cache_clear()
        pytester.makepyfile(tests)
        return pytester.runpytest_inprocess("-p", "marks", "-rfEs")

    yield with_tests
    marks.lacking.cache_clear()


def test_a_learners_machine_skips_with_the_reason(run: Run) -> None:
    done = run("sandbox", "ibm", ci="")
    done.assert_outcomes(passed=1, skipped=2)
    done.stdout.fnmatch_lines(["*needs the sandbox: it is not here"])
    assert done.ret == 0


@pytest.mark.parametrize("need", marks.PROTECTIONS)
def test_ci_is_red_without_what_a_protection_needs(run: Run, need: str) -> None:
    tests = f"import pytest\n@pytest.mark.needs({need!r})\ndef test_it(): pass"
    done = run(need, ci="true", tests=tests)
    done.assert_outcomes(errors=1)
    assert done.ret == 1
    done.stdout.fnmatch_lines(["*CI cannot prove this without *: it is not here"])
    assert done.outlines[-1].endswith(": 1 test failed")


def test_ci_is_green_without_the_real_table_and_ends_with_that(run: Run) -> None:
    done = run("ibm", ci="true")
    done.assert_outcomes(passed=2, skipped=1)
    assert done.ret == 0
    assert done.outlines[-1] == "without IBM's table: 1 test was skipped"


def test_the_real_table_comes_after_everything_else_that_was_missing(run: Run) -> None:
    done = run("sandbox", "ibm", ci="true")
    assert [line.partition(":")[0] for line in done.outlines[-2:]] == [
        "without the sandbox",
        "without IBM's table",
    ]


def test_nothing_is_said_where_nothing_is_missing(run: Run) -> None:
    tests = TESTS.replace("raise RuntimeError", "pass")
    done = run(ci="true", tests=tests)
    done.assert_outcomes(passed=3)
    assert "without" not in done.outlines[-1]


def test_a_need_that_nobody_knows_is_an_error(run: Run) -> None:
    done = run(ci="", tests="import pytest\n@pytest.mark.needs('luck')\ndef test_it(): pass")
    assert done.ret != 0
    assert "'luck' is no need of tests" in done.stdout.str() + done.stderr.str()


def test_a_file_that_cannot_be_loaded_says_why(run: Run) -> None:
    done = run(ci="true", tests="import no_such_module")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*No module named 'no_such_module'"])
    assert done.ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(("lesson", "tool"), TOOLS.items())
def test_the_cells_of_a_lesson_need_what_the_lesson_needs(
    tmp_path: Path, lesson: str, tool: str
) -> None:
    (mark,) = marks.of_lesson(tmp_path / lesson)
    assert mark.args == (tool,)
    other = "modules/03_deployment_paradigms/10_edge.ipynb"
    assert marks.of_lesson(tmp_path / other) == []
    cells = [Cell(tmp_path / lesson), Cell(tmp_path / other), Cell(tmp_path / "test_it.py")]
    marks.pytest_collection_modifyitems(cells)  # type: ignore[arg-type]
    assert [cell.marks for cell in cells] == [[tool], [], []]


class Cell:
    """As much of an item of nbval's as the marks look at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.marks: list[str] = []

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks += mark.args


def test_what_a_test_finds_missing_while_it_runs(run: Run) -> None:
    tests = "import marks\ndef test_it(request): marks.give_up(request.node, 'sandbox', 'gone')"
    assert run(ci="", tests=tests).outlines[-1] == "without the sandbox: 1 test was skipped"
    done = run(ci="true", tests=tests)
    done.assert_outcomes(failed=1)
    assert done.outlines[-1] == "without the sandbox: 1 test failed"


def test_the_lines_arrive_from_workers(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHURN_IBM_CSV", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(marks.__file__).parent))
    tests = "import pytest\n@pytest.mark.needs('ibm')\n@pytest.mark.parametrize('n', range(3))\n"
    pytester.makepyfile(tests + "def test_it(n): pass")
    done = pytester.runpytest_subprocess("-p", "xdist", "-p", "marks", "-n", "1")
    assert done.outlines[-1] == "without IBM's table: 3 tests were skipped"


def test_a_machine_s_lack_is_said_by_a_mark() -> None:
    """A skip of one's own would be green in CI, and the last line would not count it."""
    own = {name for name, text in FILES.items() if re.search(r"pytest\.(mark\.)?skip", text)}
    assert own - {"tests/marks.py", "tests/unit/test_marks.py"} == OTHER_SKIPS


def test_what_waits_for_make_long_is_run_by_it() -> None:
    long = (ROOT / "Makefile").read_text().partition("\nlong:")[2].partition("\ngrade:")[0]
    waiting = {name for name, text in FILES.items()
               if "/test_" in name and re.search(WAITS, text)}  # fmt: skip
    assert {name for name in waiting if name not in long} == {"tests/unit/test_marks.py"}
