"""A learner cannot pick a variant: the parameters are put back before a lab is graded."""

import os
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.variants import SECRET_VARIABLE, Parameters
from grader.exceptions import ParametersError
from grader.parameters import GUARD, INJECTED, inject, read_record, restore, tags, write_record
from grader.steps.parameters import RemoveGuards, RestoreParameters

LAB = "lab"
OWN = Parameters("ada", 42, "ibm")
TEMPLATE = 'student_id = "demo"\nvariant = 0\nsource = "synthetic"'


def _code(source: str, *names: str, grade_id: str | None = None) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    if names:
        cell.metadata["tags"] = list(names)
    if grade_id:
        cell.metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": grade_id}
    return cell


def _notebook(*cells: NotebookNode) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A lab"), *cells])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


TEST_CELL = "seen.append((student_id, variant, source))"


def _source() -> NotebookNode:
    return _notebook(_code(TEMPLATE, "parameters"), _code(TEST_CELL, grade_id="test"))


def _run(notebook: NotebookNode) -> list[tuple[str, int, str]]:
    """What the test cells see: a stand-in for the kernel, enough for assignments."""
    namespace: dict[str, list[tuple[str, int, str]]] = {"seen": []}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    return namespace["seen"]


def _restored(submitted: NotebookNode) -> NotebookNode:
    template = next(cell for cell in _source().cells if "parameters" in tags(cell))
    return restore(submitted, template, OWN)


def test_injected_notebooks_have_equal_bytes_and_no_trace_of_a_run() -> None:
    source = _source()
    first, second = (nbformat.writes(inject(source, OWN)) for _ in range(2))
    assert first == second
    assert "papermill" not in nbformat.reads(first, as_version=4).metadata
    assert "tags" not in nbformat.reads(first, as_version=4).cells[0].metadata
    assert all(INJECTED not in tags(cell) for cell in source.cells)


def test_injecting_twice_replaces() -> None:
    twice = inject(inject(_source(), Parameters("ada", 7)), OWN)
    assert sum(INJECTED in tags(cell) for cell in twice.cells) == 1
    assert _run(twice) == [("ada", 42, "ibm")]


@pytest.mark.parametrize(
    "submitted",
    [
        pytest.param(inject(_source(), OWN), id="as handed out"),
        pytest.param(_source(), id="injected cell deleted"),
        pytest.param(_notebook(_code(TEST_CELL, grade_id="test")), id="both deleted"),
        pytest.param(
            _notebook(_code("variant = 1", "parameters"), _code(TEST_CELL, grade_id="test")),
            id="parameters cell edited",
        ),
        pytest.param(inject(_source(), Parameters("eve", 1)), id="injected cell edited"),
        pytest.param(
            _notebook(
                *inject(_source(), OWN).cells[:3],
                _code("variant = 1", INJECTED),
                _code(TEST_CELL, grade_id="test"),
            ),
            id="second injected cell",
        ),
        pytest.param(
            _notebook(
                *inject(_source(), OWN).cells[:3],
                _code("variant, source = 1, 'synthetic'\nstudent_id = 'eve'"),
                _code(TEST_CELL, grade_id="test"),
            ),
            id="assigned anew in an ordinary cell",
        ),
        pytest.param(
            _notebook(_code(TEST_CELL, grade_id="test"), *_source().cells[1:2]),
            id="parameters moved to the end",
        ),
        pytest.param(
            _notebook(_code(TEST_CELL, "parameters", grade_id="test")),
            id="test cell tagged as parameters",
        ),
        pytest.param(
            _notebook(_code("variant = 1", GUARD), _code(TEST_CELL, grade_id="test")),
            id="a guard of one's own",
        ),
    ],
)
def test_tests_see_the_learners_own_variant(submitted: NotebookNode) -> None:
    before = nbformat.writes(submitted)
    restored = _restored(submitted)
    assert _run(restored) == [("ada", 42, "ibm")]
    assert [cell.source for cell in restored.cells if "parameters" in tags(cell)] == [TEMPLATE]
    assert sum(INJECTED in tags(cell) for cell in restored.cells) == 1
    nbformat.validate(restored)
    assert nbformat.writes(submitted) == before


def test_code_before_the_parameters_does_not_run_without_them() -> None:
    restored = _restored(_notebook(_code("early = variant"), _code(TEMPLATE, "parameters")))
    assert [tags(cell) for cell in restored.cells[1:3]] == [["parameters"], [INJECTED]]


def test_damaged_tags_do_no_harm() -> None:
    submitted = _source()
    submitted.cells[2].metadata["tags"] = 5
    assert _run(_restored(submitted)) == [("ada", 42, "ibm")]


def test_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "parameters" / "lab.csv"
    write_record(path, [Parameters("zoe", 3), OWN])
    assert read_record(path) == {"ada": OWN, "zoe": Parameters("zoe", 3)}
    assert path.read_text().splitlines()[1:] == ["ada,42,ibm", "zoe,3,synthetic"]
    assert read_record(tmp_path / "none.csv") == {}


@pytest.fixture
def preprocessor(tmp_path: Path) -> RestoreParameters:
    (tmp_path / "solutions" / LAB).mkdir(parents=True)
    nbformat.write(_source(), tmp_path / "solutions" / LAB / f"{LAB}.ipynb")
    return RestoreParameters(
        source_directory=str(tmp_path / "solutions"), record_directory=str(tmp_path / "record")
    )


def _resources(student: str, lab: str = LAB) -> dict[str, dict[str, str]]:
    return {"nbgrader": {"student": student, "assignment": lab, "notebook": lab}}


def test_preprocessor_restores_from_the_record(
    preprocessor: RestoreParameters, tmp_path: Path
) -> None:
    write_record(tmp_path / "record" / f"{LAB}.csv", [OWN])
    cheat = inject(_source(), Parameters("ada", 1))
    restored, _ = preprocessor.preprocess(cheat, _resources("ada"))
    assert _run(restored) == [("ada", 42, "ibm")]
    cleaned, _ = RemoveGuards().preprocess(restored, {})
    assert [tags(cell) for cell in cleaned.cells] == [[], ["parameters"], [INJECTED], []]


def test_learner_who_is_not_on_record_is_an_error(
    preprocessor: RestoreParameters, tmp_path: Path
) -> None:
    write_record(tmp_path / "record" / f"{LAB}.csv", [OWN])
    with pytest.raises(ParametersError, match="was not released to eve"):
        preprocessor.preprocess(_source(), _resources("eve"))


def test_lab_without_a_record_has_the_public_variant(preprocessor: RestoreParameters) -> None:
    cheat = inject(_source(), Parameters("ada", 1, "ibm"))
    restored, _ = preprocessor.preprocess(cheat, _resources("ada"))
    assert _run(restored) == [("ada", 0, "synthetic")]


def test_notebook_without_parameters_stays_as_it_is(preprocessor: RestoreParameters) -> None:
    notebook = _notebook(_code("x = 1"))
    unknown, _ = preprocessor.preprocess(notebook, _resources("ada", "other"))
    assert unknown == notebook


def test_the_kernel_does_not_inherit_the_secret(
    preprocessor: RestoreParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "0123456789abcdef")
    preprocessor.preprocess(_source(), _resources("ada"))
    assert SECRET_VARIABLE not in os.environ
