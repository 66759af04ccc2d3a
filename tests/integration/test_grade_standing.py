"""Where each learner stands: handed in, waiting, graded, read by a person; and what is said of it."""

import csv
import os
import shutil
from pathlib import Path

import nbformat
import pytest
import typer
from typer.testing import CliRunner, Result

from coursecli import grading
from courses import handed_out
from grader.course import Course
from grader.cycle.collect import collect
from grader.cycle.report import read_grades
from grader.cycle.samples import fill_in, solutions
from grader.engines import pool
from grader.engines.engine import submissions
from grader.engines.stock import StockEngine
from grader.engines.trusted import TrustedEngine
from grader.outcomes import Outcome, save_outcome
from tiny_lab import LAB, tiny_lab

NOTEBOOK = f"{LAB}.ipynb"
app = typer.Typer()
grading.register(app)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return handed_out(tmp_path_factory.mktemp("released"))


@pytest.fixture
def course(released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course of its own with a released lab, which is that of the working directory."""
    course = Course(Path(shutil.copytree(released.root, tmp_path / "course")))
    monkeypatch.chdir(course.root)
    monkeypatch.delenv("COURSE_ROOT", raising=False)
    return course


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def hand_in(inbox: Path, name: str, text: str = "{}") -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def solved(course: Course, student: str) -> str:
    notebook = nbformat.read(course.handed_out(student, LAB) / NOTEBOOK, as_version=4)
    return nbformat.writes(fill_in(notebook, solutions(tiny_lab())))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def lines(course: Course) -> dict[str, dict[str, str]]:
    assert run("report").exit_code == 0
    with course.grades.open(newline="", encoding="utf-8") as file:
        return {line["student_id"]: line for line in csv.DictReader(file)}


def grade(course: Course, *students: str) -> list[str]:
    batch = submissions(course, LAB, students)
    return [outcome.remarks for outcome in pool.grade_many(StockEngine(course), course, batch)]


def test_what_has_no_notebook_replaces_nothing(course: Course, inbox: Path) -> None:
    hand_in(inbox, "ada.ipynb", "good")
    hand_in(inbox, "grace.ipynb", "good")
    collect(course, inbox, LAB)
    (inbox / "ada.ipynb").unlink()
    hand_in(inbox, "ada/solution.docx")
    (inbox / "grace.ipynb").unlink()
    hand_in(inbox, "hedy/solution.docx")
    result = run("collect", LAB, str(inbox))
    assert "✘ ada: no notebook, but solution.docx (a Word document); the earlier" in result.output
    assert "Nothing new from grace" in result.output
    assert "Nothing from alan, edsger, katherine\n" in result.output
    for student in ("ada", "grace"):
        assert (course.submitted(student, LAB) / NOTEBOOK).read_text() == "good"
    # It is all that there is, so the grade says what is wrong with it.
    assert (course.submitted("hedy", LAB) / "solution.docx").is_file()


def test_the_only_notebook_is_the_labs_whatever_its_name(course: Course, inbox: Path) -> None:
    hand_in(inbox, "ada/my solution.ipynb", "one")
    hand_in(inbox, f"grace/{LAB}/final.ipynb", "one")
    for name in ("first.ipynb", "second.ipynb"):
        hand_in(inbox, f"hedy/{name}")
    for name in ("draft.ipynb", NOTEBOOK):
        hand_in(inbox, f"alan/{name}", name)
    assert collect(course, inbox, LAB).refused == {}
    for student in ("ada", "grace"):
        assert [path.name for path in course.submitted(student, LAB).iterdir()] == [NOTEBOOK]
    assert not (course.submitted("hedy", LAB) / NOTEBOOK).exists()
    assert (course.submitted("alan", LAB) / NOTEBOOK).read_text() == NOTEBOOK
    said = collect(course, inbox, LAB).said["hedy"]
    assert "first.ipynb" in said[0]
    assert "second.ipynb" in said[0]


def test_everybody_of_the_roster_has_a_line(course: Course, inbox: Path) -> None:
    hand_in(inbox, "ada.ipynb", solved(course, "ada"))
    collect(course, inbox, LAB)
    grade(course, "ada", "alan")
    found = lines(course)
    assert {name: line["status"] for name, line in found.items()} == {
        "ada": "graded",
        "alan": "failed",
        "edsger": "waiting",
        "grace": "waiting",
        "hedy": "waiting",
        "katherine": "waiting",
    }
    assert (found["hedy"]["score"], found["hedy"]["reason"]) == ("", "not graded yet")
    assert found["alan"]["score"] == "0"


def test_a_newer_submission_is_seen_before_it_is_graded(course: Course, inbox: Path) -> None:
    path = hand_in(inbox, "ada.ipynb", solved(course, "ada"))
    collect(course, inbox, LAB)
    grade(course, "ada")
    collect(course, inbox, LAB)
    assert "newer" not in lines(course)["ada"]["reason"], "the same file again is no newer one"
    path.write_text(path.read_text() + "\n")
    collect(course, inbox, LAB)
    assert lines(course)["ada"]["reason"].startswith("a newer submission waits")
    grade(course, "ada")
    assert "newer" not in lines(course)["ada"]["reason"]


def test_what_a_person_has_read_does_not_wait(course: Course, inbox: Path) -> None:
    hand_in(inbox, "ada.ipynb", solved(course, "ada"))
    collect(course, inbox, LAB)
    assert grade(course, "ada") == ["4 points wait for a reader: why"]
    assert lines(course)["ada"]["reason"] == "4 points wait for a reader: why"
    with course.gradebook() as gradebook:
        entry = gradebook.find_grade("why", LAB, LAB, "ada")
        entry.manual_score, entry.needs_manual_grade = 3, False
        gradebook.db.commit()
    assert (lines(course)["ada"]["score"], lines(course)["ada"]["reason"]) == ("9", "")
    (outcome,) = read_grades(course).outcomes[:1]
    batch = submissions(course, LAB, ["ada"])
    (known,) = pool.grade_many(StockEngine(course), course, batch)
    assert (known.score, known.remarks) == (outcome.score, "") == (9.0, "")


def test_one_learners_text_spoils_nobodys_report(course: Course, inbox: Path) -> None:
    folder = inbox / "ada"
    folder.mkdir(parents=True)
    for name in (b"M\xfcller.ipynb", b"=A1 \x1b[31m\n.ipynb"):
        (folder / os.fsdecode(name)).touch()
    collect(course, inbox, LAB)
    (reason,) = grade(course, "ada")
    assert reason.isprintable()
    assert "M?ller.ipynb" in reason
    assert lines(course)["ada"]["reason"] == reason
    assert run("feedback", LAB).exit_code == 0


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@A1", "=\\[/red]"])
def test_no_table_obeys_a_reason(course: Course, text: str) -> None:
    save_outcome(course, Outcome("ada", LAB, "failed", text, 0.0, 0.0, 0.0))
    course.mark("ada", LAB).touch()
    assert lines(course)["ada"]["reason"] == f"'{text}"


def test_a_folder_that_is_too_deep_is_no_reason_to_stop(course: Course, inbox: Path) -> None:
    hand_in(inbox, f"ada/{NOTEBOOK}", "good")
    here = inbox / "ada"
    for _ in range(300):
        here = here / "d"
        here.mkdir()
    os.mkfifo(inbox / "ada" / "pipe")
    hand_in(inbox, f"bob/{NOTEBOOK}")
    hand_in(inbox, "grace.ipynb", "good")
    for _ in range(2):  # the second replaces the first
        assert collect(course, inbox, LAB).collected == ("ada", "grace")
    assert (course.submitted("ada", LAB) / NOTEBOOK).read_text() == "good"


def test_points_by_hand_end_with_the_answer_they_were_for(course: Course, inbox: Path) -> None:
    path = hand_in(inbox, "ada.ipynb", solved(course, "ada"))
    collect(course, inbox, LAB)
    grade(course, "ada")
    with course.gradebook() as gradebook:
        gradebook.find_grade("why", LAB, LAB, "ada").manual_score = 3
        gradebook.db.commit()
    path.write_text("no notebook any more")
    collect(course, inbox, LAB)
    grade(course, "ada")
    assert (lines(course)["ada"]["status"], lines(course)["ada"]["score"]) == ("failed", "0")


def test_the_configured_time_of_a_notebook_counts(course: Course) -> None:
    for engine, wanted in ((TrustedEngine(course), {}), (TrustedEngine(course, None, 5), 5)):
        with engine.settings() as config:
            assert config.TrustedExecute.get("notebook_seconds", {}) == wanted


def test_another_limit_is_no_reason_to_grade_again(course: Course) -> None:
    assert StockEngine(course, cell_seconds=100).terms() == StockEngine(course).terms()


@pytest.mark.parametrize("command", ["collect", "grade", "feedback"])
def test_a_lab_that_does_not_exist_is_named_with_those_that_do(
    course: Course, inbox: Path, command: str
) -> None:
    inbox.mkdir()
    result = run(command, "lab98", *([str(inbox)] if command == "collect" else []))
    assert result.exit_code == 1
    assert f"There is no lab 'lab98'; there is {LAB}." in result.output


def test_a_strangers_name_is_shown_as_it_was_typed(course: Course) -> None:
    result = run("grade", LAB, "--student", "")
    assert f"{LAB} was not released to ''" in result.output


def test_a_release_waits_for_the_data_that_grading_needs(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_IBM_CSV", "nowhere.csv")
    roster = str(course.root / "datasets" / "sample_roster.csv")
    course.record(LAB).unlink()
    result = run("release", LAB, "--roster", roster, "--source", "ibm")
    assert (result.exit_code, "nowhere.csv" in result.output) == (1, True)
    assert not course.record(LAB).exists()


def test_an_interrupt_says_that_nothing_is_lost(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **settings: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(pool, "grade_many", interrupted)
    result = run("grade", LAB, "--engine", "stock")
    assert result.exit_code == 130
    assert "Stopped. What was graded is kept" in result.output
