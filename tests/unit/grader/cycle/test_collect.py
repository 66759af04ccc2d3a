"""What learners handed in is taken in whole, and replaces nothing where there is no notebook."""

import io
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest

from coursekit.variants import Parameters
from grader.course import Course
from grader.cycle import collect as module
from grader.cycle.collect import Collection, collect, learners_of
from grader.cycle.samples import fill_in, solutions
from grader.exceptions import CourseError
from grader.isolation.sandbox import Limits
from grader.outcomes import load_collected
from grader.parameters import write_record
from tiny_lab import LAB, tiny_lab

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


def put(path: Path, content: str | bytes = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


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
    assert found == Collection(("ada", "bob"), (), (), {}, ("eve",), {}, {"notes.txt": ""})
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "of ada", "data/a.csv": "1"}
    assert handed_in(course, "bob") == {f"{LAB}.ipynb": "of bob"}


def test_the_only_notebook_is_the_labs(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / "my lab (1).ipynb", "of ada")
    put(inbox / "bob" / "one.ipynb")
    put(inbox / "bob" / "two.ipynb")
    said = collect(course, inbox, LAB).said
    assert said["ada"] == ("my lab (1).ipynb is taken as the notebook",)
    assert said["bob"] == ("no notebook, but one.ipynb, two.ipynb",)
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
    found = collect(course, inbox, LAB)
    assert found.missing == ("bob",)
    assert found.unused == {"bob.ipynb": "a link, which is not followed"}
    assert found.said["ada"] == (
        "no notebook, but notes.txt",
        f"not used: {LAB}.ipynb (a link, which is not followed)",
    )
    assert handed_in(course, "ada") == {"notes.txt": "mine"}


def test_what_has_no_notebook_replaces_nothing(course: Course, inbox: Path) -> None:
    put(inbox / "ada.ipynb", "first")
    collect(course, inbox, LAB)
    (inbox / "ada.ipynb").unlink()
    assert collect(course, inbox, LAB).kept == ("ada",)
    put(inbox / "ada" / "lab.pdf")
    found = collect(course, inbox, LAB)
    said = "no notebook, but lab.pdf (a PDF document); the earlier submission is kept"
    assert (found.refused, found.collected) == ({"ada": said}, ())
    shutil.rmtree(inbox / "ada")
    (inbox / "ada").mkdir()
    said = "no notebook, but nothing of use; the earlier submission is kept"
    assert collect(course, inbox, LAB).refused == {"ada": said}
    assert handed_in(course, "ada") == {f"{LAB}.ipynb": "first"}


def test_what_is_remarked_is_kept_for_the_learners_page(course: Course, inbox: Path) -> None:
    def kept(student: str) -> list[str]:
        return load_collected(course.collected(student, LAB))

    put(inbox / "ada" / "mine.ipynb", "first")
    put(inbox / "ada.ipynb", "beside")
    put(inbox / "bob.ipynb", "of bob")
    assert collect(course, inbox, LAB).said["ada"] == ("mine.ipynb is taken as the notebook",)
    first = [
        "mine.ipynb is taken as the notebook",
        "not used: ada.ipynb (the folder ada counts)",
    ]
    assert (kept("ada"), kept("bob")) == (first, [])
    (inbox / "ada.ipynb").unlink()
    (inbox / "ada" / "mine.ipynb").rename(inbox / "ada" / "mine.pdf")
    for _ in range(2):
        (why,) = collect(course, inbox, LAB).refused.values()
        assert kept("ada") == [*first, f"what was handed in last does not count: {why}"]
    put(inbox / "ada" / f"{LAB}.ipynb", "second")
    collect(course, inbox, LAB)
    assert kept("ada") == []
    for damaged in ("", "{}", "[", "[1]"):
        course.collected("ada", LAB).write_text(damaged)
        assert kept("ada") == (["1"] if damaged == "[1]" else [])


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


# --- which file is the notebook -------------------------------------------------------------------

BLANK = nbformat.writes(tiny_lab())
SOLVED = nbformat.writes(fill_in(tiny_lab(), solutions(tiny_lab())))
OLDER = nbformat.writes(fill_in(tiny_lab(), {"add": "add = sum"}))
OTHER = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]))
FORK = b"\x00\x05\x16\x07\x00\x02"


