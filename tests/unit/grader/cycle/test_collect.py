"""What learners handed in is taken in whole, and replaces nothing where there is no notebook."""

import shutil
from pathlib import Path

import pytest

from coursekit.variants import Parameters
from grader.course import Course
from grader.cycle import collect as module
from grader.cycle.collect import Collection, collect, learners_of
from grader.exceptions import CourseError
from grader.parameters import write_record
from tiny_lab import LAB

NOTHING = Collection((), (), (), {}, ())


@pytest.fixture
def course(course: Course) -> Course:
    write_record(course.record(LAB), [Parameters(name, 1) for name in ("bob", "ada")])
    return course


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def handed_in(course: Course, student: str) -> dict[str, str]:
    folder = course.submitted(student, LAB)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_learners_are_those_on_record(course: Course) -> None:
    assert learners_of(course, LAB) == ("ada", "bob")
    course.record(LAB).unlink()
    with pytest.raises(CourseError, match="was not released yet: run `course release` first"):
        learners_of(course, LAB)
    with pytest.raises(CourseError, match="There is no lab 'other'"):
        learners_of(course, "other")


def test_a_folder_that_is_not_there_is_named(course: Course, inbox: Path) -> None:
    with pytest.raises(CourseError, match=r"There is no folder .*nowhere with submissions"):
        collect(course, inbox / "nowhere", LAB)
    assert collect(course, inbox, LAB).missing == ("ada", "bob")


def test_a_folder_and_a_single_file_are_taken_in(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / f"{LAB}.ipynb", "of ada")
    put(inbox / "ada" / "data" / "a.csv", "1")
    put(inbox / "ada" / ".ipynb_checkpoints" / "old.ipynb", "old")
    put(inbox / "bob.ipynb", "of bob")
    put(inbox / "eve.ipynb", "of a stranger")
    put(inbox / "notes.txt")
    put(inbox / ".DS_Store")
    found = collect(course, inbox, LAB)
    assert found == Collection(("ada", "bob"), (), (), {}, ("eve",))
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "of ada", "data/a.csv": "1"}
    assert handed_in(course, "bob") == {f"{LAB}.ipynb": "of bob"}


def test_the_only_notebook_is_the_labs(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / "my lab (1).ipynb", "of ada")
    put(inbox / "bob" / "one.ipynb")
    put(inbox / "bob" / "two.ipynb")
    collect(course, inbox, LAB)
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "of ada"}
    assert set(handed_in(course, "bob")) == {"one.ipynb", "two.ipynb"}


def test_of_several_labs_the_folder_of_this_one_counts(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / LAB / f"{LAB}.ipynb", "this")
    put(inbox / "ada" / "lab98" / "lab98.ipynb", "another")
    collect(course, inbox, LAB)
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "this"}


def test_links_lead_nowhere(course: Course, inbox: Path, tmp_path: Path) -> None:
    put(tmp_path / "secret", "hidden tests")
    put(inbox / "ada" / "notes.txt", "mine")
    (inbox / "ada" / f"{LAB}.ipynb").symlink_to(tmp_path / "secret")
    (inbox / "bob.ipynb").symlink_to(tmp_path / "secret")
    assert collect(course, inbox, LAB).missing == ("bob",)
    assert handed_in(course, "ada") == {"notes.txt": "mine"}


def test_what_has_no_notebook_replaces_nothing(course: Course, inbox: Path) -> None:
    put(inbox / "ada.ipynb", "first")
    collect(course, inbox, LAB)
    (inbox / "ada.ipynb").unlink()
    assert collect(course, inbox, LAB).kept == ("ada",)
    put(inbox / "ada" / "lab.pdf")
    found = collect(course, inbox, LAB)
    assert (found.refused, found.collected) == ({"ada": "lab.pdf"}, ())
    shutil.rmtree(inbox / "ada")
    (inbox / "ada").mkdir()
    assert collect(course, inbox, LAB).refused == {"ada": "nothing"}
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "first"}


def test_only_another_submission_has_to_be_graded_again(course: Course, inbox: Path) -> None:
    put(inbox / "ada.ipynb", "first")
    collect(course, inbox, LAB)
    put(course.mark("ada", LAB), "digest")
    collect(course, inbox, LAB)
    assert course.mark("ada", LAB).is_file()
    put(inbox / "ada.ipynb", "other")
    collect(course, inbox, LAB)
    assert not course.mark("ada", LAB).exists()
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "other"}


def test_a_copy_that_is_cut_off_leaves_the_older_submission(
    course: Course, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox / "ada.ipynb", "first")
    collect(course, inbox, LAB)
    (inbox / "ada.ipynb").unlink()
    put(inbox / "ada" / f"{LAB}.ipynb", "second")

    def full(source: Path, target: Path, *_: object, **__: object) -> None:
        put(target / "half", "a part")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "copy_tree", full)
        with pytest.raises(CourseError, match="The disk is full"):
            collect(course, inbox, LAB)
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "first"}
    collect(course, inbox, LAB)
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "second"}
    assert [path.name for path in course.submitted("ada", LAB).parent.iterdir()] == [LAB]
