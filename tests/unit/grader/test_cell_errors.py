"""The errors by which the grader says how a cell ended."""

import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.validator import validate

from grader import cell_errors
from grader.engines.autograde import explain
from grader.exceptions import NotAvailableError


@pytest.mark.parametrize("name", cell_errors.ALL)
def test_it_is_an_output_that_a_notebook_can_hold(name: str) -> None:
    output = from_dict(cell_errors.error_output(name, "why"))
    assert (output.ename, output.evalue, output.traceback) == (name, "why", [f"{name}: why"])
    validate(new_notebook(cells=[new_code_cell(outputs=[output])]))


def test_the_examiner_raises_one_of_them_by_its_own_name() -> None:
    assert NotAvailableError.__name__ == cell_errors.NOT_AVAILABLE


def test_a_transcript_that_names_one_tells_the_instructor_what_it_means() -> None:
    assert explain(f"x\n{cell_errors.DEAD_KERNEL}: y").startswith("the kernel died")
    assert explain(f"x\n{cell_errors.TIMEOUT}: y").startswith("timeout")
