"""A learner cannot pick a variant: the parameters are put back before a lab is graded."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.variants import Parameters
from grader.parameters import (
    GUARD,
    INJECTED,
    inject,
    is_injected,
    read_record,
    restore,
    tags,
    write_record,
)
from lab_with_parameters import (
    OWN,
    TEMPLATE,
    TEST_CELL,
    code_cell,
    notebook_of,
    source_notebook,
    what_tests_see,
)


def _restored(submitted: NotebookNode) -> NotebookNode:
    template = next(cell for cell in source_notebook().cells if "parameters" in tags(cell))
    return restore(submitted, template, OWN)


def test_injected_notebooks_have_equal_bytes_and_no_trace_of_a_run() -> None:
    source = source_notebook()
    first, second = (nbformat.writes(inject(source, OWN)) for _ in range(2))
    assert first == second
    assert "papermill" not in nbformat.reads(first, as_version=4).metadata
    assert "tags" not in nbformat.reads(first, as_version=4).cells[0].metadata
    assert all(INJECTED not in tags(cell) for cell in source.cells)


def test_injecting_twice_replaces() -> None:
    twice = inject(inject(source_notebook(), Parameters("ada", 7)), OWN)
    assert sum(INJECTED in tags(cell) for cell in twice.cells) == 1
    assert what_tests_see(twice) == [("ada", 42, "ibm")]


@pytest.mark.parametrize(
    "submitted",
    [
        pytest.param(inject(source_notebook(), OWN), id="as handed out"),
        pytest.param(source_notebook(), id="injected cell deleted"),
        pytest.param(notebook_of(code_cell(TEST_CELL, grade_id="test")), id="both deleted"),
        pytest.param(
            notebook_of(
                code_cell("variant = 1", "parameters"), code_cell(TEST_CELL, grade_id="test")
            ),
            id="parameters cell edited",
        ),
        pytest.param(inject(source_notebook(), Parameters("eve", 1)), id="injected cell edited"),
        pytest.param(
            notebook_of(
                *inject(source_notebook(), OWN).cells[:3],
                code_cell("variant = 1", INJECTED),
                code_cell(TEST_CELL, grade_id="test"),
            ),
            id="second injected cell",
        ),
        pytest.param(
            notebook_of(
                *inject(source_notebook(), OWN).cells[:3],
                code_cell("variant, source = 1, 'synthetic'\nstudent_id = 'eve'"),
                code_cell(TEST_CELL, grade_id="test"),
            ),
            id="assigned anew in an ordinary cell",
        ),
        pytest.param(
            notebook_of(code_cell(TEST_CELL, grade_id="test"), *source_notebook().cells[1:2]),
            id="parameters moved to the end",
        ),
        pytest.param(
            notebook_of(code_cell(TEST_CELL, "parameters", grade_id="test")),
            id="test cell tagged as parameters",
        ),
        pytest.param(
            notebook_of(code_cell("variant = 1", GUARD), code_cell(TEST_CELL, grade_id="test")),
            id="a guard of one's own",
        ),
    ],
)
def test_tests_see_the_learners_own_variant(submitted: NotebookNode) -> None:
    before = nbformat.writes(submitted)
    restored = _restored(submitted)
    assert what_tests_see(restored) == [("ada", 42, "ibm")]
    assert [cell.source for cell in restored.cells if "parameters" in tags(cell)] == [TEMPLATE]
    assert sum(INJECTED in tags(cell) for cell in restored.cells) == 1
    nbformat.validate(restored)
    assert nbformat.writes(submitted) == before


def test_code_before_the_parameters_does_not_run_without_them() -> None:
    restored = _restored(
        notebook_of(code_cell("early = variant"), code_cell(TEMPLATE, "parameters"))
    )
    assert [tags(cell) for cell in restored.cells[1:3]] == [["parameters"], [INJECTED]]


def test_damaged_tags_do_no_harm() -> None:
    submitted = source_notebook()
    submitted.cells[2].metadata["tags"] = 5
    assert what_tests_see(_restored(submitted)) == [("ada", 42, "ibm")]


def test_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "parameters" / "lab.csv"
    write_record(path, [Parameters("zoe", 3), OWN])
    assert read_record(path) == {"ada": OWN, "zoe": Parameters("zoe", 3)}
    assert path.read_text().splitlines()[1:] == ["ada,42,ibm", "zoe,3,synthetic"]
    assert read_record(tmp_path / "none.csv") == {}


def test_what_was_written_into_the_parameters_stays_and_counts_before_them() -> None:
    notebook = inject(source_notebook(), OWN)
    for cell in notebook.cells:
        if {"parameters", INJECTED} & set(tags(cell)):
            cell.source += "\nhelper = len"
    restored = _restored(notebook)
    places = [number for number, cell in enumerate(restored.cells) if "helper = len" in cell.source]
    assert len(places) == 2
    assert len({cell.id for cell in restored.cells}) == len(restored.cells)
    assert not any(tags(restored.cells[number]) for number in places)
    (handed_out,) = (n for n, cell in enumerate(restored.cells) if INJECTED in tags(cell))
    assert max(places) < handed_out


def test_the_cell_that_hands_out_a_variant_is_known_without_its_tag() -> None:
    cells = inject(source_notebook(), OWN).cells
    (handed_out,) = (cell for cell in cells if INJECTED in tags(cell))
    handed_out.metadata, handed_out["id"] = nbformat.from_dict({}), "other"
    assert is_injected(handed_out)
    handed_out.source += "\nhelper = len"
    assert not is_injected(handed_out)
