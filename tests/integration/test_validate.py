"""A notebook is validated as it would be graded; several on warm kernels, each on its own."""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from coursekit.authoring.notebooks import KERNELSPEC
from grader.course import Course
from grader.cycle import validate_button
from grader.cycle.validate import judge, judge_each
from grader.exceptions import CourseError
from grader.kernels import provisioner

ANSWER = "answer = 42"
TEST = """
import builtins, os, sys
assert {warm} == ("mlflow" in sys.modules), "not as warm as it should be"
assert builtins.abs(-2) == 2 and "POISON" not in os.environ, "left over from another notebook"
builtins.abs, os.environ["POISON"] = (lambda _: 100), "1"
assert answer == 42, "The answer is 42."
"""

RUBRIC = """
from coursekit.checks import Rubric
rubric = Rubric(points=2)
with rubric.check("numbers are numbers"):
    pass
with rubric.check("it is 42"):
    raise NotImplementedError
rubric.total()
"""


LAB = "counting"
SETUP = "import math"


def cell(name: str, source: str, **marks: object) -> NotebookNode:
    made = nbformat.v4.new_code_cell(source, id=name)
    if marks:
        usual = {"grade": False, "solution": False, "locked": False, "task": False}
        made.metadata["nbgrader"] = usual | {"grade_id": name, "schema_version": 3} | marks
    return made


