"""The runner keeps the grader's rules: a lab made for each of them, and answers that meet them."""

import socket
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import harness
import nbformat
import processes
import pytest
from harness import Setting
from nbformat import NotebookNode

VARIANT = Setting(3, "synthetic")
SOLUTION = "def double(x):\n    return 2 * x"
#: One cell of tests, with one point.
TEST = """
import sys
import warnings

import numpy as np

warnings.warn("this test is old")
print("and prints where warnings go", file=sys.stderr)
assert double(3) == 6
assert np.allclose(double(4), 8)
assert variant == 3
"""
COUNT = "calls = []\n\n\ndef count():\n    calls.append(1)\n    return len(calls)"
ANSWERS = {
    "noisy": "import sys, warnings\n\ndef double(x):\n    warnings.warn('slow')\n"
    "    print('doubling', file=sys.stderr)\n    return x + x",
    "wrong": "def double(x):\n    return 3 * x",
    "always_equal": "class Always:\n    def __eq__(self, other): return True\n\n"
    "def double(x):\n    return Always()",
    "patches_a_test": "import numpy as np\nnp.allclose = lambda *given: True\n\n"
    "def double(x):\n    return 6",
    "patches_itself": "import numpy as np\nnp.allclose = lambda *given: False\n\n"
    "def double(x):\n    return 2 * x",
    "replaces_the_print": "import builtins\nbuiltins.print = None\n\ndef double(x):\n    return 2 * x",
    "own_variant": "variant = 0\n\ndef double(x):\n    return 2 * x if variant == 3 else 0",
    "a_leaves_a_file": "open('left.txt', 'w').close()\n\ndef double(x):\n    return 2 * x",
    "b_finds_a_file": "import os\n\ndef double(x):\n    return 2 * x * (not os.path.exists('left.txt'))",
}


def code(source: str, grade_id: str, points: int = 0) -> NotebookNode:
    """A cell of a solution, or of tests that have points."""
    mark: dict[str, Any] = {"grade_id": grade_id, "grade": points > 0, "solution": not points}
    mark |= {"locked": points > 0, "schema_version": 3} | ({"points": points} if points else {})
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": mark})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the runner says of all answers to the lab made here."""
    cells = [
        nbformat.v4.new_code_cell("variant = 0", metadata={"tags": ["parameters"]}),
        code(SOLUTION, "double"),
        code(TEST, "test_double", 1),
        code("def half(x):\n    return x / 2", "half"),
        code("half(2)", "test_value", 4),
        code("half(2);", "test_semicolon", 4),
        code("half(2)\nprint('end')", "test_no_value", 4),
        code(COUNT, "count"),
        code("assert [count(), count()] == [1, 2]\nassert calls == [1, 1]", "test_count", 1),
        code("assert count() == 3", "test_count_on", 1),
        code("try:\n    count()\nexcept ValueError:\n    pass", "test_caught", 1),
    ]
    path: Path = tmp_path_factory.mktemp("lab") / "lab.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    raising = "calls = [1, 1]\nclass Own(ValueError): pass\n\ndef count():\n    raise Own('no')"
    tried = {"double": ANSWERS, "count": {"same": COUNT, "raises": raising}}
    (report,) = harness.run(path, [(VARIANT, tried)])
    return report


def points(report: dict[str, Any], answer: str) -> float:
    return float(report["answers"]["double"][answer]["scores"]["test_double"])


def test_a_warning_on_stderr_costs_nothing(report: dict[str, Any]) -> None:
    assert points(report, "noisy") == 1
    assert report["reference"]["scores"]["test_double"] == 1
    assert points(report, "wrong") == 0


def test_the_last_value_is_the_score_unless_it_ends_in_a_semicolon(report: dict[str, Any]) -> None:
    scores = report["reference"]["scores"]
    assert (scores["test_value"], scores["test_semicolon"], scores["test_no_value"]) == (1, 4, 4)


def test_an_object_that_equals_everything_is_refused(report: dict[str, Any]) -> None:
    assert points(report, "always_equal") == 0
    (error,) = report["answers"]["double"]["always_equal"]["errors"]
    assert "the result is not plain data: it holds an object of type Always" in error


def test_what_a_learner_changes_in_modules_does_not_reach_the_test(report: dict[str, Any]) -> None:
    assert points(report, "patches_a_test") == 0
    assert points(report, "patches_itself") == 1
    assert points(report, "replaces_the_print") == 1


