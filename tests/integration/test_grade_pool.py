"""The pool on real files: warm kernels here and on a Dask cluster give the scores of one by one."""

from collections.abc import Iterator

import nbformat
import pytest

from grader.course import Course
from grader.cycle.samples import make_class
from grader.engines.engine import submissions
from grader.engines.pool import PooledEngine, grade_many
from grader.engines.workers import RunCells, on_cluster, on_this_machine
from grader.isolation.sandbox import Limits
from grader.outcomes import Outcome
from grader.trusted.job import Job
from tiny_class import samples
from tiny_lab import LAB, POINTS, make_course

pytestmark = pytest.mark.needs("sandbox")
#: What learners change in the solution, and what they get.
ANSWERS = {
    "ada": ({}, POINTS),
    "bob": ({"number": "number = -1"}, POINTS | {"number-test": 0}),
    "cleo": ({"double": "import os; os._exit(0)"}, dict.fromkeys(POINTS, 0)),
    "dan": ({"add": "def add(a, b):\n    while True: pass"}, POINTS | {"add-test": 0}),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("pool")))
    make_class(course, LAB, samples({name: changes for name, (changes, _) in ANSWERS.items()}))
    return course


@pytest.fixture(scope="module")
def run_in_forks() -> Iterator[RunCells]:
    with on_this_machine() as run:
        yield run


def grade(course: Course, run: RunCells, jobs: int) -> list[Outcome]:
    engine = PooledEngine(course, cell_seconds=3)
    batch = submissions(course, LAB, list(ANSWERS))
    return list(grade_many(engine, course, batch, run, jobs, again=True))


def points(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """Points of the tests by learner; a person has still to read the answer to the question."""
    return {o.student: {task: o.tasks[task] for task in POINTS} for o in outcomes}


EXPECTED = {name: got for name, (_, got) in ANSWERS.items()}


@pytest.mark.parametrize("jobs", [1, 3])
def test_scores_do_not_depend_on_the_number_of_jobs(
    course: Course, run_in_forks: RunCells, jobs: int
) -> None:
    ran: list[dict[str, str]] = []

    def counted(job: Job, limits: Limits) -> nbformat.NotebookNode:
        ran.append(job.tests)
        return run_in_forks(job, limits)

    outcomes = grade(course, counted, jobs)
    assert points(outcomes) == EXPECTED
    assert len(ran) == len(ANSWERS)
    assert [o.reason.split(";")[0] for o in outcomes][2].startswith("the kernel died")


def test_a_dask_cluster_gives_the_same_scores(course: Course) -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        on_cluster(cluster.scheduler_address) as run,
    ):
        assert points(grade(course, run, 2)) == EXPECTED
