"""nbgrader's own tests of `nbgrader autograde`, from its wheel and unmodified, with our engine.

Stock nbgrader passes 40 of them and skips 2. They take five minutes, most of it nbgrader's own work
on new databases, so a part of them stands for all except in `make long`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from nbgrader.tests import apps

from grader.engines.autograde import TRUSTED_EXECUTE
from grader.isolation.sandbox import python_path

TESTS = Path(apps.__file__).with_name("test_nbgrader_autograde.py")
ALL = bool(os.environ.get("COURSE_LONG"))
#: Points and comments, cheating, hidden tests and deleted names, endless loops.
PART = (
    "test_grade",
    "test_showtraceback_exploit",
    "test_hidden_tests_single_notebook",
    "test_infinite_loop",
)
#: nbgrader skips these itself.
SKIPPED = {
    "test_many_students": "takes too long and requires manual configuration",
    "test_infinite_loop_with_output": "takes too long and consumes a lot of memory",
}
#: Those that cannot pass, and why.
FAILED: dict[str, str] = {}
NUMBER = 42

pytestmark = pytest.mark.needs("sandbox")


def configuration() -> str:
    """nbgrader's own steps with our engine in the place of its own: all that a course needs."""
    steps = [
        TRUSTED_EXECUTE if step is Execute else f"{step.__module__}.{step.__name__}"
        for step in Autograde.class_traits()["autograde_preprocessors"].default()
    ]
    assert TRUSTED_EXECUTE in steps
    return f"c = get_config()\nc.Autograde.autograde_preprocessors = {steps!r}\n"


@pytest.mark.timeout(3600 if ALL else 600)
def test_nbgraders_own_tests_pass(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(configuration())
    here = Path(__file__).parent
    bin_folder = str(Path(sys.executable).parent)  # nbgrader calls `alembic` by name
    environment = os.environ | {
        "JUPYTER_CONFIG_PATH": str(tmp_path),
        "NBGRADER_OWN_REPORT": str(tmp_path / "report.json"),
        "PATH": os.pathsep.join((bin_folder, os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join((str(here), python_path())),
    }
    for name in ("COURSE_ROOT", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path)]
    command += ["-p", "nbgrader_own_plugin", "-p", "no:cacheprovider"]
    chosen = [] if ALL else [f"{TESTS}::TestNbGraderAutograde::{name}" for name in PART]
    command += ["--basetemp", str(tmp_path / "own"), *(chosen or [str(TESTS)])]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    report = json.loads((tmp_path / "report.json").read_text())
    expected = dict.fromkeys(report["results"] if ALL else PART, "passed")
    if ALL:
        assert len(expected) == NUMBER
        expected |= dict.fromkeys(SKIPPED, "skipped")
    expected |= {name: "failed" for name in FAILED if name in expected}
    assert report["results"] == expected, done.stdout[-20_000:]
    # A test that grades runs one notebook at least, and our engine ran it.
    assert report["runs"] >= (NUMBER - len(SKIPPED) if ALL else len(PART))
