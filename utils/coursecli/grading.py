"""The grading commands of `course`.

nbgrader takes seconds to import, so each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursecli.here import course_folder, full_course
from coursecli.terminal import console, fail, say, status, tracked

if TYPE_CHECKING:
    from grader.course import Course
    from grader.outcomes import Outcome
    from grader.selection import GradingRun

INSTRUCTORS = "For instructors"
# The sample with the endless loop waits this long for one cell.
DEMO_SECONDS = 30.0

Lab = Annotated[str, typer.Argument(help="Name of the lab, for example lab00_warm_up")]
Source = Annotated[str, typer.Option(help="Data source: synthetic or ibm")]
Timeout = Annotated[
    float | None, typer.Option(min=1, help="Seconds for one cell (default: nbgrader_config.py)")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Submissions at a time (default: one per core)")
]
Cluster = Annotated[
    str | None, typer.Option(help="Run cells on this Dask cluster, for example tcp://host:8786")
]
EngineName = Annotated[
    str, typer.Option(help="trusted: sandbox, tests in their own process; or stock nbgrader")
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-no-sandbox", help="Run learners' code with all you can do")
]


def register(app: typer.Typer) -> None:
    """Add the grading commands to the `course` command."""
    app.command()(validate)
    for command in (release, collect, grade, feedback, report):
        app.command(rich_help_panel=INSTRUCTORS)(command)
    app.command("demo-grade", rich_help_panel=INSTRUCTORS)(demo_grade)


@contextmanager
def _open_course(command: str, alone: bool = False) -> Iterator[Course]:
    """The course of the working directory, for a command that needs its solutions.

    Args:
        alone: while no other command changes it.
    """
    root = full_course(command, "instructors")
    with one_sentence():
        from grader.course import Course

        course = Course(root)
        with course.alone() if alone else nullcontext():
            yield course


@contextmanager
def one_sentence() -> Iterator[None]:
    """A foreseen error is one sentence and exit code 1."""
    from coursekit.variants import RosterError, SecretError
    from grader.exceptions import CourseError, InfrastructureError

    try:
        yield
    except InfrastructureError as error:
        said = str(error).rstrip(".")
        raise fail(
            f"{said}. What was graded is kept: the same command goes on from there."
        ) from error
    except (CourseError, RosterError, SecretError) as error:
        raise fail(str(error)) from error


def release(
    lab: Lab,
    roster: Annotated[Path, typer.Option(help="CSV: student_id, first_name, last_name[, email]")],
    source: Source = "synthetic",
) -> None:
    """Generate a lab and make each learner's own variant of it."""
    from coursekit.variants import Roster
    from grader.cycle.release import release as make

    _check_source(source)
    with _open_course("release", alone=True) as course:
        _require_data({source})
        notebooks = make(course, Roster.read(roster), lab, source)
        where = course.handed_out("<student_id>", lab).relative_to(course.root)
        say(f"{len(notebooks)} notebooks of {lab} in {where}")


def collect(
    lab: Lab,
    folder: Annotated[Path, typer.Argument(help="Folder with what the learners handed in")],
) -> None:
    """Take in submissions: <student_id>/, <student_id>/<lab>/ or <student_id>.ipynb in a folder.

    Which file is the notebook is told by what is in it; a zip archive is unpacked.
    """
    from grader.cycle.collect import collect as take_in

    with _open_course("collect", alone=True) as course:
        found = take_in(course, folder, lab, lambda names: tracked(names, "Collecting"))
        say(f"{len(found.collected)} submissions of {lab} collected")
        for student, why in found.refused.items():
            say(f"{student}: {why}", "✘")
        for student, remarks in found.said.items():
            for remark in remarks:
                say(f"{student}: {remark}")
        for name, kind in found.unused.items():
            say(f"Not used: {name}{f' ({kind})' if kind else ''}")
        if found.kept:
            names = ", ".join(found.kept)
            say(f"Nothing new from {names} (the earlier submission is kept)")
        if found.missing:
            say(f"Nothing from {', '.join(found.missing)}")
        if found.unknown:
            say(f"Not on the roster: {', '.join(found.unknown)}", "·")


