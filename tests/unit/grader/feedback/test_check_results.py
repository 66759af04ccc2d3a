"""What a check says to a learner: visible messages, and of a hidden one its title and a hint only."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coursekit.checks import Rubric, close
from examined import RUBRIC, STOPPED, answer_with, examined
from grader.feedback.check_results import CheckResult, checks, explain_undefined, failures, shown

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


def test_a_hidden_check_gives_its_title_and_no_value() -> None:
    cell = examined(RUBRIC, area=lambda width, height: 1)
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
    cell = examined(RUBRIC, area=lambda width, height: (width or 0) * height)
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

    thin = next(check for check in checks(examined(RUBRIC, area=area)) if "thin" in check.title)
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

    cell = examined(ASSERTS, double=double)
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


def test_while_learners_work_they_are_told_to_run_the_cell() -> None:
    assert failures(examined(RUBRIC)) == [
        "✘ `area` is not defined: run the cell that defines it first"
    ]


def test_a_name_that_only_a_hidden_check_lacks_stays_hidden() -> None:
    source = RUBRIC.replace("close(area(None", "close(secret(None").replace("# hint", "#")
    cell = examined(source, area=lambda width, height: width * height)
    explain_undefined(new_notebook(cells=[answer_with("secret = 1 / 0", STOPPED), cell]))
    assert failures(cell) == ["✘ no width: not right for inputs that you have not seen"]
    assert "secret" not in str(shown(cell))


def test_a_hidden_test_that_ends_for_want_of_a_name_stays_hidden() -> None:
    cell = examined(ASSERTS.replace('double("7533")', "secret"), double=lambda x: 2 * x)
    explain_undefined(new_notebook(cells=[answer_with("secret = 1 / 0", STOPPED), cell]))
    assert failures(cell) == ["✘ a hidden test: not right for inputs that you have not seen"]


LAB01 = Path(__file__).parents[4] / "solutions" / "lab01_data_quality" / "lab01_data_quality.ipynb"


@pytest.mark.parametrize(
    ("test", "names", "hidden"),
    [("test_pinned_data", ["my_pins", "my_march"], 5), ("test_restore", ["my_restored"], 10)],
)
def test_an_empty_task_of_lab01_is_no_error_of_the_learners(
    test: str, names: list[str], hidden: int
) -> None:
    answers = dict.fromkeys(names) | {"source": "synthetic", "variant": 0}
    cells = nbformat.read(LAB01, as_version=4).cells
    source = next(cell.source for cell in cells if cell.id == test)
    messages = [check.message for check in checks(examined(source, **answers))]
    assert messages.count("nothing is written here yet") == hidden
    assert not [text for text in messages if "raised TypeError" in text or "not seen" in text]


def test_lines_of_a_rubric_have_the_form_that_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    rubric = Rubric(points=1)
    with rubric.check("a title"):
        close(1, 2, "the number")
    source = 'with rubric.check("a title"):\n    pass'
    cell = new_code_cell(source, outputs=[new_output("stream", text=capsys.readouterr().out)])
    assert checks(cell) == [CheckResult("a title", False, "the number should be 2, got 1")]
