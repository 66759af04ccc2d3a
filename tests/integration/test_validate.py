"""Several notebooks are validated on warm kernels, each on its own."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import nbformat
import pytest
from tiny_lab import make_course

from coursekit.grading import provisioner
from coursekit.grading.course import Course
from coursekit.grading.validate import problems_of_each
from coursekit.notebooks import KERNELSPEC

ANSWER = "answer = 42"
TEST = """
import builtins, os, sys
assert {warm} == ("mlflow" in sys.modules), "not as warm as it should be"
assert builtins.abs(-2) == 2 and "POISON" not in os.environ, "left over from another notebook"
builtins.abs, os.environ["POISON"] = (lambda _: 100), "1"
assert answer == 42, "The answer is 42."
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(make_course(tmp_path))


def notebook(folder: Path, name: str, answer: str = ANSWER, warm: bool = True) -> Path:
    cells = []
    for role, source in (("solution", answer), ("grade", TEST.format(warm=warm))):
        cell = nbformat.v4.new_code_cell(source, id=role)
        roles = {key: key == role for key in ("solution", "grade")}
        cell.metadata["nbgrader"] = roles | {
            "grade_id": role, "locked": role == "grade", "schema_version": 3, "task": False
        }  # fmt: skip
        cells.append(cell)
    cells[1].metadata.nbgrader["points"] = 1
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux")
def test_several_notebooks_share_warm_libraries_and_nothing_else(
    course: Course, tmp_path: Path
) -> None:
    paths = [notebook(tmp_path, "first"), notebook(tmp_path, "second")]
    paths.append(notebook(tmp_path, "wrong", answer="answer = 41"))
    found = dict(problems_of_each(course, paths))
    assert list(found) == paths
    assert found[paths[0]] == found[paths[1]] == []
    assert "The answer is 42." in found[paths[2]][0]


def test_one_notebook_is_validated_on_a_cold_kernel(course: Course, tmp_path: Path) -> None:
    path = notebook(tmp_path, "only", warm=False)
    assert list(problems_of_each(course, [path])) == [(path, [])]


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
