"""Feedback shows points and visible messages, and of a hidden test its title and a hint only."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursekit.checks import Rubric, close
from grader.endpoints.examiner import Channel, ExaminerNamespace, run_cell
from grader.engines.autograde import explain
from grader.feedback.check_results import CheckResult, checks, explain_undefined, failures, shown
from grader.feedback.page import FeedbackExporter
from grader.steps.feedback import HideTests

RUBRIC = """from coursekit.checks import Rubric, close

rubric = Rubric(points=3)
with rubric.check("two: by three"):
    close(area(2, 3), 6.0, "the area")
for width in (4, 5):
    with rubric.check(f"{width} wide: visible"):
        close(area(width, 1), width, "the area")
### BEGIN HIDDEN TESTS
print("secret input", 7531)
for name, case in {"a thin one": 7531, "a wide: one": 7532}.items():
    with rubric.check(f"{name}: area", weight=2):
        close(area(case, 2), case * 2, "the area")
with rubric.check("no width"):
    # hint: What is the area if the width is None?
    close(area(None, 7531), 0.0, "the area")
title = "computed title"
with rubric.check(title):
    close(area(7531, 1), 7531, "the area")
### END HIDDEN TESTS
rubric.total()"""

ASSERTS = """def helper(x):
    return double(x) == 2 * x

assert double(2) == 4, f"Twice two is four, not {double(2)}."
### BEGIN HIDDEN TESTS
assert double(-1) == -2, "A negative number."
assert double(7531) == 15062, f"Wrong for 7531: {double(7531)}"
assert helper(7532), "Through a helper."  # hint: Think of 1,000s.
wanted = double("7533")
### END HIDDEN TESTS
assert double(0) == 0, "Zero."
"""


class _NoNotebook(Channel):
    """Stands for the learner's kernel where the names are set beforehand."""

    def __init__(self) -> None:
        self.deleted = set()

    def ask(self, *_: object) -> tuple[str]:
        return ("missing",)


def _run(source: str, /, **functions: object) -> NotebookNode:
    """A test cell as the examiner runs it."""
    names = ExaminerNamespace(_NoNotebook(), {"parameters": functions, "imports": {}, "theirs": []})
    cell = new_code_cell(source, id="area-test", execution_count=3)
    cell.outputs = [nbformat.from_dict(output) for output in run_cell(source, names)]
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {"grade": True, "solution": False, "grade_id": "area-test", "points": 3, "score": 0}
    )
    return cell


def test_a_hidden_check_gives_its_title_and_no_value() -> None:
    cell = _run(RUBRIC, area=lambda width, height: 1)
    unseen = "not right for inputs that you have not seen"
    assert checks(cell) == [
        CheckResult("two: by three", False, "the area should be 6, got 1"),
        CheckResult("4 wide: visible", False, "the area should be 4, got 1"),
        CheckResult("5 wide: visible", False, "the area should be 5, got 1"),
        CheckResult("a thin one: area", False, unseen),
        CheckResult("a wide: one: area", False, unseen),
        CheckResult("no width", False, "What is the area if the width is None?"),
        CheckResult("computed title", False, unseen),
    ]
    assert shown(cell)[-1] == "0 of 7 checks passed"
    assert "7531" not in str(shown(cell))


def test_checks_that_pass_say_so() -> None:
    cell = _run(RUBRIC, area=lambda width, height: (width or 0) * height)
    assert [(check.passed, check.message) for check in checks(cell)] == [(True, "")] * 7
    assert "✔ a wide: one: area" in shown(cell)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (NotImplementedError(), "nothing is written here yet"),
        (ZeroDivisionError("7531"), "your code raised ZeroDivisionError on inputs that you have"),
    ],
)
def test_the_hint_of_a_check_whose_function_raises(error: Exception, hint: str) -> None:
    def area(width: object, height: object) -> float:
        raise error

    thin = next(check for check in checks(_run(RUBRIC, area=area)) if "thin" in check.title)
    assert thin.message.startswith(hint)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ({2: 5}, CheckResult("the test", False, "Twice two is four, not 5.")),
        (
            {-1: 1},
            CheckResult("A negative number.", False, "not right for inputs that you have not seen"),
        ),
        (
            {7531: 1},
            CheckResult("a hidden test", False, "not right for inputs that you have not seen"),
        ),
        ({7532: 1}, CheckResult("Through a helper.", False, "Think of 1,000s.")),
        ({0: 1}, CheckResult("the test", False, "Zero.")),
        (
            {2: ValueError("why")},
            CheckResult("the test", False, "your code raised ValueError: why"),
        ),
        ({2: NotImplementedError()}, CheckResult("the test", False, "nothing is written here yet")),
        (
            {"7533": ValueError("bad 7533")},
            CheckResult(
                "a hidden test",
                False,
                "your code raised ValueError on inputs that you have not seen",
            ),
        ),
    ],
)
def test_an_error_shows_what_its_line_allows(
    wrong: dict[object, object], check: CheckResult
) -> None:
    def double(x: object) -> object:
        answer = wrong.get(x, x * 2)  # type: ignore[operator]
        if isinstance(answer, Exception):
            raise answer
        return answer

    cell = _run(ASSERTS, double=double)
    assert checks(cell) == [check]
    assert shown(cell) == [str(check)]


