"""The ``course`` command. It drives JupyterLab, papermill, nbval and nbgrader; it replaces none."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from coursecli import grading, incident
from coursecli.here import course_folder, full_course
from coursecli.terminal import Mark, bar, fail, say, tracked
from coursekit import my_notebooks, paths
from coursekit.environment import known
from coursekit.wording import listed

START_PAGE = "modules/00_introduction/01_start_here.ipynb"
AUTHORS = "For authors"

app = typer.Typer(
    help="Machine Learning in Production: run, check and grade the course.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Notebooks = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, dir_okay=False, resolve_path=True, help="Lessons; default: all."),
]


@app.command()
def doctor() -> None:
    """Say what is in order on this machine, and what to do about the rest."""
    from coursekit.environment.doctor import examine

    course_folder()
    marks: dict[bool | None, Mark] = {True: "✔", False: "✘", None: "·"}
    findings = []
    for finding in examine():
        say(f"{finding.name:<10} {finding.detail}", marks[finding.ok])
        findings.append(finding)
    wrong = sum(finding.ok is False for finding in findings)
    if wrong:
        say(f"{wrong} thing(s) to do.")
        raise typer.Exit(1)
    say("Everything is in order.")


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="First port to try, on this machine only.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    originals: Annotated[
        bool, typer.Option("--originals", help="For authors: the checkout's own notebooks.")
    ] = False,
) -> None:
    """Open JupyterLab on the course's start page.

    Lessons and labs are copies of your own, in my_notebooks/, which follow the course: what you
    typed is kept when a notebook has a new version.
    """
    root = course_folder()
    start_page = START_PAGE
    if not originals:
        for sentence in my_notebooks.refresh():
            say(sentence)
        start_page = f"{my_notebooks.FOLDER}/{START_PAGE}"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{start_page}",
        # No look-ups for news and extension lists.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # In a container one is often root; the server listens on this machine only.
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *([] if browser else ["--no-browser"]),
    ]
    done = subprocess.run(command, cwd=root, env=known.environment(), check=False)
    raise typer.Exit(done.returncode)


@app.command()
def run(
    notebook: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, resolve_path=True, help="A lesson or lab."),
    ],
    output: Annotated[
        Path | None, typer.Option(resolve_path=True, help="Where to; default: workspace/runs/.")
    ] = None,
    parameter: Annotated[list[str] | None, typer.Option("-p", help="name=value")] = None,
) -> None:
    """Execute a notebook with papermill and keep the result beside, not instead of, the original."""
    from coursekit.authoring.notebook_parameters import ParameterError, settings_for
    from coursekit.authoring.notebooks import RunError, execute, read

    course_folder()
    target = output or paths.workspaces() / "runs" / notebook.name
    if target == notebook:
        raise fail("The result would overwrite the notebook: name another --output.")
    try:
        cells = len(read(notebook).cells)
    except Exception as error:  # whatever nbformat says of a file that is none
        raise fail(f"{notebook.name} is not a notebook: {_first_line(error)}") from error
    try:
        settings = settings_for(notebook, parameter or [])
    except ParameterError as error:
        raise fail(str(error), 2) from error
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with bar(f"Executing {notebook.name}", cells) as done:
            execute(notebook, target, settings, done)
    except RunError as error:
        raise fail(f"{error}\nAs far as it came: {target}") from error
    say(f"Executed without an error: {target}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


@app.command()
def progress(
    path: Annotated[str, typer.Option(help="self_study, two_days or half_day")] = "self_study",
) -> None:
    """Run the labs of a path and say how many of their visible tests pass."""
    from coursekit.authoring import outline
    from grader.course import Course
    from grader.cycle.validate import judge
    from grader.exceptions import CourseError

    course = Course(course_folder())
    if path not in outline.ROUTES:
        raise fail(f"There is no path {path!r}; choose one of {', '.join(outline.ROUTES)}.", 2)
    for module in outline.load():
        units = [unit for unit in module.units if path in unit.routes and unit.written]
        if units:
            say(module.title)
        for unit in units:
            line = f"  {unit.title:<28} {unit.minutes() or '?':>3} min"
            if unit.is_lab:
                try:
                    verdict = judge(course, my_notebooks.own(unit.path))
                    line += f"  {verdict.passed} of {verdict.tests} tests pass"
                except CourseError as error:
                    line += f"  {error}"
            say(line)


app.command()(incident.incident)
grading.register(app)


@app.command(rich_help_panel=AUTHORS)
def check(notebook: Notebooks = None) -> None:
    """Execute lessons and compare every output with what is printed in them (strict nbval)."""
    from coursekit.authoring.notebooks import nbval_command

    root = full_course("check", "authors")
    command = nbval_command(notebook or _lessons(root))
    raise typer.Exit(
        subprocess.run(command, cwd=root, env=known.environment(), check=False).returncode
    )


@app.command(rich_help_panel=AUTHORS)
def notebooks(notebook: Notebooks = None) -> None:
    """Execute lessons again, keep their outputs, and bring the files into their normal form."""
    from coursekit.authoring.notebooks import refresh

    root = full_course("notebooks", "authors")
    for path in tracked(notebook or _lessons(root), "Executing lessons"):
        seconds = refresh(path)
        say(f"{path.parent.name}/{path.name}: {seconds:.0f} s")


@app.command(rich_help_panel=AUTHORS)
def generate() -> None:
    """Generate labs/ from solutions/ with nbgrader; the gradebook is left alone."""
    from grader.course import Course
    from grader.cycle import release

    here = Course(full_course("generate", "authors"))
    with grading.one_sentence():
        for source in sorted((here.root / "solutions").glob("*/*.ipynb")):
            folder = release.generate(here, source.stem, database=False)
            say(f"Generated: {folder.relative_to(here.root)}")


@app.command("map", rich_help_panel=AUTHORS)
def draw_map() -> None:
    """Draw modules/course_map.svg from modules/outline.yml."""
    from coursekit.authoring import outline

    root = full_course("map", "authors")
    target = root / "modules" / "course_map.svg"
    target.write_text(outline.draw_map(outline.load()), encoding="utf-8")
    say(f"Drawn: {target.relative_to(root)}")


@app.command("system", rich_help_panel=AUTHORS)
def draw_system() -> None:
    """Draw modules/system/PLACE.svg: the whole system, with the place of a lesson marked."""
    from coursekit.authoring import system_picture

    root = full_course("system", "authors")
    for target in system_picture.write_all(root / "modules" / "system"):
        say(f"Drawn: {target.relative_to(root)}")


@app.command("learner-copy", rich_help_panel=AUTHORS)
def learner_copy(
    folder: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")],
) -> None:
    """Copy the last commit for learners: no solutions, tests and grades, a README of its own."""
    from coursekit.authoring.learner_copy import LearnerCopyError, make_learner_copy

    root = full_course("learner-copy", "authors")
    try:
        made = make_learner_copy(root, folder)
    except LearnerCopyError as error:
        raise fail(str(error)) from error
    if made.uncommitted:
        names = listed(made.uncommitted, 3)
        say(f"The last commit was copied; {len(made.uncommitted)} files differ here: {names}", "·")
    say(f"{made.files} files in {folder}")


def _lessons(root: Path) -> list[Path]:
    return sorted((root / "modules").glob("*/*.ipynb"))


def main() -> None:
    """Run the command where the settings of the machine's owner do not reach."""
    known.start_over(["-m", "coursecli.main", *sys.argv[1:]])
    try:
        app()
    except OSError as error:
        if not (isinstance(error, PermissionError) or error.errno == errno.EROFS):
            raise
        raise SystemExit(fail(_not_allowed(error)).exit_code) from error


def _not_allowed(error: OSError) -> str:
    if error.filename is None:  # a sentence of ours
        return f"{error}."
    return (
        f"{error.filename} cannot be written or read ({error.strerror}): mend its rights, or copy the "
        "course into a folder of your own."
    )


if __name__ == "__main__":
    main()
