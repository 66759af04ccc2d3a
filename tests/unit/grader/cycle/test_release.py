"""Everybody gets a notebook of their own, and keeps the variant that they were handed out."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from coursekit.variants import SECRET_VARIABLE
from graded_cells import test_cell
from grader.course import Course
from grader.cycle import release as module
from grader.cycle.release import generate, release
from grader.cycle.samples import class_of
from grader.exceptions import ConversionError, CourseError, Transcript
from grader.parameters import INJECTED, read_record, tags
from tiny_lab import CLASS, LAB


@pytest.fixture
def generated(released: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Generating again would give the same bytes, and takes its time."""
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    monkeypatch.setattr(module, "generate", lambda course, lab: course.released(lab))
    return released


def test_notebooks_differ_by_their_parameters_only(released: Course) -> None:
    notebooks = {
        name: nbformat.read(released.handed_out(name, LAB) / f"{LAB}.ipynb", as_version=4)
        for name in CLASS
    }
    variants = set()
    for name, notebook in notebooks.items():
        (own,) = (cell for cell in notebook.cells if INJECTED in tags(cell))
        values: dict[str, object] = {}
        exec(own.source, values)
        assert vars(read_record(released.record(LAB))[name]).items() <= values.items()
        variants.add(values["variant"])
        own.source = ""
    assert len(variants) == len(CLASS)
    assert len({nbformat.writes(notebook) for notebook in notebooks.values()}) == 1
    text = nbformat.writes(notebooks["ada"])
    assert "HIDDEN" not in text
    assert "SOLUTION" not in text
    assert "return 2 * x" not in text


def test_what_lies_beside_the_lab_goes_along(released: Course) -> None:
    assert (released.handed_out("ada", LAB) / "numbers.csv").read_text() == "n\n1\n2\n"


def test_a_late_comer_changes_nobodys_variant(generated: Course) -> None:
    before = read_record(generated.record(LAB))
    everybody = (*CLASS, "zoe")
    paths = release(generated, class_of(everybody), LAB)
    assert [path.parent.parent.name for path in paths] == list(everybody)
    after = read_record(generated.record(LAB))
    assert {name: after[name] for name in CLASS} == before
    release(generated, class_of(["zoe"]), LAB)
    assert read_record(generated.record(LAB)) == after


def test_what_a_learner_left_in_an_older_copy_goes(generated: Course) -> None:
    (generated.handed_out("ada", LAB) / "left.txt").touch()
    release(generated, class_of(CLASS), LAB)
    assert sorted(p.name for p in generated.handed_out("ada", LAB).iterdir()) == [
        f"{LAB}.ipynb",
        "numbers.csv",
    ]


def test_another_secret_or_source_is_refused_and_says_which(generated: Course) -> None:
    with pytest.raises(CourseError, match="because the data source has changed: put the old data"):
        release(generated, class_of(CLASS), LAB, source="ibm")
    generated.secret.write_text("another secret, long enough")
    with pytest.raises(CourseError, match=r"ada already has another variant .* the secret has"):
        release(generated, class_of(CLASS), LAB)
    assert read_record(generated.record(LAB))["ada"].source == "synthetic"


def test_a_lab_without_parameters_cannot_be_handed_out(generated: Course) -> None:
    nbformat.write(new_notebook(), generated.released(LAB) / f"{LAB}.ipynb")
    with pytest.raises(CourseError, match="no code cell tagged 'parameters'"):
        release(generated, class_of(CLASS), LAB)


def test_what_nbgrader_says_reaches_the_author(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Transcript()
    said.lines.append("Duplicate grade_id")

    def fails(*_: object, **__: object) -> None:
        raise ConversionError("gave up", said)

    monkeypatch.setattr(module, "run_converter", fails)
    with pytest.raises(CourseError, match=f"could not generate {LAB}:\nDuplicate grade_id"):
        generate(course, LAB)
    said.lines.clear()
    with pytest.raises(CourseError, match="gave up"):
        generate(course, LAB)
    with pytest.raises(CourseError, match="There is no lab 'other'"):
        generate(course, "other")


def test_a_lab_is_generated_elsewhere_without_a_gradebook(released: Course) -> None:
    (released.grading / "gradebook.db").unlink()
    folder = generate(released, LAB, directory="compared", database=False)
    assert folder == released.root / "compared" / LAB
    name = f"{LAB}.ipynb"
    assert (folder / name).read_bytes() == (released.released(LAB) / name).read_bytes()
    assert not (released.grading / "gradebook.db").exists()


def change_source(course: Course, change: Callable[[NotebookNode], object]) -> None:
    path = course.solution(LAB) / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def graded_cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture
def handed_in(released: Course) -> Course:
    """The gradebook has a submission, as after grading."""
    with released.gradebook() as gradebook:
        gradebook.add_submission(LAB, "ada")
    return released


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_graded_lab_with_other_cells_is_refused_by_name(handed_in: Course) -> None:
    before = bytes_of(handed_in.released(LAB))

    def change(notebook: NotebookNode) -> None:
        graded_cell(notebook, "add-test").metadata.nbgrader["grade_id"] = "add-tests"
        notebook.cells.append(test_cell("more-test", "assert True", 1))
        graded_cell(notebook, "double").metadata.nbgrader.update(solution=False, locked=True)

    change_source(handed_in, change)
    said = r"add-tests, more-test new; add-test gone; double of another kind\. Put them back\."
    with pytest.raises(CourseError, match=said):
        generate(handed_in, LAB)
    assert bytes_of(handed_in.released(LAB)) == before
    assert not list(handed_in.root.glob(".draft-*"))


def test_a_task_of_a_graded_lab_can_be_void_and_its_tests_may_change(handed_in: Course) -> None:
    def change(notebook: NotebookNode) -> None:
        cell = graded_cell(notebook, "add-test")
        cell.metadata.nbgrader["points"] = 0
        cell.source += "\nassert add(2, 2) == 4"

    change_source(handed_in, change)
    generate(handed_in, LAB)
    with handed_in.gradebook() as gradebook:
        worth = {
            cell.name: cell.max_score for cell in gradebook.find_notebook(LAB, LAB).grade_cells
        }
    assert worth["add-test"] == 0
    assert "add(2, 2)" in (handed_in.released(LAB) / f"{LAB}.ipynb").read_text()


def test_a_generation_that_fails_leaves_the_old_lab(released: Course) -> None:
    before = bytes_of(released.released(LAB))
    twice = test_cell("double-test", "assert True", 1)
    twice.id = "twice"
    change_source(released, lambda notebook: notebook.cells.append(twice))
    with pytest.raises(CourseError, match="could not generate"):
        generate(released, LAB)
    assert bytes_of(released.released(LAB)) == before


def test_a_swap_that_fails_leaves_the_old_lab(
    released: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(released.released(LAB))
    rename = Path.rename

    def fails_once(path: Path, target: Path) -> Path:
        if path.parent.name.startswith(".draft-") and path.name == LAB:
            raise OSError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(OSError, match="no"):
        generate(released, LAB)
    monkeypatch.undo()
    assert bytes_of(released.released(LAB)) == before