def test_an_error_whose_line_is_unknown_counts_as_hidden() -> None:
    cell = new_code_cell(ASSERTS)
    cell.outputs = [new_output("error", ename="ValueError", evalue="7531", traceback=["x"])]
    assert "7531" not in str(checks(cell))


def test_lines_of_ipythons_traceback_are_read() -> None:
    cell = new_code_cell(ASSERTS, execution_count=12)
    frame = "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[{}]\x1b[39m\x1b[32m, line {}\x1b[39m"
    output = new_output("error", ename="AssertionError", evalue="Twice two is four.")
    cell.outputs = [output]
    output.traceback = [frame.format(12, 4), frame.format(3, 7)]
    assert checks(cell)[0].message == "Twice two is four."
    output.traceback = [frame.format(12, 7)]
    assert "four" not in str(checks(cell))


def test_the_end_of_a_cell_by_the_engine_is_told() -> None:
    cell = new_code_cell(ASSERTS)
    cell.outputs = [new_output("error", ename="CellTimeoutError", evalue="stopped after 4 seconds")]
    assert checks(cell)[0].message == "stopped after 4 seconds"


def _answer(source: str, *errors: tuple[str, str]) -> NotebookNode:
    """A learner's cell that ended with errors."""
    outputs = [new_output("error", ename=name, evalue=said) for name, said in errors]
    return new_code_cell(source, outputs=outputs)


STOPPED = ("CellTimeoutError", "stopped after 60 seconds")
INVALID = ("SyntaxError", "expected ':' (476398735.py, line 1)")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            _answer("def area(a, b)\n    return a * b", INVALID),
            ", because its cell ended with SyntaxError: expected ':'",
        ),
        (
            _answer("x = = 1\narea = total = None", ("SyntaxError", "invalid syntax")),
            ", because its cell ended with SyntaxError: invalid syntax",
        ),
        (
            _answer("while True:\n    area = len", ("KeyboardInterrupt", ""), STOPPED),
            ", because its cell was stopped after 60 seconds",
        ),
        (
            _answer("area = 1", ("CellTimeoutError", "not run: the time is used up")),
            ", because its cell was not run: the time is used up",
        ),
        (  # as nbgrader's own `Execute` reports it
            _answer("while True: pass\narea = 1", ("CellTimeoutError", "")),
            ", because its cell took too long and was stopped",
        ),
        (
            _answer("1 / 0\nfrom shapes import area", ("ZeroDivisionError", "by\n\x1b[31mzero")),
            ", because its cell ended with ZeroDivisionError: by zero",
        ),
        (
            _answer("raise Stop\narea = 1", ("Stop", "")),
            ", because its cell ended with Stop",
        ),
        (  # a local name is no definition, nor is a comparison
            _answer("def size():\n    area = 1\narea == 1\n", ("NameError", "name 'area'")),
            ": no cell above this test defines it",
        ),
        (_answer("-" * 100_000 + "area", ("MemoryError", "")), ": no cell above this test"),
        (_answer("def size(): pass"), ": no cell above this test defines it"),
    ],
)
def test_a_name_that_is_not_there_is_told_once_and_why(answer: NotebookNode, why: str) -> None:
    notebook = new_notebook(cells=[answer, _run(RUBRIC), _run("assert area(1, 1) == 1")])
    _, resources = HideTests().preprocess(notebook, {})
    rubric, plain = resources["lines"]
    (line,) = rubric.happened
    assert line.startswith(f"✘ `area` is not defined{why}")
    assert plain.happened == (line,)
    assert "run the cell" not in str(notebook)
    assert notebook.cells[1].outputs[0].text == f"{line}\n0 of 7 checks passed"


def test_while_learners_work_they_are_told_to_run_the_cell() -> None:
    assert failures(_run(RUBRIC)) == ["✘ `area` is not defined: run the cell that defines it first"]


