"""Before a lab is graded, each learner's own variant is put back from the record."""

import os
from pathlib import Path

import nbformat
import pytest

from coursekit.variants import SECRET_VARIABLE, Parameters
from grader.exceptions import ParametersError
from grader.parameters import INJECTED, inject, tags, write_record
from grader.steps.parameters import RemoveGuards, RestoreParameters
from lab_with_parameters import OWN, code_cell, notebook_of, source_notebook, what_tests_see

LAB = "lab"


@pytest.fixture
def preprocessor(tmp_path: Path) -> RestoreParameters:
    (tmp_path / "solutions" / LAB).mkdir(parents=True)
    nbformat.write(source_notebook(), tmp_path / "solutions" / LAB / f"{LAB}.ipynb")
    return RestoreParameters(
        source_directory=str(tmp_path / "solutions"), record_directory=str(tmp_path / "record")
    )


def _resources(student: str, lab: str = LAB) -> dict[str, dict[str, str]]:
    return {"nbgrader": {"student": student, "assignment": lab, "notebook": lab}}


def test_preprocessor_restores_from_the_record(
    preprocessor: RestoreParameters, tmp_path: Path
) -> None:
    write_record(tmp_path / "record" / f"{LAB}.csv", [OWN])
    cheat = inject(source_notebook(), Parameters("ada", 1))
    restored, _ = preprocessor.preprocess(cheat, _resources("ada"))
    assert what_tests_see(restored) == [("ada", 42, "ibm")]
    cleaned, _ = RemoveGuards().preprocess(restored, {})
    assert [tags(cell) for cell in cleaned.cells] == [[], ["parameters"], [INJECTED], []]


def test_learner_who_is_not_on_record_is_an_error(
    preprocessor: RestoreParameters, tmp_path: Path
) -> None:
    write_record(tmp_path / "record" / f"{LAB}.csv", [OWN])
    with pytest.raises(ParametersError, match="was not released to eve"):
        preprocessor.preprocess(source_notebook(), _resources("eve"))


def test_lab_without_a_record_has_the_public_variant(preprocessor: RestoreParameters) -> None:
    cheat = inject(source_notebook(), Parameters("ada", 1, "ibm"))
    restored, _ = preprocessor.preprocess(cheat, _resources("ada"))
    assert what_tests_see(restored) == [("ada", 0, "synthetic")]


def test_notebook_without_parameters_stays_as_it_is(preprocessor: RestoreParameters) -> None:
    notebook = notebook_of(code_cell("x = 1"))
    unknown, _ = preprocessor.preprocess(notebook, _resources("ada", "other"))
    assert unknown == notebook


def test_the_kernel_does_not_inherit_the_secret(
    preprocessor: RestoreParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "0123456789abcdef")
    preprocessor.preprocess(source_notebook(), _resources("ada"))
    assert SECRET_VARIABLE not in os.environ
