"""Several notebooks are validated on warm kernels, each on its own."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from coursekit.authoring.notebooks import KERNELSPEC
from graded_cells import answer_cell, question_cell, test_cell
from grader.course import Course
from grader.cycle.validate import problems, problems_of_each
from grader.exceptions import CourseError
from grader.kernels import provisioner
from tiny_lab import make_course

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


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(make_course(tmp_path))


def notebook(folder: Path, name: str, answer: str = ANSWER, warm: bool = True) -> Path:
    cells = [answer_cell("solution", answer), test_cell("grade", TEST.format(warm=warm), points=1)]
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


@pytest.mark.needs("linux")
def test_several_notebooks_share_warm_libraries_and_nothing_else(
    course: Course, tmp_path: Path
) -> None:
    paths = [notebook(tmp_path, "first"), notebook(tmp_path, "second")]
    paths.append(notebook(tmp_path, "wrong", answer="answer = 41"))
    found = dict(problems_of_each(course, paths))
    assert list(found) == paths
    assert found[paths[0]] == found[paths[1]] == []
    assert found[paths[2]] == ["grade: this test does not pass\n  ✘ the test: The answer is 42."]


def test_one_notebook_is_validated_on_a_cold_kernel(course: Course, tmp_path: Path) -> None:
    path = notebook(tmp_path, "only", warm=False)
    assert list(problems_of_each(course, [path])) == [(path, [])]


def test_each_kind_of_problem_has_its_sentence(course: Course, tmp_path: Path) -> None:
    path = notebook(tmp_path, "kinds", warm=False)
    made = nbformat.read(path, as_version=4)
    made.cells[0].source = "raise NotImplementedError"
    made.cells[1].source = RUBRIC
    made.cells[1].metadata.nbgrader["points"] = 2
    asked = question_cell("why", "YOUR ANSWER HERE", points=3)
    asked.metadata.nbgrader["checksum"] = compute_checksum(asked)
    made.cells.append(asked)
    nbformat.write(made, path)
    assert problems(course, path) == [
        "grade: this test does not pass\n  ✘ it is 42: nothing is written here yet",
        "why: there is no answer yet",
    ]
    made.cells[1].metadata.nbgrader["checksum"] = "0" * 32
    nbformat.write(made, path)
    assert problems(course, path) == [
        "grade: this test is not the one that was handed out\n"
        "  ✘ it is 42: nothing is written here yet"
    ]
    made.cells[1].metadata.nbgrader["cell_type"] = "markdown"
    nbformat.write(made, path)
    assert problems(course, path) == [
        "grade: this cell is no longer of the type it was handed out with"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 \xff\xfe", "mine.ipynb is not a notebook: the file is not UTF-8 text."),
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
    right = notebook(tmp_path, "right", warm=False)
    wrong = notebook(tmp_path, "wrong", answer="answer = 41", warm=False)
    with caplog.at_level(logging.WARNING, provisioner.__name__):
        (_, nothing), (_, something) = problems_of_each(course, [right, wrong])
    assert nothing == []
    assert "The answer is 42." in something[0]
    said = [record.message for record in caplog.records if record.name == provisioner.__name__]
    assert len(said) == 1
    assert "no_such_module" in said[0]
