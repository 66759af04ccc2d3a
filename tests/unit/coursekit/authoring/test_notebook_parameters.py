"""Parameters as they are typed get the types of their defaults, and unknown ones are refused."""

from pathlib import Path

import nbformat
import pytest

from coursekit.authoring.notebook_parameters import ParameterError, papermill_path, settings_for

DEFAULTS = """student_id = "demo"  # who
variant = 0
share = 0.5
quiet = False
limit = None
weeks = [1, 2]
start = print
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """In a folder whose name has braces, in which papermill would look for parameters."""
    folder = tmp_path / "{x}"
    folder.mkdir()
    cell = nbformat.v4.new_code_cell(DEFAULTS, metadata={"tags": ["parameters"]})
    made = nbformat.v4.new_notebook(cells=[cell])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(made, folder / "n.ipynb")
    return folder / "n.ipynb"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("student_id=ada", "ada"),
        ("student_id=007", "007"),
        ("student_id=", ""),
        ("student_id=a=b", "a=b"),
        ("variant=5", 5),
        ("variant=-5", -5),
        ("share=0.25", 0.25),
        ("share=1", 1),
        ("share=1e-3", 0.001),
        ("quiet=True", True),
        ("limit=3", 3),
        ("limit=0.5", 0.5),
        ("limit=None", None),
        ("limit=all", "all"),
        ("start=1", 1),
    ],
)
def test_a_value_has_the_type_of_its_default(notebook: Path, word: str, value: object) -> None:
    (found,) = settings_for(notebook, [word]).values()
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("variant=five", "variant is a whole number (0 in the notebook), not 'five'."),
        ("variant=5.0", "variant is a whole number (0 in the notebook), not '5.0'."),
        ("variant=True", "variant is a whole number (0 in the notebook), not 'True'."),
        ("share=half", "share is a number (0.5 in the notebook), not 'half'."),
        ("quiet=1", "quiet is True or False (False in the notebook), not '1'."),
        ("weeks=3", "weeks is [1, 2] in the notebook: set it there."),
        (
            "Variant=5",
            "n.ipynb has no parameter 'Variant'; it has student_id='demo', variant=0, share",
        ),
        ("variant", "Write name=value, not 'variant'."),
    ],
)
def test_what_the_notebook_does_not_take_is_refused(notebook: Path, word: str, said: str) -> None:
    with pytest.raises(ParameterError) as found:
        settings_for(notebook, ["share=1", word])
    assert str(found.value).startswith(said)


def test_a_notebook_without_parameters_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]), path)
    assert settings_for(path, []) == {}
    with pytest.raises(ParameterError, match=r"^lesson\.ipynb takes no parameters\.$"):
        settings_for(path, ["x=1"])


def test_a_path_survives_papermill(tmp_path: Path) -> None:
    path = tmp_path / "{a}}{.ipynb"
    assert papermill_path(path).format(a=1) == str(path)
