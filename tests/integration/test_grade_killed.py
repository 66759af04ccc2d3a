"""Grading that is killed at any moment, again and again, ends with the right grades."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from grader.course import Course
from grader.cycle.report import read_grades, write_grades
from grader.cycle.samples import hand_in
from grader.outcomes import load_outcome
from tiny_class import ANSWERS, LEARNERS, make, samples
from tiny_lab import LAB

#: Seconds after which a run hangs.
HANGS = 1500
KILLS = 50 if os.environ.get("COURSE_LONG") else 5


class Run:
    """`course grade --jobs 2` as a process with its own folder for temporary files."""

    def __init__(self, course: Course, temporary: Path) -> None:
        self.temporary = temporary
        temporary.mkdir(exist_ok=True)
        environment = os.environ | {"TMPDIR": str(temporary)}
        environment.pop("COURSE_ROOT", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coursecli.main", "grade", LAB, "--jobs", "2"],
            cwd=course.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def over_after(self, seconds: float) -> bool:
        try:
            assert self.process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it as the system does when memory is short, and wait for all that it started."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and self.left(started):
            time.sleep(0.05)
        assert self.left(started) == []

    def left(self, started: list[psutil.Process]) -> list[str]:
        """Commands that still run: those known before, and all with our folder in their words."""
        found = [child for child in started if child.is_running()]
        for process in psutil.process_iter(["cmdline"]):
            if any(str(self.temporary) in word for word in process.info["cmdline"] or ()):
                found.append(process)
        return [str(process) for process in found if _alive(process)]


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def grades(course: Course) -> tuple[bytes, dict[str, object]]:
    """grades.csv, and each outcome but for the time it took."""
    outcomes = {name: load_outcome(course, name, LAB) for name in LEARNERS}
    assert None not in outcomes.values()
    record: dict[str, object] = {
        name: asdict(outcome) | {"seconds": 0} for name, outcome in outcomes.items() if outcome
    }
    return write_grades(course, read_grades(course)).read_bytes(), record


#: The second time everybody hands in what another one did: most get other points, one newly fails.
SECOND = dict(
    zip(LEARNERS, (*list(ANSWERS.values())[2:], *list(ANSWERS.values())[:2]), strict=True)
)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: that of a socket in it has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        yield Path(folder)


@pytest.mark.timeout(3600)
@pytest.mark.needs("sandbox")
def test_killed_at_any_moment_it_ends_with_the_grades_of_an_undisturbed_run(
    tmp_path: Path, short: Path
) -> None:
    undisturbed = make(tmp_path / "undisturbed")
    assert Run(undisturbed, short).over_after(HANGS)
    expected = [grades(undisturbed)]
    # Everybody was graded once before the first kill.
    course = Course(Path(shutil.copytree(undisturbed.root, tmp_path / "disturbed")))
    hand_in(undisturbed, LAB, samples(SECOND))
    began = time.monotonic()
    assert Run(undisturbed, short).over_after(HANGS)
    seconds = time.monotonic() - began
    expected.append(grades(undisturbed))
    assert expected[0] != expected[1]

    moments, kills, turn = random.Random(3), 0, 0
    while kills < KILLS:
        turn += 1
        hand_in(course, LAB, samples((ANSWERS, SECOND)[turn % 2]))
        while True:
            run = Run(course, short)
            # When all kills are done, it may end.
            if run.over_after(moments.uniform(0, seconds) if kills < KILLS else HANGS):
                break
            run.kill()
            kills += 1
        assert grades(course) == expected[turn % 2]
    assert list(short.iterdir()) == []
