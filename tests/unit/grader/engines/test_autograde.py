"""What engines share: faults, reasons and remarks of a submission."""

import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from graded_cells import answer_cell
from grader import cell_errors
from grader.course import Course
from grader.engines import autograde
from grader.engines.autograde import AutogradeEngine, explain, find_fault
from grader.exceptions import ConversionError, CourseError, Transcript
from grader.outcomes import REMARKS, RESTORED, Submission
from grader.submission import Original
from tiny_lab import LAB


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        ("x\nnbclient.exceptions.DeadKernelError: Kernel died\n", "the kernel died while"),
        ("nbclient.exceptions.CellTimeoutError: 4 seconds\n", "timeout: the kernel did not"),
        (
            "Traceback\nKeyError: 'a'\ngrader.exceptions.ParametersError: no variant\n",
            "nbgrader failed: grader.exceptions.ParametersError: no variant",
        ),
        ("", "nbgrader failed without a reason"),
    ],
)
def test_reason_of_a_failure(transcript: str, reason: str) -> None:
    assert explain(transcript).startswith(reason)


# --- faults ---------------------------------------------------------------------------------------

CELLS = [Original("add", "code", ""), Original("add-test", "code", "")]


@pytest.fixture
def handed_in(tmp_path: Path) -> Submission:
    folder = tmp_path / "ada"
    folder.mkdir()
    return Submission("ada", "lab", folder)


def notebook(*names: str) -> str:
    return nbformat.writes(new_notebook(cells=[answer_cell(name, "x = 1") for name in names]))


def test_a_notebook_with_one_cell_of_the_lab_can_be_run(handed_in: Submission) -> None:
    (handed_in.folder / "lab.ipynb").write_text(notebook("other", "add"))
    assert find_fault(handed_in, CELLS) is None


#: What lies in the folder, and why it cannot be run.
FAULTS: dict[str, tuple[dict[str, str | bytes], str]] = {
    "nothing": ({}, "nothing was handed in"),
    "another name": ({"my.ipynb": "", "b.ipynb": ""}, "no notebook named lab.ipynb, but b.ipynb, my.ipynb"),
    "no notebook": ({"lab.pdf": ""}, "no notebook named lab.ipynb, but lab.pdf (a PDF document)"),
    "empty": ({"lab.ipynb": ""}, "not a notebook: the file is empty"),
    "page": ({"lab.ipynb": "<html>"}, "not a notebook: it is a web page (HTML)"),
    "latin-1": ({"lab.ipynb": b'{"a": "\xe4"}'}, "not a notebook: the file is not UTF-8 text"),
    "wrong lab": ({"lab.ipynb": notebook("other")}, "wrong lab: the notebook has none of the cells of lab"),
    "no cells": ({"lab.ipynb": notebook()}, "wrong lab: the notebook has none of the cells of lab"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_clause(handed_in: Submission, name: str) -> None:
    files, clause = FAULTS[name]
    for file, content in files.items():
        path = handed_in.folder / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert find_fault(handed_in, CELLS) == clause


def test_a_folder_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    missing = Submission("ada", "lab", tmp_path / "ada")
    assert find_fault(missing, CELLS) == "nothing was handed in"


# --- remarks --------------------------------------------------------------------------------------


def remark(tmp_path: Path, *cells: NotebookNode, **metadata: Any) -> str:
    path = tmp_path / "graded.ipynb"
    nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
    return autograde._remark_on(path)


def ended(name: str, error: str, said: str = "") -> NotebookNode:
    cell = answer_cell(name, "x = 1") if name else new_code_cell("x = 1")
    cell.outputs = [new_output("error", ename=error, evalue=said)]
    return cell


def test_nothing_is_remarked_where_all_went_well(tmp_path: Path) -> None:
    assert remark(tmp_path, answer_cell("add", "x = 1"), ended("double", "ValueError")) == ""
    assert autograde._remark_on(tmp_path / "none.ipynb") == ""


def test_remarks_name_the_cells_that_were_stopped_or_had_no_memory(tmp_path: Path) -> None:
    cells = (
        new_markdown_cell("text"),
        ended("add", cell_errors.TIMEOUT),
        ended("", cell_errors.TIMEOUT),
        ended("number", "MemoryError"),
        ended("double", cell_errors.DEAD_KERNEL, "the kernel died"),
        ended("why", cell_errors.DEAD_KERNEL, "the kernel died"),
    )
    assert remark(
        tmp_path, *cells, **{RESTORED: ["add-test"], REMARKS: ["repaired: cell ids"]}
    ) == (
        "repaired: cell ids; timeout: stopped add, code cell 2; out of memory: number; "
        "the kernel died in double; put back: add-test"
    )


def test_what_a_learner_chose_is_one_line_of_text_that_ends() -> None:
    assert autograde._short("a\nb\x1b[31m\tc\u202e \ud800") == "a b [31m c ?"
    long = autograde._short("x" * 1000)
    assert len(long) < 310
    assert long.endswith(" …")


# --- the engine -----------------------------------------------------------------------------------


class Runs(AutogradeEngine):
    """An engine whose run of nbgrader ends as it is told to."""

    def steps_of(self) -> list[str]:
        return self.steps("own.Execute")

    def settings(self) -> AbstractContextManager[Config]:
        return nullcontext(Config())


def test_an_engine_takes_the_place_of_whichever_step_runs_the_notebook(course: Course) -> None:
    steps = Runs(course).steps_of()
    assert steps.count("own.Execute") == 1
    assert not {autograde.STOCK_EXECUTE, autograde.TRUSTED_EXECUTE} & set(steps)
    assert len(steps) == len(course.config().Autograde.autograde_preprocessors)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, ""),
        (RecursionError("too deep"), "nbgrader failed: RecursionError: too deep"),
        (ConversionError("x", Transcript()), "nbgrader failed without a reason"),
    ],
)
def test_whatever_nbgrader_does_the_answer_is_an_outcome(
    released: Course, monkeypatch: pytest.MonkeyPatch, error: Exception | None, reason: str
) -> None:
    def convert(*_: object, **__: object) -> None:
        if error:
            raise error

    monkeypatch.setattr(autograde, "run_converter", convert)
    outcome = Runs(released).grade(Submission("ada", LAB, released.submitted("ada", LAB)))
    assert (outcome.status, outcome.reason) == ("failed" if error else "graded", reason)
    assert (outcome.score, outcome.max_score) == (0.0, 10.0)


def test_what_concerns_all_learners_is_raised(
    released: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise CourseError("The disk is full")

    monkeypatch.setattr(autograde, "run_converter", full)
    with pytest.raises(CourseError, match="The disk is full"):
        Runs(released).grade(Submission("ada", LAB, released.submitted("ada", LAB)))
    with pytest.raises(CourseError, match="other is not in the gradebook: run `course release`"):
        Runs(released).grade(Submission("ada", "other", released.root))


def test_the_points_of_an_older_submission_are_taken_back(released: Course) -> None:
    with released.gradebook() as gradebook:
        entry = gradebook.add_submission(LAB, "ada")
        for grade in entry.notebooks[0].grades:
            grade.auto_score, grade.manual_score = 1, 1
        gradebook.db.commit()
    shutil.rmtree(released.submitted("ada", LAB))
    outcome = Runs(released).grade(Submission("ada", LAB, released.submitted("ada", LAB)))
    assert (outcome.status, outcome.reason, outcome.score) == ("failed", "nothing was handed in", 0)
    assert set(outcome.tasks.values()) == {0.0}
