"""What Validate says of a notebook is what the grader says: a lab of the course, with real answers."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring.cells import find_tests, is_answer, task_name
from coursekit.authoring.notebooks import read
from courses import course_of_labs
from drawing import drawn
from grader.course import Course
from grader.cycle.release import generate
from grader.cycle.samples import fill_in, solutions
from grader.cycle.validate import judge
from grader.engines.trusted import TrustedEngine
from grader.feedback.check_results import checks
from grader.outcomes import Submission

pytestmark = pytest.mark.needs("sandbox")

ROOT = paths.course_root()
LAB = "lab00_warm_up"
LABS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
#: A run compares one lab, drawn by the commit; `make long` all of them.
COMPARED = LABS if os.environ.get("COURSE_LONG") else [drawn("validate", LABS)]
#: Counts on the lab for NumPy.
WITH_NUMPY = "def probability_blue(prevalence, sensitivity, specificity):\n" + "\n".join(
    f"    {line}"
    for line in (
        "share = np.array([prevalence * sensitivity, (1 - prevalence) * (1 - specificity)])",
        "return float(share[0] / share.sum()) if share.sum() > 0 else None",
    )
)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return course_of_labs(tmp_path, *LABS)


def source(course: Course, lab: str = LAB) -> Path:
    return course.require_lab(lab)


def hand_in(course: Course, answers: dict[str, str], lab: str = LAB) -> Path:
    """The lab, released, with some of its solutions replaced."""
    path = generate(course, lab) / f"{lab}.ipynb"
    filled = fill_in(read(path), solutions(read(source(course, lab))) | answers)
    mine = course.submitted("ada", lab) / path.name
    mine.parent.mkdir(parents=True)
    nbformat.write(filled, mine)
    return mine


def graded(course: Course, path: Path) -> NotebookNode:
    outcome = TrustedEngine(course).grade(Submission("ada", path.stem, path.parent))
    assert (outcome.status, outcome.reason) == ("graded", "")
    notebook = read(course.autograded("ada", path.stem) / path.name)
    notebook.metadata["points"] = outcome.tasks
    return notebook


def failing_visible_tests(notebook: NotebookNode, released: NotebookNode) -> set[str]:
    """The tests of a graded notebook of which a check fails that learners can read."""
    visible = {task_name(cell): cell.source for cell in find_tests(released)}
    return {
        task_name(cell)
        for cell in find_tests(notebook)
        if any(not c.passed and c.title in visible[task_name(cell)] for c in checks(cell))
    }


def answers_called(kind: str, lab: str) -> dict[str, str]:
    """By task one of the answers that tests/grading tries, the first but for the empty one."""
    found = {}
    for task in (ROOT / "tests" / "grading" / lab).iterdir():
        names = sorted(p for p in task.glob(f"{kind}_*.py") if "_variant_" not in p.name)
        found[task.name] = names[0].read_text(encoding="utf-8")
    return found


def test_numpy_of_the_old_lab_is_refused(course: Course) -> None:
    old = read(source(course))
    (setup,) = (cell for cell in old.cells if cell.get("id") == "setup")
    setup.source = setup.source.replace("import numpy as np\n", "")
    shown = next(cell for cell in old.cells if cell.get("id") == "show_best_threshold")
    shown.source = shown.source.replace("import numpy as np\n", "")
    nbformat.write(old, source(course))
    path = hand_in(course, {"probability_blue": WITH_NUMPY})
    said = {problem.heading: problem.lines for problem in judge(course, path).problems}
    why = "only a test imports it, for itself; import it in your own cell"
    assert f"✘ `np` is not defined: {why}" in said["test_probability_blue: this test does not pass"]


def test_numpy_of_the_lab_passes_validate_and_grading(course: Course) -> None:
    path = hand_in(course, {"probability_blue": WITH_NUMPY})
    verdict = judge(course, path)
    assert verdict.problems == ()
    assert verdict.passed == verdict.tests
    points = graded(course, path).metadata["points"]
    assert points["test_probability_blue"] == 2


@pytest.mark.parametrize("lab", COMPARED)
@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_the_visible_verdict_is_the_graders(course: Course, kind: str, lab: str) -> None:
    answers = answers_called(kind, lab)
    path = hand_in(course, answers, lab)
    released = read(course.released(lab) / path.name)
    tests = {task_name(cell) for cell in find_tests(released)}
    assert set(answers) <= {task_name(c) for c in released.cells if _is_code_answer(c)}
    assert len(answers) > 3
    said = {problem.heading.split(":")[0] for problem in judge(course, path).problems} & tests
    assert said or kind == "right"
    assert said == failing_visible_tests(graded(course, path), released)


def _is_code_answer(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_answer(cell)
