"""Feedback keeps hidden tests hidden and shows a notebook's output without running it."""

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.grading.autograde import explain
from coursekit.grading.feedback import FeedbackExporter, HideTests

HIDDEN = "assert f(2)\n### BEGIN HIDDEN TESTS\nassert f(987)\n### END HIDDEN TESTS"


def _cell(source: str, *, grade: bool) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = {"grade": grade, "solution": not grade, "grade_id": "a"}
    trace = ["Traceback", "----> 3 assert f(987)", "AssertionError: Too small."]
    cell.outputs = [nbformat.v4.new_output("error", ename="AssertionError", evalue="Too small.")]
    cell.outputs[0].traceback = trace
    return cell


def test_hidden_tests_leave_source_and_traceback() -> None:
    cell, _ = HideTests().preprocess_cell(_cell(HIDDEN, grade=True), {}, 0)
    assert cell.source == "assert f(2)"
    assert cell.outputs[0].traceback == ["AssertionError: Too small."]


def test_learners_cells_stay_whole() -> None:
    own = "### BEGIN HIDDEN TESTS\nx = 1"
    cell, _ = HideTests().preprocess_cell(_cell(own, grade=False), {}, 0)
    assert cell.source == own
    assert len(cell.outputs[0].traceback) == 3


def test_page_has_no_script() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    harm = {"text/html": "<script>alert(1)</script><b>kept</b>"}
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", harm)]
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    assert "<b>kept</b>" in page
    assert "<script" not in page
    assert page.index("Content-Security-Policy") < page.index("<title>")


@pytest.mark.parametrize(
    ("transcript", "reason"),
    [
        ("x\nnbclient.exceptions.DeadKernelError: Kernel died\n", "the kernel died while"),
        ("nbclient.exceptions.CellTimeoutError: 4 seconds\n", "timeout: the kernel did not"),
        (
            "Traceback\nKeyError: 'a'\ncoursekit.grading.parameters.ParametersError: no variant\n",
            "nbgrader failed: coursekit.grading.parameters.ParametersError: no variant",
        ),
        ("", "nbgrader failed without a reason"),
    ],
)
def test_reason_of_a_failure(transcript: str, reason: str) -> None:
    assert explain(transcript).startswith(reason)