def lab(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": KERNELSPEC})


def release(course: Course, test: str, *more: NotebookNode, points: int = 1) -> NotebookNode:
    """Hand out a lab with one task; the notebook as it is in `labs/`."""
    made = lab(
        cell("setup", SETUP),
        cell("task", "raise NotImplementedError", solution=True),
        cell("grade", test, grade=True, locked=True, points=points),
        *more,
    )
    path = course.released(LAB) / f"{LAB}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(made, path)
    return made


def hand_in(folder: Path, handed_out: NotebookNode, name: str = "mine", **sources: str) -> Path:
    """The notebook with other sources in some cells, as a learner saves it."""
    made = deepcopy(handed_out)
    for each in made.cells:
        each.source = sources.get(each.id, each.source)
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


def problems(course: Course, path: Path) -> list[str]:
    return [str(problem) for problem in judge(course, path).problems]


@pytest.mark.needs("linux")
def test_several_notebooks_share_warm_libraries_and_nothing_else(
    course: Course, tmp_path: Path
) -> None:
    given = release(course, TEST.format(warm=True))
    paths = [hand_in(tmp_path, given, name, task=ANSWER) for name in ("first", "second")]
    paths.append(hand_in(tmp_path, given, "wrong", task="answer = 41"))
    found = dict(judge_each(course, paths))
    assert list(found) == paths
    assert found[paths[0]].problems == found[paths[1]].problems == ()
    (problem,) = found[paths[2]].problems
    assert str(problem) == "grade: this test does not pass\n  ✘ the test: The answer is 42."


def test_one_notebook_is_validated_on_a_cold_kernel(course: Course, tmp_path: Path) -> None:
    path = hand_in(tmp_path, release(course, TEST.format(warm=False)), task=ANSWER)
    ((_, verdict),) = judge_each(course, [path])
    assert (verdict.problems, verdict.passed, verdict.tests) == ((), 1, 1)


def test_what_is_not_written_yet_is_said_so(course: Course, tmp_path: Path) -> None:
    asked = nbformat.v4.new_markdown_cell("YOUR ANSWER HERE", id="why")
    asked.metadata["nbgrader"] = {
        "grade_id": "why", "grade": True, "solution": True, "locked": False, "points": 3,
        "schema_version": 3, "task": False,
    }  # fmt: skip
    asked.metadata.nbgrader["checksum"] = compute_checksum(asked)
    path = hand_in(tmp_path, release(course, RUBRIC, asked, points=2))
    assert problems(course, path) == [
        "grade: this test does not pass\n  ✘ it is 42: nothing is written here yet",
        "why: there is no answer yet",
    ]


def test_a_name_that_only_a_test_binds_is_not_there_for_the_answer(
    course: Course, tmp_path: Path
) -> None:
    test = "import numpy as np\nassert double(2) == 4"
    path = hand_in(
        tmp_path, release(course, test), task="def double(x):\n    return int(np.add(x, x))"
    )
    (said,) = problems(course, path)
    why = "only a test imports it, for itself; import it in your own cell"
    assert said == f"grade: this test does not pass\n  ✘ `np` is not defined: {why}"


def test_a_changed_test_counts_as_the_labs_own(course: Course, tmp_path: Path) -> None:
    given = release(course, TEST.format(warm=False))
    path = hand_in(tmp_path, given, task="answer = 41", grade="pass")
    verdict = judge(course, path)
    assert "The answer is 42." in str(verdict.problems[0])
    said = "grade: this test is not the one that was handed out; the lab's own was run"
    assert verdict.remarks == (said,)
    hand_in(tmp_path, given, task=ANSWER, grade="raise ValueError")
    assert judge(course, path).problems == ()
    assert validate_button.answer(path) == {"changed": [{"source": said}]}


def test_a_missing_test_is_a_problem(course: Course, tmp_path: Path) -> None:
    given = release(course, TEST.format(warm=False))
    del given.cells[2]
    (said,) = problems(course, hand_in(tmp_path, given, task=ANSWER))
    assert said.startswith("grade: this test is missing from the notebook")


def test_a_notebook_without_a_cell_of_a_lab_is_a_problem(course: Course, tmp_path: Path) -> None:
    release(course, "assert True")
    path = hand_in(tmp_path, lab(cell("setup", "x = 1")))
    said = "this notebook has no cell of a lab of this course: nothing in it would be graded"
    assert problems(course, path) == [f"mine.ipynb: {said}"]


def test_the_first_cell_that_raised_is_named(course: Course, tmp_path: Path) -> None:
    given = release(course, "assert double(2) == 4")
    path = hand_in(tmp_path, given, setup="import no_such_module", task="double = None")
    first, _ = problems(course, path)
    end = "ended with ModuleNotFoundError: No module named 'no_such_module'"
    assert first == f"code cell 1 (setup): {end}"
    hand_in(tmp_path, given, setup="1 / 0", task="def double(x):\n    return 2 * x")
    verdict = judge(course, path)
    assert verdict.problems == ()
    assert verdict.remarks == (
        "code cell 1 (setup): ended with ZeroDivisionError: division by zero",
    )


@pytest.mark.parametrize(
    "answer", ["def double(x):\n    return 2 * int(input())", "typed = input()\ndouble = abs"]
)
def test_an_answer_that_asks_for_input_is_told_so(
    course: Course, tmp_path: Path, answer: str
) -> None:
    path = hand_in(tmp_path, release(course, "assert double(2) == 4"), task=answer)
    said = "asks for input(); a notebook that is graded has nobody to answer"
    assert said in "\n".join(problems(course, path))


def test_what_the_grader_remarks_is_remarked(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_CELL_TIMEOUT", "2")
    given = release(course, "assert answer == 42")
    path = hand_in(tmp_path, given, task="import time\ntime.sleep(60)\nanswer = 42")
    verdict = judge(course, path)
    assert "timeout: stopped task" in verdict.remarks
    assert "timeout: stopped task" in validate_button.answer(path)["failed"][-1]["error"]


def test_files_beside_the_notebook_are_there(course: Course, tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("42")
    given = release(course, "assert answer == 42")
    path = hand_in(tmp_path, given, task="answer = int(open('numbers.txt').read())")
    assert problems(course, path) == []
    assert (tmp_path / "numbers.txt").read_text() == "42"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 \xff\xfe", "mine.ipynb is not a notebook: it is a PDF document."),
        (b"", "mine.ipynb is not a notebook: the file is empty."),
        (None, "is a folder: name the notebook in it."),
    ],
)
def test_what_is_no_notebook_is_said_so(
    course: Course, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "mine.ipynb"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(CourseError, match=re.escape(said)):
        problems(course, path)


def test_without_a_warm_parent_the_answers_are_the_same(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(provisioner, "LESSONS", ("no_such_module",))
    given = release(course, TEST.format(warm=False))
    right = hand_in(tmp_path, given, "right", task=ANSWER)
    wrong = hand_in(tmp_path, given, "wrong", task="answer = 41")
    with caplog.at_level(logging.WARNING, provisioner.__name__):
        (_, nothing), (_, something) = judge_each(course, [right, wrong])
    assert nothing.problems == ()
    assert "The answer is 42." in str(something.problems[0])
    said = [record.message for record in caplog.records if record.name == provisioner.__name__]
    assert len(said) == 1
    assert "no_such_module" in said[0]
