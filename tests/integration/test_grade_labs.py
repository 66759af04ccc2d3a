"""The course's own labs, graded as learners' notebooks are: in the sandbox, tests apart."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from coursekit import paths
from coursekit.authoring.cells import is_test, marks
from coursekit.environment import mlflow_store
from coursekit.variants import SECRET_VARIABLE
from courses import course_of_labs
from drawing import commit
from grader.course import Course
from grader.cycle import samples
from grader.engines.engine import submissions
from grader.engines.pool import PooledEngine, grade_many
from grader.engines.workers import on_this_machine
from grader.lab_imports import imported_modules

pytestmark = pytest.mark.needs("sandbox")
ROOT = paths.course_root()
LABS = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))
LEARNERS = {"ada": samples.perfect, "bob": samples.empty}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course in which lessons have run before, so that the empty MLflow store is there."""
    made = course_of_labs(tmp_path, *LABS)
    shutil.copytree(ROOT / "datasets", tmp_path / "datasets")
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    mlflow_store.empty()
    # A variant follows from it: another one with each commit, the same for who looks at a failure.
    monkeypatch.setenv(SECRET_VARIABLE, f"the secret of {commit()}")
    return made


def said_by_tests(course: Course, student: str, lab: str) -> Iterator[str]:
    """What the test cells have printed in the graded notebook."""
    graded = nbformat.read(course.autograded(student, lab) / f"{lab}.ipynb", as_version=4)
    for cell in graded.cells:
        if is_test(cell):
            yield from (output.get("text", "") for output in cell.outputs)


@pytest.mark.parametrize("lab", LABS)
def test_a_perfect_notebook_gets_every_point_and_an_empty_one_none(
    course: Course, lab: str
) -> None:
    samples.make_class(course, lab, LEARNERS)
    source = nbformat.read(course.require_lab(lab), as_version=4)
    batch = submissions(course, lab, list(LEARNERS))
    with on_this_machine(lab=imported_modules(course.require_lab(lab))) as run:
        perfect, empty = grade_many(PooledEngine(course), course, batch, run, jobs=2)

    tests = [marks(cell) for cell in source.cells if is_test(cell)]
    points = {test["grade_id"]: test["points"] for test in tests}
    missed = "\n".join(said_by_tests(course, "ada", lab))
    assert {task: perfect.tasks[task] for task in points} == points, missed
    assert {task: empty.tasks[task] for task in points} == dict.fromkeys(points, 0.0)