def packed(files: Mapping[str, str | bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packing:
        for name, content in files.items():
            packing.writestr(name, content)
    return archive.getvalue()


#: Files of a learner, which of them are there afterwards, and what is said.
CHOICES: dict[str, tuple[dict[str, str | bytes], set[str], tuple[str, ...]]] = {
    "what macOS adds": (
        {
            f"{LAB}.ipynb": SOLVED,
            f"._{LAB}.ipynb": FORK,
            ".DS_Store": "",
            "__MACOSX/x.ipynb": OTHER,
        },
        set(),
        (),
    ),
    "saved as text": (
        {f"{LAB}.ipynb.txt": SOLVED},
        set(),
        (f"{LAB}.ipynb.txt is taken as the notebook",),
    ),
    "saved as JSON": ({"a.json": SOLVED}, set(), ("a.json is taken as the notebook",)),
    "capitals": ({"LAB.IPYNB": SOLVED}, set(), ("LAB.IPYNB is taken as the notebook",)),
    "archive": ({"a.zip": packed({f"{LAB}.ipynb": SOLVED})}, set(), ("unpacked from a.zip",)),
    "archive of a folder": (
        {"a.zip": packed({f"my/{LAB}.ipynb": SOLVED, "my/a.csv": "", "__MACOSX/._a.csv": FORK})},
        {"a.csv"},
        ("unpacked from a.zip",),
    ),
    "archive with more": (
        {"a.zip": packed({f"my/{LAB}.ipynb": SOLVED, "b.txt": "", "../c.txt": ""})},
        set(),
        ("unpacked from a.zip", "not used: ../c.txt (leads out of the archive), b.txt"),
    ),
    "folder in a folder": ({f"my/{LAB}.ipynb": SOLVED, "my/a.csv": ""}, {"a.csv"}, ()),
    "more around the folder": (
        {f"my/{LAB}.ipynb": SOLVED, "notes.txt": ""},
        set(),
        ("not used: notes.txt",),
    ),
    "a copy": (
        {f"{LAB}.ipynb": BLANK, f"{LAB}-Copy1.ipynb": SOLVED},
        {f"{LAB}.unused.ipynb"},
        (
            f"{LAB}-Copy1.ipynb is taken as the notebook",
            f"other notebooks that do not count: {LAB}.ipynb (as it was handed out)",
        ),
    ),
    "another notebook": (
        {"a.ipynb": SOLVED, "b.ipynb": OTHER, "c.ipynb": "{", "d.json": "{}"},
        {"b.ipynb", "c.ipynb", "d.json"},
        (
            "a.ipynb is taken as the notebook",
            "other notebooks that do not count: b.ipynb (no cell of this lab), "
            "c.ipynb (cannot be read)",
        ),
    ),
    "two versions": (
        {f"{LAB}.ipynb": SOLVED, "old.ipynb": OLDER},
        {"old.ipynb"},
        ("other notebooks that do not count: old.ipynb (another version)",),
    ),
    "twice the same": (
        {"a.ipynb": SOLVED, "b.ipynb": SOLVED},
        {"b.ipynb"},
        (
            "a.ipynb is taken as the notebook",
            "other notebooks that do not count: b.ipynb (another version)",
        ),
    ),
    "control files": (
        {f"{LAB}.ipynb": SOLVED, "timestamp.txt": "on Friday", "nbgrader_config.py": "1 / 0"},
        {"parked/timestamp.txt", "parked/nbgrader_config.py"},
        ("put aside in parked/, where nothing reads it: nbgrader_config.py, timestamp.txt",),
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_notebook_is_told_by_what_is_in_it(course: Course, inbox: Path, name: str) -> None:
    files, others, said = CHOICES[name]
    put(course.released(LAB) / f"{LAB}.ipynb", BLANK)
    for file, content in files.items():
        put(inbox / "ada" / file, content)
    found = collect(course, inbox, LAB)
    assert found.said.get("ada", ()) == said
    made = handed_in(course, "ada")
    assert made.pop(f"{LAB}.ipynb") == SOLVED
    assert set(made) == others


def test_files_beside_each_other_belong_to_their_learner(course: Course, inbox: Path) -> None:
    put(inbox / "ada.ipynb.txt", SOLVED)
    put(inbox / "ada.pdf", "%PDF")
    put(inbox / "bob.zip", packed({"x.ipynb": SOLVED}))
    put(inbox / "bob" / f"{LAB}.ipynb", SOLVED)
    put(inbox / "eve.zip", "PK")
    found = collect(course, inbox, LAB)
    assert found.collected == ("ada", "bob")
    assert found.said == {"ada": ("ada.ipynb.txt is taken as the notebook",)}
    assert set(handed_in(course, "ada")) == {f"{LAB}.ipynb", "ada.pdf"}
    assert (found.unknown, found.unused) == (("eve",), {"bob.zip": "the folder bob counts"})


def test_several_versions_are_named_and_none_is_guessed(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / "a.ipynb", SOLVED)
    put(inbox / "ada" / "b.ipynb", OLDER)
    said = collect(course, inbox, LAB).said["ada"]
    assert said == (f"2 notebooks, and none is called {LAB}.ipynb: a.ipynb, b.ipynb",)


def test_what_is_too_large_is_left_out_and_said(
    course: Course, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Limits", lambda: Limits(disk=100_000, files=4))
    put(inbox / "ada" / f"{LAB}.ipynb", SOLVED)
    put(inbox / "ada" / "big.bin", b"0" * 100_001)
    put(inbox / "bob.zip", packed({f"{LAB}.ipynb": SOLVED, "z.bin": b"0" * 100_001}))
    said = collect(course, inbox, LAB).said
    assert said["ada"] == ("not used: big.bin (too large, or not to be read)",)
    assert said["bob"] == ("unpacked from bob.zip", "not used: z.bin (too large)")
    for number in range(9):
        put(inbox / "ada" / "many" / str(number))
    assert "more than 4 files" in collect(course, inbox, LAB).said["ada"][-1]


def test_what_is_no_file_is_left_out_and_said(course: Course, inbox: Path) -> None:
    put(inbox / "ada" / f"{LAB}.ipynb", SOLVED)
    os.mkfifo(inbox / "ada" / "pipe")
    said = collect(course, inbox, LAB).said["ada"]
    assert said == ("not used: pipe (no file)",)


def test_an_archive_that_is_damaged_is_said(course: Course, inbox: Path) -> None:
    put(inbox / "ada.zip", packed({f"{LAB}.ipynb": SOLVED})[:200])
    found = collect(course, inbox, LAB)
    assert found.said["ada"] == ("ada.zip cannot be unpacked (File is not a zip file)",)


def test_the_trouble_of_one_is_the_line_of_one(
    course: Course, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox / "ada.ipynb", SOLVED)
    put(inbox / "bob.ipynb", SOLVED)

    def fails(source: Path, target: Path, **_: object) -> None:
        if source.name == "ada.ipynb":
            raise PermissionError(13, "Permission denied", str(source))
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(module.shutil, "copyfile", fails)
    found = collect(course, inbox, LAB)
    assert (found.refused, found.collected) == ({"ada": "Permission denied"}, ("bob",))
