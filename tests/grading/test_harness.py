"""The harness scores as nbgrader does, survives what answers do, and sees tests that are too weak."""

import shutil
from pathlib import Path
from typing import Any

import harness
import nbformat
import pytest
from harness import Setting

from coursekit import paths
from grader.course import Course
from grader.cycle.release import generate
from grader.cycle.samples import fill_in, solutions
from grader.engines.stock import StockEngine
from grader.outcomes import Submission

LAB = "lab00_warm_up"
PUBLIC = Setting(0, "synthetic")
#: Answers that keep part of the points, or none, and do not disturb each other.
MIXED = {
    "customer_facts": "wrong_variant_reassigned",
    "after_shift": harness.STUB,
    "accuracy_report": "wrong_tie",
    "break_even": "wrong_never_none",
    "best_threshold": "wrong_must_contact",
    "refuse": "wrong_exact_ids",
}
HOSTILE = {
    "endless": "while True:\n    try:\n        pass\n    except BaseException:\n        pass",
    "killed": "import os\nos._exit(0)",
    "leaves": "def refuse(*_):\n    raise SystemExit",
    "syntax": "def refuse(:",
    "noisy": "import sys\ndef refuse(*_):\n    print('?', file=sys.stderr)\n    return []",
}
SECONDS = 4


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What the runner says of the mixed and the hostile answers."""
    codes = {(a.task, a.name): a.code for a in harness.answers(LAB)}
    tried = {task: {name: codes[task, name]} for task, name in MIXED.items()}
    tried["refuse"] |= HOSTILE
    (report,) = harness.run(harness.notebook_path(LAB), [PUBLIC], tried, SECONDS)
    return report


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of its own with the lab in its gradebook."""
    root = tmp_path_factory.mktemp("course")
    (root / "modules").mkdir()
    shutil.copy(paths.course_root() / "nbgrader_config.py", root)
    shutil.copytree(harness.notebook_path(LAB).parent, root / "solutions" / LAB)
    course = Course(root)
    generate(course, LAB)
    return course


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own tables
@pytest.mark.parametrize("student", ["perfect", "mixed"])
def test_scores_equal_nbgraders(student: str, course: Course, report: dict[str, Any]) -> None:
    source = nbformat.read(harness.notebook_path(LAB), as_version=4)
    handed_out = nbformat.read(course.released(LAB) / f"{LAB}.ipynb", as_version=4)
    expected = dict(report["reference"]["scores"])
    answers = solutions(source)
    if student == "mixed":
        codes = {(a.task, a.name): a.code for a in harness.answers(LAB)}
        for task, name in MIXED.items():
            answers[task] = codes[task, name]
            expected |= report["answers"][task][name]["scores"]
    folder = course.submitted(student, LAB)
    folder.mkdir(parents=True)
    nbformat.write(fill_in(handed_out, answers), folder / f"{LAB}.ipynb")
    outcome = StockEngine(course).grade(Submission(student, LAB, folder))
    assert outcome.status == "graded", outcome.reason
    read_by_a_person = set(outcome.tasks) - set(expected)
    assert read_by_a_person == {"decision"}
    assert {test: outcome.tasks[test] for test in expected} == expected


def test_the_mixed_answers_are_mixed(report: dict[str, Any]) -> None:
    points = {task.name: task.points for task in harness.tasks(LAB).values()}
    scores = {
        task: sum(report["answers"][task][name]["scores"].values()) for task, name in MIXED.items()
    }
    assert scores.pop("after_shift") == 0
    assert all(0 < score < points[task] for task, score in scores.items())


def test_what_an_answer_does_is_its_own_loss(report: dict[str, Any]) -> None:
    tried = {name: report["answers"]["refuse"][name] for name in HOSTILE}
    for name, result in tried.items():
        assert sum(result["scores"].values()) == 0, name
    assert tried["endless"]["errors"] == [f"not finished after {SECONDS} seconds"]
    assert tried["killed"]["errors"] == ["ended without a result"]
    assert tried["syntax"]["errors"][0].startswith("SyntaxError")
    # The notebook's own solutions, run by the parent of all these, were not disturbed.
    assert report["reference"]["scores"] == {
        f"test_{task.name}": task.points for task in harness.tasks(LAB).values()
    }


def test_without_hidden_tests_wrong_answers_get_through(tmp_path: Path) -> None:
    notebook = nbformat.read(harness.notebook_path(LAB), as_version=4)
    for cell in notebook.cells:
        before, begin, rest = cell.source.partition("### BEGIN HIDDEN TESTS")
        if begin:
            cell.source = before + rest.partition("### END HIDDEN TESTS")[2]
    weak = tmp_path / "weak.ipynb"
    nbformat.write(notebook, weak)
    by_task = {
        answer.task: {answer.name: answer.code}
        for answer in harness.answers(LAB)
        if answer.name in ("wrong_visible_case", "wrong_fixed_terms")
    }
    (report,) = harness.run(weak, [PUBLIC], by_task)
    for task, results in report["answers"].items():
        (result,) = results.values()
        points = harness.tasks(LAB)[task].points
        # my_facts is compared with the variant's own data only in the hidden part.
        assert sum(result["scores"].values()) == points or task == "customer_facts"
    assert len(by_task) >= 5
