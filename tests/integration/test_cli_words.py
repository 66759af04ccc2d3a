"""Every command prints the words of a person as they were typed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from coursecli.main import app
from coursekit.environment import doctor
from coursekit.variants import Roster
from grader.course import Course
from grader.cycle import release
from grader.outcomes import Outcome, save_outcome
from tiny_lab import LAB

WORD = "[/x] [bold]Ada[/bold] :smile:"
#: The same without what the name of a file cannot have.
FILE = "[x] [bold]Ada :smile:"

Words = list[object]
Command = Callable[..., Result]


def _released(course: Course) -> None:
    release.release(course, Roster.read(course.root / "datasets" / "sample_roster.csv"), LAB)


def _inbox(course: Course) -> Words:
    _released(course)
    inbox = course.root / "inbox"
    inbox.mkdir()
    (inbox / f"{FILE}.ipynb").touch()
    return ["collect", LAB, inbox]


def _student(course: Course) -> Words:
    _released(course)
    return ["grade", LAB, "--student", WORD, "--engine", "stock"]


def _reason(course: Course) -> Words:
    _released(course)
    save_outcome(course, Outcome("ada", LAB, "failed", WORD, 0, 0, 0))
    course.mark("ada", LAB).touch()
    return ["report"]


def _taken(course: Course) -> Words:
    folder = course.root / FILE
    folder.mkdir()
    (folder / "mine").touch()
    (course.root / ".git").mkdir()
    return ["learner-copy", folder]


def _no_notebook(course: Course) -> Words:
    path = course.root / f"{FILE}.ipynb"
    path.write_text("no notebook")
    return ["run", path]


def _titles(course: Course) -> Words:
    entry = f"{{folder: m, title: '{WORD}', question: q, lessons: [{{file: a, title: '{WORD}', paths: []}}], labs: []}}"
    (course.root / "modules" / "m").mkdir()
    (course.root / "modules" / "m" / "a.ipynb").write_text("*Time*: 5 minutes")
    (course.root / "modules" / "outline.yml").write_text(f"modules: [{entry}]")
    return ["progress"]


#: How each command is brought to print what a person chose; None where it prints no such thing.
COMMANDS: dict[str, list[Callable[[Course], Words]] | None] = {
    "doctor": [lambda course: ["doctor"]],
    "lab": None,
    "run": [
        _no_notebook,
        lambda course: ["run", course.root / f"{FILE}.ipynb"],
    ],
    "incident": [
        lambda course: ["incident", WORD],
        lambda course: ["incident", "amber", "--answer", f"{WORD}, Churn, 2025-03, retrain"],
    ],
    "progress": [_titles, lambda course: ["progress", "--path", WORD]],
    "validate": [lambda course: ["validate", course.root / FILE]],
    "release": [
        lambda course: ["release", LAB, "--roster", course.root / FILE],
        lambda course: ["release", WORD, "--roster", course.root / "datasets/sample_roster.csv"],
    ],
    "collect": [_inbox, lambda course: ["collect", LAB, course.root / FILE]],
    "grade": [_student, lambda course: ["grade", LAB, "--engine", WORD]],
    "feedback": [lambda course: ["feedback", WORD]],
    "report": [_reason],
    "demo-grade": [lambda course: ["demo-grade", WORD, "--engine", "stock"]],
    "check": [lambda course: ["check", course.root / FILE]],
    "notebooks": [lambda course: ["notebooks", course.root / FILE]],
    "generate": [lambda course: ["generate"]],
    "map": None,
    "system": None,
    "learner-copy": [_taken],
}
CASES = [(name, n) for name, cases in COMMANDS.items() for n in range(len(cases or ()))]


def test_every_command_is_walked() -> None:
    group = typer.main.get_command(app)
    assert set(group.commands) == set(COMMANDS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "number"), CASES)
def test_words_are_printed_as_they_were_typed(
    name: str, number: int, course: Course, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COURSE_VAULT", str(course.root / "vault"))
    monkeypatch.setattr(doctor, "examine", lambda: iter([doctor.Finding(False, WORD, WORD)]))
    if name == "generate":
        monkeypatch.setattr(release, "generate", _planted)
    words = (COMMANDS[name] or [])[number](course)
    result = command(*words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    shown = result.output
    for word in ("[bold]Ada", ":smile:", "[x] " if FILE in shown else "[/x] "):
        assert word in shown, shown


def _planted(course: Course, lab: str, **_: object) -> Path:
    return course.root / "labs" / WORD
