"""What depends on nbgrader's private parts does what it did there, and puts back what it changes."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import jsonschema
import nbgrader.api
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.nbgraderformat import MetadataValidator, common

from coursekit.paths import course_root
from grader import nbgrader_internals
from grader.exceptions import CourseError
from grader.nbgrader_internals import Turn, require_tried_version, scratch_folders_in

EXECUTION = "NBGRADER_EXECUTION"


@pytest.mark.parametrize(
    "marks", [{}, {"grade_id": 7, "points": "all"}, {"points": -1, "locked": "yes", "x": 1}]
)
def test_metadata_that_do_not_fit_are_the_same_error_as_without_the_shortcut(
    marks: dict[str, object],
) -> None:
    whole = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False}
    good = whole | {"grade_id": "a", "points": 1.0, "cell_type": "code"}
    cell = new_code_cell(metadata={"nbgrader": whole | marks})

    def said() -> str:
        with pytest.raises(jsonschema.ValidationError) as error:
            MetadataValidator().validate_cell(cell)
        return str(error.value)

    before = said()
    with nbgrader_internals.quick():
        assert said() == before
        MetadataValidator().validate_cell(new_code_cell(metadata={"nbgrader": good}))


def test_a_version_that_was_not_tried_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    require_tried_version()
    monkeypatch.setattr("nbgrader.__version__", "0.10.0")
    with pytest.raises(CourseError) as found:
        require_tried_version()
    assert str(found.value) == (
        "nbgrader 0.10.0 is installed, and grading was tried with 0.9.6 only: "
        "run `make setup` to install what the lock says."
    )


def test_the_lock_has_a_version_that_was_tried() -> None:
    lock = (course_root() / "requirements" / "course.txt").read_text()
    assert any(f"\nnbgrader=={version} " in lock for version in nbgrader_internals.TRIED)


def test_the_shortcut_ends_with_its_block() -> None:
    before = nbgrader.api.create_engine, common.jsonschema
    with suppress(KeyError), nbgrader_internals.quick():
        assert nbgrader.api.create_engine is not before[0]
        raise KeyError
    assert (nbgrader.api.create_engine, common.jsonschema) == before


@pytest.mark.parametrize("variable", ["autograde", None])
def test_who_gives_a_turn_away_gets_folder_and_variable_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    turn = Turn()
    own = tmp_path / "own"
    own.mkdir()
    if variable is None:
        monkeypatch.delenv(EXECUTION, raising=False)
    else:
        monkeypatch.setenv(EXECUTION, variable)
    with turn.lock:
        monkeypatch.chdir(own)
        with suppress(KeyError), turn.given_away():
            assert (Path.cwd(), os.environ.get(EXECUTION)) == (tmp_path, None)
            assert turn.lock.acquire(blocking=False)  # so anybody else could
            os.environ[EXECUTION] = "of another thread"
            os.chdir(tmp_path.parent)
            del os.environ[EXECUTION]
            turn.lock.release()
            raise KeyError
        assert (Path.cwd(), os.environ.get(EXECUTION)) == (own, variable)
        assert not turn.lock.acquire(blocking=False)


def test_temporary_folders_are_made_where_they_were_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for before in (None, str(tmp_path / "before")):
        monkeypatch.setattr(tempfile, "tempdir", before)
        with suppress(KeyError), scratch_folders_in(tmp_path):
            assert Path(tempfile.mkdtemp()).parent == tmp_path
            raise KeyError
        assert tempfile.tempdir == before
