"""A checkout that cannot be written, as on a shared disk: what a learner starts works, or says why not."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.environment import known, offline

pytestmark = pytest.mark.needs("cut network")

ROOT = paths.course_root()
LESSON = "modules/00_introduction/01_start_here.ipynb"
COURSE = (sys.executable, "-m", "coursecli.main")
SETUP = "from coursekit.workspace import open_workspace; print(open_workspace('lesson'))"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command where the checkout is read-only, with a home of its own."""

    def read_only(words: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
        *binding, end = offline.wrapper()
        sealed = ["--ro-bind", str(ROOT), str(ROOT), end]
        own = {"HOME": str(tmp_path), "COLUMNS": "400", **settings}
        return subprocess.run(
            [*binding, *sealed, *words],
            cwd=ROOT,
            env={k: v for k, v in known.environment().items() if k != "COURSE_WORKSPACE"} | own,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return read_only


def test_nothing_in_it_can_be_written(run: Run) -> None:
    assert "Read-only file system" in run(["touch", "written"]).stderr


@pytest.mark.parametrize(
    "words",
    [("run", LESSON), ("lab", "--no-browser")],
    ids=lambda words: words[0],
)
def test_a_command_that_has_to_write_says_so_in_one_sentence(
    run: Run, words: tuple[str, ...]
) -> None:
    done = run([*COURSE, *words])
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    (sentence,) = done.stdout.splitlines()
    assert sentence.startswith("✘ ")
    assert "written" in sentence
    assert "folder of your own" in sentence


def test_a_lesson_says_what_to_set_and_runs_when_it_is_set(run: Run, tmp_path: Path) -> None:
    setup = [sys.executable, "-c", SETUP]
    refused = run(setup)
    last = refused.stderr.splitlines()[-1]
    assert last == (
        f"PermissionError: nothing can be written into {ROOT / 'workspace'}: set COURSE_WORKSPACE to "
        "a folder of your own"
    )
    own = tmp_path / "own"
    assert "workspace 'lesson'" in run(setup, COURSE_WORKSPACE=str(own)).stdout
    done = run([*COURSE, "run", LESSON], COURSE_WORKSPACE=str(own))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (own / "runs" / Path(LESSON).name).is_file()


def test_the_doctor_names_what_cannot_be_written_once(run: Run) -> None:
    done = run([*COURSE, "doctor"])
    assert done.returncode == 1
    said = [line for line in done.stdout.splitlines() if "Write" in line]
    assert len([line for line in said if "COURSE_WORKSPACE" in line]) == 1
    assert "could not be examined" not in done.stdout
