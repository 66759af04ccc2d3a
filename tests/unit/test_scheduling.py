"""Labs and lessons that take minutes run side by side, and what takes long starts first."""

from pathlib import Path

import pytest

import scheduling
from coursekit import paths
from scheduling import started, unit_of

pytest_plugins = ["pytester"]
ANSWERS = "tests/grading/test_lab_answers.py"


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        (f"{ANSWERS}::test_a[lab00_warm_up/refuse/wrong_1]", f"{ANSWERS} lab00_warm_up"),
        (f"{ANSWERS}::test_b[lab00_warm_up-refuse]", f"{ANSWERS} lab00_warm_up"),
        (f"{ANSWERS}::test_all_12_of_them", ANSWERS),
        ("a/test_labs.py::test_c[lab01_x-9-ibm]", "a/test_labs.py lab01_x"),
        ("a/test_your_turn.py::test_d[11_automl]", "a/test_your_turn.py 11_automl"),
        ("a/test_hygiene.py::test_e[lab00_warm_up]", "a/test_hygiene.py"),
        ("modules/01_a/02_b.ipynb::Cell 3", "modules/01_a/02_b.ipynb"),
    ],
)
def test_a_unit_is_a_file_or_one_lab_of_it(nodeid: str, unit: str) -> None:
    assert unit_of(nodeid) == unit


def test_the_files_that_are_split_exist() -> None:
    files = (paths.course_root() / "tests").rglob("test_*.py")
    split = {path.name for path in files if scheduling.BY_NOTEBOOK.search(path.as_posix())}
    assert len(split) == scheduling.BY_NOTEBOOK.pattern.count("|") + 1


def test_what_takes_long_starts_first_and_no_unit_is_torn() -> None:
    nodeids = [
        "tests/test_elsewhere.py::a",
        "tests/unit/test_many.py::a", "tests/unit/test_many.py::b", "tests/unit/test_many.py::c",
        "modules/01_a/01_b.ipynb::Cell 0", "tests/integration/test_few.py::a",
        "tests/integration/test_more.py::b", "tests/integration/test_more.py::a",
        f"{ANSWERS}::test_1[lab00_a]", f"{ANSWERS}::test_1[lab01_b]", f"{ANSWERS}::test_2[lab00_a]",
    ]  # fmt: skip
    ordered = [nodeids[place] for place in started(nodeids)]
    assert ordered == [
        *nodeids[8:11:2], nodeids[9], *nodeids[6:8], nodeids[5], nodeids[4], *nodeids[1:4],
        nodeids[0],
    ]  # fmt: skip


#: Each test waits until the other has started: in one process they would wait for ever.
TOGETHER = """
import time
from pathlib import Path
import pytest

@pytest.mark.parametrize("lab", ["lab00_a", "lab01_b"])
def test_it(lab, pytestconfig):
    (pytestconfig.rootpath / f"{lab}.started").touch()
    end = time.monotonic() + 120
    while len(list(pytestconfig.rootpath.glob("*.started"))) < 2:
        assert time.monotonic() < end, "the other lab has not started"
        time.sleep(0.05)
"""


def test_two_labs_are_tried_side_by_side(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(scheduling.__file__).parent))
    pytester.makepyfile(test_lab_answers=TOGETHER)
    words = ("-p", "xdist", "-p", "scheduling", "-n", "2", "--dist", "loadfile", "-v")
    done = pytester.runpytest_subprocess(*words)
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["scheduling tests via Units"])
