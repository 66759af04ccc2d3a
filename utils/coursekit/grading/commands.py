"""The grading commands of `course`.

nbgrader takes seconds to import, so each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from coursekit.grading.course import Course
    from coursekit.grading.engine import Engine, Outcome

console = Console()

Lab = Annotated[str, typer.Argument(help="Name of the lab, for example lab00_warm_up")]
Source = Annotated[str, typer.Option(help="Data source: synthetic or ibm")]
Timeout = Annotated[
    float | None, typer.Option(help="Seconds for one cell (default: nbgrader_config.py)")
]
EngineName = Annotated[
    str, typer.Option(help="stock nbgrader; or trusted: sandbox, tests in their own process")
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-no-sandbox", help="Run learners' code with all you can do")
]


def register(app: typer.Typer) -> None:
    """Add the grading commands to the `course` command."""
    app.command()(release)
    app.command()(collect)
    app.command()(grade)
    app.command()(feedback)
    app.command()(report)
    app.command()(validate)
    app.command("demo-grade")(demo_grade)


@contextmanager
def _open_course() -> Iterator[Course]:
    """The course of the working directory; a foreseen error is one sentence and exit code 1."""
    from coursekit.grading.course import Course, CourseError
    from coursekit.variants import RosterError, SecretError

    try:
        yield Course.find()
    except (CourseError, RosterError, SecretError) as error:
        console.print(f"[red]✘[/] {error}", highlight=False, markup=True)
        raise typer.Exit(1) from error


def release(
    lab: Lab,
    roster: Annotated[Path, typer.Option(help="CSV: student_id, first_name, last_name[, email]")],
    source: Source = "synthetic",
) -> None:
    """Generate a lab and make each learner's own variant of it."""
    from coursekit.grading.release import release as make
    from coursekit.variants import Roster

    _check_source(source)
    with _open_course() as course:
        notebooks = make(course, Roster.read(roster), lab, source)
        where = course.handed_out("<student_id>", lab).relative_to(course.root)
        console.print(f"{len(notebooks)} notebooks of {lab} in {where}", markup=False)


def collect(
    lab: Lab,
    folder: Annotated[Path, typer.Argument(help="Folder with what the learners handed in")],
) -> None:
    """Take in submissions: <student_id>/ or <student_id>.ipynb in a folder."""
    from coursekit.grading.collect import collect as take_in

    with _open_course() as course:
        found = take_in(course, folder, lab)
        console.print(f"{len(found.collected)} submissions of {lab} collected")
        if found.missing:
            console.print(f"Nothing from {', '.join(found.missing)}", markup=False)
        if found.unknown:
            names = ", ".join(found.unknown)
            console.print(f"[yellow]Not on the roster:[/] {names}", highlight=False)


def grade(
    lab: Lab,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this learner; can be given more than once")
    ] = None,
    timeout: Timeout = None,
    engine: EngineName = "stock",
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Autograde the submissions of a lab; each failure is the learner's own line."""
    from coursekit.grading.collect import learners_of
    from coursekit.grading.course import CourseError
    from coursekit.grading.parameters import read_record

    with _open_course() as course:
        learners = learners_of(course, lab)
        _require_data({line.source for line in read_record(course.record(lab)).values()})
        unknown = sorted(set(student or ()) - set(learners))
        if unknown:
            raise CourseError(f"{lab} was not released to {', '.join(unknown)}.")
        chosen = _engine(course, engine, timeout, unsafe_no_sandbox)
        outcomes = _grade(course, lab, student or list(learners), chosen)
        failed = sum(outcome.status == "failed" for outcome in outcomes)
        console.print(f"{len(outcomes)} graded, {failed} of them failed to run")


def _engine(course: Course, name: str, cell_seconds: float | None, unsafe: bool) -> Engine:
    from coursekit.grading.course import CourseError
    from coursekit.grading.sandbox import why_not
    from coursekit.grading.stock import StockEngine
    from coursekit.grading.trusted import TrustedEngine

    if name not in ("trusted", "stock"):
        raise CourseError(f"There is no engine {name!r}; there is trusted and stock.")
    if name == "stock":
        return StockEngine(course, cell_seconds)
    problem = None if unsafe else why_not()
    if problem:
        raise CourseError(problem)
    return TrustedEngine(course, cell_seconds, unsafe_no_sandbox=unsafe)