def test_a_name_that_only_a_hidden_check_lacks_stays_hidden() -> None:
    source = RUBRIC.replace("close(area(None", "close(secret(None").replace("# hint", "#")
    cell = _run(source, area=lambda width, height: width * height)
    explain_undefined(new_notebook(cells=[_answer("secret = 1 / 0", STOPPED), cell]))
    assert failures(cell) == ["✘ no width: not right for inputs that you have not seen"]
    assert "secret" not in str(shown(cell))


def test_a_hidden_test_that_ends_for_want_of_a_name_stays_hidden() -> None:
    cell = _run(ASSERTS.replace('double("7533")', "secret"), double=lambda x: 2 * x)
    explain_undefined(new_notebook(cells=[_answer("secret = 1 / 0", STOPPED), cell]))
    assert failures(cell) == ["✘ a hidden test: not right for inputs that you have not seen"]


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
    cells = [new_code_cell("a = 1"), _run("pass"), new_code_cell("b = 1"), new_code_cell(" ")]
    cells.append(_answer("f()"))
    cells[-1].outputs = [new_output("error", **_failed_in(*named))]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number
    notebook, _ = HideTests().preprocess(new_notebook(cells=cells), {})
    text = "\n".join(notebook.cells[-1].outputs[0].traceback)
    assert [word.split("\x1b")[0] for word in text.split("\x1b[32m")[1:]] == shown


LAB01 = Path(__file__).parents[4] / "solutions" / "lab01_data_quality" / "lab01_data_quality.ipynb"


@pytest.mark.parametrize(
    ("test", "names"),
    [("test_pinned_data", ["my_pins", "my_march"]), ("test_restore", ["my_restored"])],
)
def test_an_empty_task_of_lab01_is_no_error_of_the_learners(test: str, names: list[str]) -> None:
    answers = dict.fromkeys(names) | {"source": "synthetic", "variant": 0}
    cells = nbformat.read(LAB01, as_version=4).cells
    source = next(cell.source for cell in cells if cell.id == test)
    messages = [check.message for check in checks(_run(source, **answers))]
    assert messages.count("nothing is written here yet") == 4
    assert not [text for text in messages if "raised TypeError" in text or "not seen" in text]


def test_hidden_tests_leave_source_and_outputs() -> None:
    cell = _run(RUBRIC, area=lambda width, height: 1)
    cell.outputs.append(new_output("stream", name="stderr", text="Warning: close(area(7531"))
    resources: dict[str, object] = {}
    notebook, resources = HideTests().preprocess(new_notebook(cells=[cell]), resources)
    text = str(notebook)
    assert "7531" not in text
    assert "HIDDEN" not in text
    assert "the area should be 6, got 1" in text
    (line,) = resources["lines"]  # type: ignore[misc]
    assert (line.task, line.score, line.points, len(line.happened)) == ("area-test", 0, 3, 7)


def test_a_test_without_hidden_part_keeps_its_output_without_paths() -> None:
    cell = _run("print('seen')\nassert double(2) == 4, 'Four.'", double=lambda x: 5)
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
    cell = new_markdown_cell("text")
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {"grade": True, "solution": True, "grade_id": "why", "points": 4} | marks
    )
    _, resources = HideTests().preprocess(new_notebook(cells=[cell]), {})
    assert resources["lines"][0].happened == happened


def test_nothing_written_is_said_once() -> None:
    def area(width: object, height: object) -> float:
        raise NotImplementedError

    _, resources = HideTests().preprocess(new_notebook(cells=[_run(RUBRIC, area=area)]), {})
    assert resources["lines"][0].happened == ("✘ nothing is written here yet",)


def test_a_test_that_was_put_back_says_so() -> None:
    notebook = new_notebook(cells=[_run("pass")], metadata={"restored_cells": ["area-test"]})
    _, resources = HideTests().preprocess(notebook, {})
    assert resources["lines"][0].happened == ("This cell was missing and was put back.",)


def test_lines_of_a_rubric_have_the_form_that_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    rubric = Rubric(points=1)
    with rubric.check("a title"):
        close(1, 2, "the number")
    source = 'with rubric.check("a title"):\n    pass'
    cell = new_code_cell(source, outputs=[new_output("stream", text=capsys.readouterr().out)])
    assert checks(cell) == [CheckResult("a title", False, "the number should be 2, got 1")]


def test_page_is_bound_by_a_policy() -> None:
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(new_notebook())
    assert "<script" not in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    for rule in ("default-src 'none'", "form-action 'none'", "base-uri 'none'"):
        assert rule in page


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
