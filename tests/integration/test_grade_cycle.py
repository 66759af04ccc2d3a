"""The whole cycle on real files: release, collect, autograde, feedback, grades.csv."""

import csv
import shutil
from pathlib import Path

import nbformat
import psutil
import pytest
import typer
from nbformat import NotebookNode
from typer.testing import CliRunner

from coursecli import grading
from coursekit.variants import Roster
from courses import handed_out
from grader.course import Course
from grader.cycle.collect import collect
from grader.cycle.release import generate, release
from grader.cycle.samples import fill_in, solutions
from grader.engines.stock import StockEngine
from grader.exceptions import CourseError
from grader.outcomes import Outcome, Submission
from tiny_lab import LAB, POINTS, READ_BY_A_PERSON, make_course, tiny_lab

FULL = sum(POINTS.values())
UNREAD = "4 points wait for a reader: why"
app = typer.Typer()
grading.register(app)


def _course(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module", autouse=True)
def others() -> set[psutil.Process]:
    """What other tests of this process have started, such as the parent of warm kernels."""
    return set(psutil.Process().children(recursive=True))


@pytest.fixture(autouse=True)
def _course_of_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_ROOT", raising=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, list[bytes], str]:
    """A course where the demonstration ran twice, grades.csv of both runs, and what it printed."""
    root = make_course(tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.delenv("COURSE_ROOT", raising=False)
        course = Course.find()
        grades = []
        for _ in range(2):
            printed = _course("demo-grade", LAB, "--timeout", "3")
            grades.append(course.grades.read_bytes())
    return course, grades, printed


Demo = tuple[Course, list[bytes], str]


def _started_since(others: set[psutil.Process]) -> list[psutil.Process]:
    """What still runs, once what was ended had time to end."""
    left = set(psutil.Process().children(recursive=True)) - others
    return psutil.wait_procs(left, timeout=120)[1]


def _lines(course: Course) -> dict[str, dict[str, str]]:
    with course.grades.open(newline="", encoding="utf-8") as file:
        return {line["student_id"]: line for line in csv.DictReader(file)}


CUT_OFF = "not a notebook: the file is not valid JSON (it ends in the middle)"


@pytest.mark.parametrize(
    ("student", "score", "status", "reason"),
    [
        ("ada", FULL, "graded", UNREAD),
        ("grace", POINTS["double-test"] + POINTS["add-test"], "graded", ""),
        ("katherine", 0, "graded", ""),
        ("alan", 0, "failed", CUT_OFF),
        ("hedy", FULL - POINTS["add-test"], "graded", f"timeout: stopped add; {UNREAD}"),
        ("edsger", 0, "failed", "nothing was handed in"),
    ],
)
def test_each_sample_gets_its_score(
    demo: Demo, student: str, score: float, status: str, reason: str
) -> None:
    line = _lines(demo[0])[student]
    assert float(line["score"]) == score
    assert float(line["max_score"]) == FULL + READ_BY_A_PERSON
    assert (line["lab"], line["status"], line["reason"]) == (LAB, status, reason)
    assert sum(float(line[task]) for task in POINTS) == score


def test_two_runs_give_equal_grades(demo: Demo) -> None:
    first, second = demo[1]
    assert first == second
    assert first.count(b"\n") == 7


def test_each_learner_has_a_variant_of_their_own(demo: Demo) -> None:
    course = demo[0]
    notebooks = [
        nbformat.read(course.handed_out(name, LAB) / f"{LAB}.ipynb", as_version=4)
        for name in ("ada", "grace", "katherine", "alan", "hedy", "edsger")
    ]
    injected = [notebook.cells[2].source for notebook in notebooks]
    assert len(set(injected)) == 6
    assert 'student_id = "ada"' in injected[0]
    assert str(course.root) not in nbformat.writes(notebooks[0])
    assert (course.handed_out("ada", LAB) / "numbers.csv").is_file()


def test_what_is_printed_names_everybody(demo: Demo) -> None:
    printed = demo[2]
    assert "6/10" in printed
    for name in ("ada", "grace", "katherine", "alan", "hedy", "edsger"):
        assert name in printed


def test_feedback_shows_messages_and_no_hidden_test(demo: Demo) -> None:
    course = demo[0]
    pages = {
        name: (course.feedback(name, LAB) / f"{LAB}.html").read_text(encoding="utf-8")
        for name in ("ada", "grace", "katherine", "alan", "hedy", "edsger")
    }
    assert "Score: 6 / 10" in pages["ada"]
    assert "Score: 3 / 10" in pages["grace"]
    assert "not valid JSON" in pages["alan"]
    assert "nothing was handed in" in pages["edsger"]
    for page in pages.values():
        assert "HIDDEN TESTS" not in page
        assert "wanted" not in page
        assert "<script" not in page
        assert "default-src 'none'" in page


def test_no_process_is_left(demo: Demo, others: set[psutil.Process]) -> None:
    assert not _started_since(others)


def test_demonstration_leaves_a_real_course_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(make_course(tmp_path))
    course.submitted("a_real_learner", LAB).mkdir(parents=True)
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(app, ["demo-grade", LAB])
    assert result.exit_code == 1
    assert "a_real_learner" in result.output
    assert course.submitted("a_real_learner", LAB).is_dir()
    assert not course.record(LAB).exists()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose lab is handed out, with nothing submitted."""
    return handed_out(tmp_path_factory.mktemp("faults"))


def _handed_out(course: Course, student: str) -> NotebookNode:
    return nbformat.read(course.handed_out(student, LAB) / f"{LAB}.ipynb", as_version=4)


def _solved(course: Course, student: str) -> NotebookNode:
    return fill_in(_handed_out(course, student), solutions(tiny_lab()))


def _grade(
    course: Course, student: str, notebook: NotebookNode | str | bytes, seconds: float = 300
) -> Outcome:
    folder = course.submitted(student, LAB)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if isinstance(notebook, NotebookNode):
        notebook = nbformat.writes(notebook)
    content = notebook.encode() if isinstance(notebook, str) else notebook
    (folder / f"{LAB}.ipynb").write_bytes(content)
    engine = StockEngine(course, cell_seconds=seconds, notebook_seconds=2 * seconds)
    return engine.grade(Submission(student, LAB, folder))


def test_release_has_equal_bytes_and_keeps_those_on_record(released: Course) -> None:
    paths = [released.handed_out(name, LAB) / f"{LAB}.ipynb" for name in ("ada", "grace")]
    before = [path.read_bytes() for path in paths]
    record = released.record(LAB).read_bytes()
    labs = (released.released(LAB) / f"{LAB}.ipynb").read_bytes()
    roster = Roster.read(released.root / "datasets" / "sample_roster.csv")
    release(released, roster, LAB)
    assert [path.read_bytes() for path in paths] == before
    assert released.record(LAB).read_bytes() == record
    assert (released.released(LAB) / f"{LAB}.ipynb").read_bytes() == labs
    with pytest.raises(CourseError, match="because the data source has changed"):
        release(released, roster, LAB, source="ibm")


def test_generated_elsewhere_equals_the_committed_lab(released: Course) -> None:
    folder = generate(released, LAB, directory="grading/sync", database=False)
    name = f"{LAB}.ipynb"
    assert (folder / name).read_bytes() == (released.released(LAB) / name).read_bytes()
    assert "BEGIN SOLUTION" not in (folder / name).read_text()
    assert "HIDDEN" not in (folder / name).read_text()


def test_an_easier_variant_does_not_help(released: Course) -> None:
    answers = solutions(tiny_lab())
    answers["number"] = "variant = 1\n" + answers["number"]
    outcome = _grade(released, "ada", fill_in(_handed_out(released, "ada"), answers))
    assert outcome.tasks == {"add-test": 1, "double-test": 2, "number-test": 0, "why": 0}


def test_a_deleted_test_comes_back(released: Course) -> None:
    notebook = _solved(released, "grace")
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double-test"]
    assert _grade(released, "grace", notebook).score == FULL


def test_the_better_score_of_an_older_submission_does_not_stay(released: Course) -> None:
    assert _grade(released, "edsger", _solved(released, "edsger")).score == FULL
    died = fill_in(_handed_out(released, "edsger"), {"add": "import os\nos._exit(1)"})
    outcome = _grade(released, "edsger", died)
    assert (outcome.score, outcome.status) == (0, "failed")
    assert "the kernel died" in outcome.reason
    assert not released.autograded("edsger", LAB).exists()


def test_time_is_limited_by_cell_and_by_notebook(released: Course) -> None:
    cell = nbformat.v4.new_code_cell()

    def limit(cell_seconds: float | None, notebook_seconds: float) -> float:
        engine = StockEngine(released, cell_seconds, notebook_seconds)
        return engine.limits().Execute.timeout_func(cell)

    assert limit(3, 600) == 3
    assert limit(None, 600) == released.config().Execute.timeout == 60
    assert 10 < limit(60, 20) <= 20
    assert limit(60, 0) == 1


def test_a_loop_that_swallows_the_interrupt_ends(
    released: Course, others: set[psutil.Process]
) -> None:
    stubborn = "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass"
    answers = solutions(tiny_lab()) | {"add": stubborn}
    notebook = fill_in(_handed_out(released, "hedy"), answers)
    outcome = _grade(released, "hedy", notebook, seconds=3)
    assert "timeout" in outcome.reason
    assert outcome.tasks["add-test"] == 0
    assert not _started_since(others)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a notebook: the file is empty"),
        (b"\xff\xfe\x00", "not a notebook: the file is not UTF-8 text"),
        (b"{}", "not a notebook"),
        (b'{"cells": 5, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_said_so(released: Course, content: bytes, reason: str) -> None:
    outcome = _grade(released, "alan", content)
    assert (outcome.score, outcome.status) == (0, "failed")
    assert outcome.reason.startswith(reason)


def test_a_notebook_of_another_name(released: Course) -> None:
    folder = released.submitted("katherine", LAB)
    folder.mkdir(parents=True)
    (folder / "Untitled.ipynb").write_text("{}")
    outcome = StockEngine(released).grade(Submission("katherine", LAB, folder))
    assert outcome.reason == f"no notebook named {LAB}.ipynb, but Untitled.ipynb"
    assert outcome.max_score == FULL + READ_BY_A_PERSON


def test_a_cell_with_damaged_metadata_is_put_back(released: Course) -> None:
    notebook = _solved(released, "katherine")
    test = next(cell for cell in notebook.cells if cell.id == "double-test")
    del test.metadata.nbgrader["grade_id"]
    outcome = _grade(released, "katherine", notebook)
    assert (outcome.score, outcome.status) == (FULL, "graded")
    assert outcome.reason == "repaired: metadata of double-test"


def test_collect_reports_strangers_and_follows_no_link(released: Course, tmp_path: Path) -> None:
    (tmp_path / "incoming" / "edsger").mkdir(parents=True)
    (tmp_path / "incoming" / "edsger" / f"{LAB}.ipynb").write_text("{}")
    (tmp_path / "incoming" / "edsger" / "link.txt").symlink_to(released.grading / "gradebook.db")
    (tmp_path / "incoming" / "hedy.ipynb").write_text("{}")
    (tmp_path / "incoming" / "stranger").mkdir()
    (tmp_path / "incoming" / "ada").symlink_to(released.grading)
    found = collect(released, tmp_path / "incoming", LAB)
    assert found.collected == ("edsger", "hedy")
    assert found.unknown == ("stranger",)
    assert {*found.missing, *found.kept} == {"ada", "alan", "grace", "katherine"}
    assert [p.name for p in released.submitted("edsger", LAB).iterdir()] == [f"{LAB}.ipynb"]
    assert (released.submitted("hedy", LAB) / f"{LAB}.ipynb").is_file()


def test_grading_waits_for_the_data_it_needs(
    released: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(released.root)
    monkeypatch.setenv("CHURN_IBM_CSV", "nowhere.csv")
    result = CliRunner().invoke(app, ["demo-grade", LAB, "--source", "ibm"])
    assert result.exit_code == 1
    assert "nowhere.csv" in result.output
    assert CliRunner().invoke(app, ["demo-grade", LAB, "--source", "real"]).exit_code == 2


def test_a_gradebook_that_is_none(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path))
    course.grading.mkdir()
    (course.grading / "gradebook.db").write_text("This is no database. " * 50)
    with pytest.raises(CourseError, match="gradebook cannot be opened: file is not a database"):
        course.gradebook()


def test_a_lab_that_was_not_released_cannot_be_collected(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path))
    with pytest.raises(CourseError, match="was not released yet"):
        collect(course, tmp_path, LAB)
    with pytest.raises(CourseError, match="'lab98'; there is lab99_tiny"):
        generate(course, "lab98")


@pytest.mark.parametrize("solved", [True, False])
def test_validate_exits_with_what_it_found(
    released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solved: bool
) -> None:
    notebook = (_solved if solved else _handed_out)(released, "ada")
    path = tmp_path / "mine.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.chdir(released.root)
    result = CliRunner().invoke(app, ["validate", str(path)])
    assert result.exit_code == (0 if solved else 1), result.output
    assert ("double-test: this test does not pass" in result.output) is not solved