def grade(
    lab: Lab,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this learner; can be given more than once")
    ] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    again: Annotated[
        bool, typer.Option("--again", help="Grade also what was graded and has not changed")
    ] = False,
    timeout: Timeout = None,
    engine: EngineName = "trusted",
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Autograde the submissions of a lab; each failure is the learner's own line.

    Killed and started again, it goes on where it was.
    """
    from grader.selection import select

    full_course("grade", "instructors")
    with one_sentence():
        grading = select(engine, timeout, jobs, cluster, unsafe_no_sandbox)
    with grading.started(lab), _open_course("grade", alone=True) as course:
        from grader.cycle.collect import learners_of
        from grader.exceptions import CourseError
        from grader.parameters import read_record

        learners = learners_of(course, lab)
        _require_data({line.source for line in read_record(course.record(lab)).values()})
        unknown = sorted(set(student or ()) - set(learners))
        if unknown:
            names = ", ".join(map(repr, unknown))
            raise CourseError(f"{lab} was not released to {names}: look at the spelling.")
        outcomes = _grade(course, lab, student or list(learners), grading, again)
        failed = sum(outcome.status == "failed" for outcome in outcomes)
        say(f"{len(outcomes)} submissions, {failed} of them failed to run")


def _grade(
    course: Course, lab: str, students: list[str], grading: GradingRun, again: bool = False
) -> list[Outcome]:
    grading.require()
    with ExitStack() as stack:
        with status("Starting kernels"):
            cells = stack.enter_context(grading.cells())
            from coursecli.progress import graded_with_progress
            from grader.engines.engine import submissions
            from grader.engines.pool import grade_many

            batch = submissions(course, lab, students)
            engine = grading.engine(course)
        try:
            return graded_with_progress(
                console,
                batch,
                lambda on_progress: grade_many(
                    engine, course, batch, cells, grading.jobs, again=again, on_progress=on_progress
                ),
            )
        except KeyboardInterrupt:
            say("Stopped. What was graded is kept: the same command goes on from there.")
            raise typer.Exit(130) from None


def feedback(lab: Lab) -> None:
    """Write a feedback page for each graded learner."""
    from grader.cycle.collect import learners_of

    with _open_course("feedback") as course:
        _feedback(course, lab, list(learners_of(course, lab)))


def _feedback(course: Course, lab: str, students: list[str]) -> None:
    from grader.cycle.feedback import feedback as write_pages

    pages = list(write_pages(course, lab, tracked(students, "Writing feedback pages")))
    where = course.feedback("<student_id>", lab).relative_to(course.root)
    say(f"{len(pages)} feedback pages in {where}")


def report() -> None:
    """Write grading/grades.csv and print the score table; who has no grade yet is waiting."""
    with _open_course("report") as course:
        _report(course)


def _report(course: Course) -> None:
    from grader.cycle.report import read_grades, score_table, write_grades

    grades = read_grades(course)
    path = write_grades(course, grades)
    console.print(score_table(grades))
    say(f"Grades in {path.relative_to(course.root)}")


def validate(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks of labs to run and check")],
) -> None:
    """Run a lab's tests as the Validate button does; exit code 1 when one does not pass."""
    from grader.course import Course
    from grader.cycle.validate import judge_each

    passed = True
    with one_sentence():
        for notebook, verdict in judge_each(Course(course_folder()), notebooks):
            passed = passed and not verdict.problems
            say(str(notebook), "✘" if verdict.problems else "✔")
            for said in (*verdict.problems, *verdict.remarks):
                say(str(said))
    if not passed:
        raise typer.Exit(1)


def demo_grade(
    lab: Annotated[str, typer.Argument(help="Name of the lab")] = "lab00_warm_up",
    source: Source = "synthetic",
    timeout: Timeout = None,
    jobs: Jobs = None,
    engine: EngineName = "trusted",
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Release, collect, grade and report five sample submissions of a lab."""
    _check_source(source)
    from grader.selection import select

    full_course("demo-grade", "instructors")
    with one_sentence():
        grading = select(engine, timeout or DEMO_SECONDS, jobs, unsafe=unsafe_no_sandbox)
    with grading.started(lab), _open_course("demo-grade", alone=True) as course:
        from grader.cycle import demo
        from grader.cycle.collect import collect as take_in
        from grader.cycle.release import release as make
        from grader.cycle.samples import write_samples

        grading.require()
        _require_data({source})
        with status(f"Generating {lab} and handing out variants"):
            roster = demo.prepare(course, lab)
            make(course, roster, lab, source)
            kinds = write_samples(course, lab, list(roster.ids), demo.incoming(course))
            take_in(course, demo.incoming(course), lab)
        for student in roster.ids:
            say(f"{student:>12}: {kinds.get(student, 'hands in nothing')}")
        _grade(course, lab, list(roster.ids), grading)
        _feedback(course, lab, list(roster.ids))
        _report(course)


def _check_source(source: str) -> None:
    from churn.data import SOURCES

    if source not in SOURCES:
        raise typer.BadParameter(f"the data source is one of {', '.join(SOURCES)}")


def _require_data(sources: set[str]) -> None:
    """Refuse to grade without the data: every learner would lose points for it."""
    from churn.data import IBM_CSV, DataError, ibm_path, load_ibm
    from grader.exceptions import CourseError

    if "ibm" not in sources:
        return
    try:
        load_ibm()
    except (DataError, FileNotFoundError) as error:
        raise CourseError(f"{error}.") from error
    # Notebooks run in folders of their own, where a relative path leads elsewhere.
    os.environ[IBM_CSV] = str(ibm_path().resolve())