def _grade(course: Course, lab: str, students: list[str], engine: Engine) -> list[Outcome]:
    from coursekit.grading.engine import grade_all, submissions
    from coursekit.grading.progress import graded_with_progress

    batch = submissions(course, lab, students)
    return graded_with_progress(console, batch, grade_all(engine, course, batch))


def feedback(lab: Lab) -> None:
    """Write a feedback page for each graded learner."""
    from coursekit.grading.collect import learners_of

    with _open_course() as course:
        _feedback(course, lab, list(learners_of(course, lab)))


def _feedback(course: Course, lab: str, students: list[str]) -> None:
    from coursekit.grading.feedback import feedback as write_pages

    with console.status("Writing feedback pages"):
        pages = list(write_pages(course, lab, students))
    where = course.feedback("<student_id>", lab).relative_to(course.root)
    console.print(f"{len(pages)} feedback pages in {where}", markup=False)


def report() -> None:
    """Write grading/grades.csv and print the score table."""
    with _open_course() as course:
        _report(course)


def _report(course: Course) -> None:
    from coursekit.grading.report import read_grades, score_table, write_grades

    grades = read_grades(course)
    path = write_grades(course, grades)
    console.print(score_table(grades))
    console.print(f"Grades in {path.relative_to(course.root)}", markup=False)


def validate(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks of labs to run and check")],
) -> None:
    """Run a lab's tests as the Validate button does; exit code 1 when one does not pass."""
    from coursekit.grading.validate import problems

    passed = True
    with _open_course() as course:
        for notebook in notebooks:
            found = problems(course, notebook)
            passed = passed and not found
            console.print(f"{'✘' if found else '✔'} {notebook}", markup=False, highlight=False)
            for problem in found:
                console.print(problem, markup=False, highlight=False)
    if not passed:
        raise typer.Exit(1)


def demo_grade(
    lab: Annotated[str, typer.Argument(help="Name of the lab")] = "lab00_warm_up",
    source: Source = "synthetic",
    timeout: Timeout = None,
    engine: EngineName = "stock",
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Release, collect, grade and report five sample submissions of a lab."""
    from coursekit.grading import demo
    from coursekit.grading.collect import collect as take_in
    from coursekit.grading.release import release as make
    from coursekit.grading.samples import write_samples

    _check_source(source)
    with _open_course() as course:
        _require_data({source})
        with console.status(f"Generating {lab} and handing out variants"):
            roster = demo.prepare(course, lab)
            make(course, roster, lab, source)
            kinds = write_samples(course, lab, list(roster.ids), demo.incoming(course))
            take_in(course, demo.incoming(course), lab)
        for student in roster.ids:
            console.print(f"{student:>12}: {kinds.get(student, 'hands in nothing')}", markup=False)
        chosen = _engine(course, engine, timeout or demo.CELL_SECONDS, unsafe_no_sandbox)
        _grade(course, lab, list(roster.ids), chosen)
        _feedback(course, lab, list(roster.ids))
        _report(course)


def _check_source(source: str) -> None:
    from coursekit.variants import SOURCES

    if source not in SOURCES:
        raise typer.BadParameter(f"the data source is one of {', '.join(SOURCES)}")


def _require_data(sources: set[str]) -> None:
    """Refuse to grade without the data: every learner would lose points for it."""
    from churn.data import IBM_CSV, DataError, ibm_path, load_ibm
    from coursekit.grading.course import CourseError

    if "ibm" not in sources:
        return
    try:
        load_ibm()
    except (DataError, FileNotFoundError) as error:
        raise CourseError(f"{error}.") from error
    # Notebooks run in folders of their own, where a relative path leads elsewhere.
    os.environ[IBM_CSV] = str(ibm_path().resolve())
