"""Many submissions at once: in order, recorded as they end, and taken up again after a cut."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nbformat import NotebookNode

from grader.course import Course
from grader.engines import pool
from grader.engines.engine import submissions
from grader.exceptions import InfrastructureError
from grader.isolation.sandbox import Limits
from grader.outcomes import Outcome, Submission, forget, load_outcome
from grader.trusted.job import Job

REPOSITORY = Path(__file__).resolve().parents[4]
LAB = "lab"
NAMES = [f"learner{number}" for number in range(6)]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    course = Course(tmp_path)
    for name in NAMES:
        folder = course.submitted(name, LAB)
        folder.mkdir(parents=True)
        (folder / f"{LAB}.ipynb").write_text(name)
    source = course.solution(LAB)
    source.mkdir(parents=True)
    (source / f"{LAB}.ipynb").write_text("source")
    return course


@dataclass
class Counting:
    """An engine that counts how many have their turn at once, and whom it has graded."""

    course: Course
    stop_at: str = ""
    settings: str = ""
    graded: list[str] = field(default_factory=list)
    active: int = 0
    most: int = 0

    def grade(self, submission: Submission) -> Outcome:
        self.active += 1
        self.most = max(self.most, self.active)
        forget(self.course, submission.student, submission.lab)
        self.active -= 1
        batch = pool._batch.get()
        assert batch.run is not None
        with batch.turn.given_away():
            batch.run(Job(NotebookNode(), {}), Limits())
        self.active += 1
        self.most = max(self.most, self.active)
        if submission.student == self.stop_at:
            raise KeyboardInterrupt
        self.graded.append(submission.student)
        self.active -= 1
        points = float(submission.student[-1])
        return Outcome(submission.student, LAB, "graded", "", points, 9.0, 0.1)

    def terms(self) -> str:
        return self.settings


def nothing(job: Job, limits: Limits) -> object:
    return None


def grade(
    course: Course, engine: Counting, jobs: int = 1, run: object = nothing, **settings: bool
) -> list[Outcome]:
    batch = submissions(course, LAB, NAMES)
    return list(pool.grade_many(engine, course, batch, run, jobs, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_outcomes_come_in_order_whatever_the_number_of_jobs(course: Course, jobs: int) -> None:
    # The later in the batch, the sooner it is done.
    turns = iter([0.2, 0.15, 0.1, 0.05, 0.0, 0.0])

    def uneven(job: Job, limits: Limits) -> None:
        threading.Event().wait(next(turns))

    outcomes = grade(course, Counting(course), jobs, uneven)
    assert [outcome.student for outcome in outcomes] == NAMES
    assert [load_outcome(course, name, LAB) for name in NAMES] == outcomes


def test_cells_run_side_by_side_and_one_thread_writes(course: Course) -> None:
    together = threading.Barrier(3, timeout=300)
    engine = Counting(course)
    grade(course, engine, 3, lambda job, limits: together.wait())  # breaks unless three are there
    assert sorted(engine.graded) == NAMES
    assert engine.most == 1


def test_a_finished_submission_is_not_graded_again(course: Course) -> None:
    first = grade(course, Counting(course), 2)
    second = Counting(course)
    assert grade(course, second, 2) == first
    assert second.graded == []
    third = Counting(course)
    grade(course, third, 2, again=True)
    assert sorted(third.graded) == NAMES


def test_what_has_changed_is_graded_again(course: Course) -> None:
    grade(course, Counting(course))
    (course.submitted("learner3", LAB) / "extra.csv").write_text("1")
    (course.submitted("learner4", LAB) / f"{LAB}.ipynb").write_text("better")
    second = Counting(course)
    grade(course, second)
    assert second.graded == ["learner3", "learner4"]
    (course.solution(LAB) / f"{LAB}.ipynb").write_text("a test was mended")
    third = Counting(course)
    grade(course, third)
    assert third.graded == NAMES


def test_a_run_that_was_cut_off_goes_on_where_it_was(course: Course) -> None:
    first = Counting(course, stop_at="learner2")
    with pytest.raises(KeyboardInterrupt):
        grade(course, first)
    assert first.graded == NAMES[:2]
    second = Counting(course)
    assert [outcome.student for outcome in grade(course, second)] == NAMES
    assert second.graded == NAMES[2:]


def test_each_thread_keeps_its_working_directory(course: Course) -> None:
    class Changes(Counting):
        """As nbgrader does while it converts a notebook."""

        def grade(self, submission: Submission) -> Outcome:
            before, own = Path.cwd(), self.course.submitted(submission.student, LAB)
            os.chdir(own)
            try:
                outcome = super().grade(submission)
                assert Path.cwd() == own
                return outcome
            finally:
                os.chdir(before)

    before = Path.cwd()
    together = threading.Barrier(3, timeout=300)
    grade(course, Changes(course), 3, lambda job, limits: together.wait())
    assert Path.cwd() == before


def test_other_settings_grade_again(course: Course) -> None:
    grade(course, Counting(course))
    second = Counting(course, settings="5 seconds for a cell")
    grade(course, second)
    assert second.graded == NAMES


def test_the_state_of_each_submission_is_told(course: Course) -> None:
    heard: list[tuple[str, str]] = []

    def tell(submission: Submission, state: str) -> None:
        heard.append((submission.student, state))

    batch = submissions(course, LAB, NAMES[:2])
    for _ in range(2):
        list(pool.grade_many(Counting(course), course, batch, nothing, on_progress=tell))  # type: ignore[arg-type]
    first = [(name, state) for name in NAMES[:2] for state in ("running", "graded")]
    assert heard == [*first, *((name, "unchanged") for name in NAMES[:2])]


def test_a_place_that_is_gone_is_no_learners_failure(course: Course) -> None:
    def gone(job: Job, limits: Limits) -> object:
        raise InfrastructureError("the fork server ended")

    class Swallows(Counting):
        """As nbgrader does with any exception."""

        def grade(self, submission: Submission) -> Outcome:
            with contextlib.suppress(InfrastructureError):
                pool.PooledExecute().execute(Job(NotebookNode(), {}), Limits())
            return Outcome(submission.student, LAB, "failed", "nbgrader failed", 0.0, 9.0, 0.1)

    with pytest.raises(InfrastructureError, match="the fork server ended"):
        grade(course, Swallows(course), 2, gone)
    assert [load_outcome(course, name, LAB) for name in NAMES] == [None] * len(NAMES)
    again = Counting(course)
    grade(course, again)
    assert again.graded == NAMES


def test_a_cut_in_the_middle_of_regrading_leaves_no_old_grade(course: Course) -> None:
    grade(course, Counting(course))
    with pytest.raises(KeyboardInterrupt):
        grade(course, Counting(course, stop_at="learner2"), again=True)
    assert load_outcome(course, "learner2", LAB) is None
    second = Counting(course)
    grade(course, second)
    assert "learner2" in second.graded