def test_the_parameters_are_put_back_before_a_test(report: dict[str, Any]) -> None:
    assert points(report, "own_variant") == 1


def test_a_function_keeps_its_state_between_calls_and_cells(report: dict[str, Any]) -> None:
    expected = {"test_count": 1, "test_count_on": 1, "test_caught": 1}
    assert report["answers"]["count"]["same"]["scores"] == expected
    assert {name: report["reference"]["scores"][name] for name in expected} == expected


def test_an_exception_arrives_as_one_that_a_test_can_catch(report: dict[str, Any]) -> None:
    result = report["answers"]["count"]["raises"]
    assert result["scores"] == {"test_count": 0, "test_count_on": 0, "test_caught": 1}
    assert result["errors"] == ["Own: no"] * 2 or result["errors"] == ["ValueError: no"] * 2


def test_an_answers_files_are_gone_before_the_next(report: dict[str, Any]) -> None:
    assert points(report, "a_leaves_a_file") == 1
    assert points(report, "b_finds_a_file") == 1


RUBRIC = """
from coursekit.checks import Rubric, same
rubric = Rubric(points={points})
try:
    for number in (1, 2, 3):
        with rubric.check(f"number {{number}}"):
            same(double(number), 2 * number, "the double")
except Exception:
    pass
{last}
"""
#: What each answer gives for 1, and counts.
ONE_WRONG = (
    "def double(x):\n    open('called.txt', 'a').write('.')\n    return 3 if x == 1 else 2 * x"
)
NEVER_WRONG = "def double(x):\n    open('called.txt', 'a').write('.')\n    return 2 * x"
CALLED = "assert open('called.txt').read() == {dots!r}"


def rubric_report(
    tmp_path: Path, until_caught: list[tuple[str, str]], own_tested: bool = True
) -> dict[str, Any]:
    """What the runner says of an answer with a fault, and of one without, to a test of 3 checks."""
    cells = [
        nbformat.v4.new_code_cell("variant = 0", metadata={"tags": ["parameters"]}),
        code(NEVER_WRONG, "double"),
        code(RUBRIC.format(points=3, last="rubric.total()"), "test_double", 3),
        code(CALLED.format(dots="..."), "test_called", 1),
    ]
    path = tmp_path / "lab.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    tried = {"double": {"one_wrong": ONE_WRONG, "never_wrong": NEVER_WRONG}}
    (report,) = harness.run(
        path, [(VARIANT, tried)], until_caught=until_caught, own_tested=own_tested
    )
    own = {"test_double": 3, "test_called": 1} if own_tested else {}
    assert report["reference"] == {"scores": own, "output": ANY, "errors": []}
    return dict(report["answers"]["double"])


def test_an_answer_is_left_where_it_is_caught_only_on_request(tmp_path: Path) -> None:
    whole = rubric_report(tmp_path, [])
    assert whole["one_wrong"]["scores"] == {"test_double": 2, "test_called": 1}
    assert not whole["one_wrong"]["errors"]
    assert whole["one_wrong"]["output"].splitlines()[-1] == "2 of 3 checks passed"
    # The answers get what they get, whether the lab's own solutions are put to the tests or not.
    brief = rubric_report(tmp_path, [("double", name) for name in whole], own_tested=False)
    assert brief["never_wrong"] == whole["never_wrong"]
    assert whole["never_wrong"]["scores"] == {"test_double": 3, "test_called": 1}
    # The other checks and the other test did not run, whatever the test does with exceptions.
    assert brief["one_wrong"]["scores"] == {"test_double": 0}
    (error,) = brief["one_wrong"]["errors"]
    assert error.startswith("CaughtError: ")
    (line,) = brief["one_wrong"]["output"].splitlines()
    assert line.startswith("✘ number 1")


def test_a_process_sees_that_its_line_was_closed(tmp_path: Path) -> None:
    """It ends by itself: the other end of its line is not open in it, or in another fork."""
    before = processes.open_descriptors()
    assert before == processes.open_descriptors() == {number for number in before if opened(number)}
    ours, theirs = socket.socketpair()
    fork = processes.Fork(lambda: _until_closed(theirs), [theirs.fileno()], before)
    theirs.close()
    ours.close()
    assert fork.wait(60) == 0


def _until_closed(line: socket.socket) -> None:
    line.recv(1)


def opened(descriptor: int) -> bool:
    return Path(f"/dev/fd/{descriptor}").exists()
