"""nbgrader's own engine is told which step runs a notebook, and when a cell's time is up."""

import nbformat
import pytest

from grader import cell_errors
from grader.course import Course
from grader.engines import stock
from grader.engines.autograde import STOCK_EXECUTE, TRUSTED_EXECUTE
from grader.engines.stock import NOTEBOOK_SECONDS, StockEngine

CELL = nbformat.v4.new_code_cell()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the engine sees it; the test moves it."""
    now = [1000.0]
    monkeypatch.setattr(stock.time, "monotonic", lambda: now[0])
    return now


def test_nbgraders_own_step_runs_the_notebook_over_sockets_of_its_own(course: Course) -> None:
    with StockEngine(course).settings() as config:
        steps = config.Autograde.autograde_preprocessors
        assert steps.count(STOCK_EXECUTE) == 1
        assert TRUSTED_EXECUTE not in steps
        assert config.KernelManager.transport == "ipc"


@pytest.mark.parametrize(
    ("cell", "notebook", "passed", "left"),
    [
        (3, 600, 0, 3),
        (3, 600, 598, 2),
        (3, 600, 599.9, 1),  # a cell is never given nothing, which would mean no limit
        (3, 600, 700, 1),
        (90, 20, 5, 15),
        (None, None, 0, 60),
        (None, None, NOTEBOOK_SECONDS - 10, 10),
    ],
)
def test_a_cell_has_its_own_time_or_what_is_left_of_the_notebooks(
    course: Course,
    clock: list[float],
    cell: float | None,
    notebook: float | None,
    passed: float,
    left: float,
) -> None:
    assert course.config().Execute.timeout == 60
    limits = StockEngine(course, cell, notebook).limits()
    clock[0] += passed
    assert limits.Execute.timeout_func(CELL) == pytest.approx(left)


def test_the_clock_of_each_notebook_begins_with_it(course: Course, clock: list[float]) -> None:
    engine = StockEngine(course, 30, 40)
    assert engine.limits().Execute.timeout_func(CELL) == 30
    clock[0] += 35
    assert engine.limits().Execute.timeout_func(CELL) == 30


def test_a_cell_that_is_stopped_says_after_which_time(course: Course) -> None:
    error = StockEngine(course, 2.5).limits().Execute.error_on_timeout
    assert set(error) == {"ename", "evalue", "traceback"}
    assert (error["ename"], error["evalue"]) == (cell_errors.TIMEOUT, "stopped after 2.5 seconds")


def test_the_terms_of_a_grade_do_not_depend_on_a_limit(course: Course) -> None:
    assert StockEngine(course, 100).terms() == StockEngine(course).terms()
