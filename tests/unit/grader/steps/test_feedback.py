"""Of a hidden test, a learner reads points and a hint; numbers beside cells are those in tracebacks."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from examined import INVALID, RUBRIC, STOPPED, answer_with, examined
from graded_cells import question_cell
from grader.steps.feedback import HideTests


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            answer_with("def area(a, b)\n    return a * b", INVALID),
            ", because its cell ended with SyntaxError: expected ':'",
        ),
        (
            answer_with("x = = 1\narea = total = None", ("SyntaxError", "invalid syntax")),
            ", because its cell ended with SyntaxError: invalid syntax",
        ),
        (
            answer_with("while True:\n    area = len", ("KeyboardInterrupt", ""), STOPPED),
            ", because its cell was stopped after 60 seconds",
        ),
        (
            answer_with("area = 1", ("CellTimeoutError", "not run: the time is used up")),
            ", because its cell was not run: the time is used up",
        ),
        (  # as nbgrader's own `Execute` reports it
            answer_with("while True: pass\narea = 1", ("CellTimeoutError", "")),
            ", because its cell took too long and was stopped",
        ),
        (
            answer_with(
                "1 / 0\nfrom shapes import area", ("ZeroDivisionError", "by\n\x1b[31mzero")
            ),
            ", because its cell ended with ZeroDivisionError: by zero",
        ),
        (
            answer_with("raise Stop\narea = 1", ("Stop", "")),
            ", because its cell ended with Stop",
        ),
        (  # a local name is no definition, nor is a comparison
            answer_with("def size():\n    area = 1\narea == 1\n", ("NameError", "name 'area'")),
            ": no cell above this test defines it",
        ),
        (answer_with("-" * 100_000 + "area", ("MemoryError", "")), ": no cell above this test"),
        (answer_with("def size(): pass"), ": no cell above this test defines it"),
    ],
)
def test_a_name_that_is_not_there_is_told_once_and_why(answer: NotebookNode, why: str) -> None:
    second = examined("assert area(1, 1) == 1")
    second.id = "another"
    notebook = new_notebook(cells=[answer, examined(RUBRIC), second])
    _, resources = HideTests().preprocess(notebook, {})
    rubric, plain = resources["lines"]
    (line,) = rubric.happened
    assert line.startswith(f"✘ `area` is not defined{why}")
    assert plain.happened == (line,)
    assert "run the cell" not in str(notebook)
    assert notebook.cells[1].outputs[0].text == f"{line}\n0 of 7 checks passed"


def _failed_in(*cells: int) -> dict[str, object]:
    """An error whose traceback goes through these cells, by the kernel's own numbers."""
    frames = [
        f"\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[{n}]\x1b[39m, line 1" for n in cells
    ]
    return {"ename": "KeyError", "evalue": "'a'", "traceback": ["Traceback", *frames]}


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ((3, 2), ["In[5]", "In[3]"]),  # the tests ran elsewhere
        ((5, 3), ["In[5]", "In[3]"]),  # they ran in the same kernel
        (("9" * 5000,), [f"In[{'9' * 5000}]"]),
    ],
)
def test_tracebacks_name_cells_by_the_numbers_beside_them(
    named: tuple[int, ...], shown: list[str]
) -> None:
    cells = [new_code_cell("a = 1"), examined("pass"), new_code_cell("b = 1"), new_code_cell(" ")]
    cells.append(answer_with("f()"))
    cells[-1].outputs = [new_output("error", **_failed_in(*named))]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number
    notebook, _ = HideTests().preprocess(new_notebook(cells=cells), {})
    text = "\n".join(notebook.cells[-1].outputs[0].traceback)
    assert [word.split("\x1b")[0] for word in text.split("\x1b[32m")[1:]] == shown


def test_hidden_tests_leave_source_and_outputs() -> None:
    cell = examined(RUBRIC, area=lambda width, height: 1)
    cell.outputs.append(new_output("stream", name="stderr", text="Warning: close(area(7531"))
    notebook, resources = HideTests().preprocess(new_notebook(cells=[cell]), {})
    text = str(notebook)
    assert "7531" not in text
    assert "HIDDEN" not in text
    assert "the area should be 6, got 1" in text
    (line,) = resources["lines"]
    assert (line.task, line.score, line.points, len(line.happened)) == ("area-test", 0, 3, 7)


def test_a_test_without_hidden_part_keeps_its_output_without_paths() -> None:
    cell = examined("print('seen')\nassert double(2) == 4, 'Four.'", double=lambda x: 5)
    notebook, _ = HideTests().preprocess(new_notebook(cells=[cell]), {})
    stream, error = notebook.cells[0].outputs
    assert stream.text == "seen\n"
    assert error.traceback == ["AssertionError: Four."]


def test_learners_cells_stay_whole() -> None:
    own = new_code_cell("### BEGIN HIDDEN TESTS\nx = 1")
    own.outputs = [new_output("stream", text="✘ mine: 1")]
    notebook, resources = HideTests().preprocess(new_notebook(cells=[own]), {})
    assert notebook.cells[0] == own
    assert resources["lines"] == []


@pytest.mark.parametrize(
    ("marks", "happened"),
    [
        ({"waits": True}, ("This waits for a reader.",)),
        ({"by_hand": True, "score": 2}, ("A person gave the points.",)),
        (
            {"by_hand": True, "score": 2, "waits": True},
            ("A person gave the points at an earlier grading; this one waits for a reader.",),
        ),
        ({}, ("There is no answer.",)),
    ],
)
def test_a_question_says_who_read_it(marks: dict[str, object], happened: tuple[str, ...]) -> None:
    cell = question_cell("why", "text", points=4, **marks)
    _, resources = HideTests().preprocess(new_notebook(cells=[cell]), {})
    assert resources["lines"][0].happened == happened


def test_nothing_written_is_said_once() -> None:
    def area(width: object, height: object) -> float:
        raise NotImplementedError

    _, resources = HideTests().preprocess(new_notebook(cells=[examined(RUBRIC, area=area)]), {})
    assert resources["lines"][0].happened == ("✘ nothing is written here yet",)


def test_a_test_that_was_put_back_says_so() -> None:
    notebook = new_notebook(cells=[examined("pass")], metadata={"restored_cells": ["area-test"]})
    _, resources = HideTests().preprocess(notebook, {})
    assert resources["lines"][0].happened == ("This cell was missing and was put back.",)
