"""The ``course`` command. It drives JupyterLab, papermill, nbval and nbgrader; it replaces none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from coursecli import grading
from coursekit import paths

START_PAGE = "modules/00_introduction/01_start_here.ipynb"

app = typer.Typer(
    help="Machine Learning in Production: run, check and grade the course.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
grading.register(app)
console = Console(highlight=False)


@app.command()
def doctor() -> None:
    """Say what is in order on this machine, and what to do about the rest."""
    from coursekit.environment.doctor import examine

    marks = {True: "[green]✔[/]", False: "[red]✘[/]", None: "[yellow]·[/]"}
    findings = []
    for finding in examine():
        console.print(f"{marks[finding.ok]} {finding.name:<10} {finding.detail}", soft_wrap=True)
        findings.append(finding)
    wrong = sum(finding.ok is False for finding in findings)
    if wrong:
        console.print(f"{wrong} thing(s) to do.")
        raise typer.Exit(1)
    console.print("Everything is in order.")


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="First port to try, on this machine only.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Open JupyterLab on the course's start page."""
    root = paths.course_root()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
        # No look-ups for news and extension lists.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # In a container one is often root; the server listens on this machine only.
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *([] if browser else ["--no-browser"]),
    ]
    raise typer.Exit(subprocess.run(command, cwd=root, check=False).returncode)


@app.command()
def run(
    notebook: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A lesson or lab.")],
    output: Annotated[Path | None, typer.Option(help="Where to; default: workspace/runs/.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("-p", help="name=value")] = None,
) -> None:
    """Execute a notebook with papermill and keep the result beside, not instead of, the original."""
    from coursekit.authoring.notebooks import execute

    settings = dict(item.partition("=")[::2] for item in parameter or [])
    target = output or paths.course_root() / "workspace" / "runs" / notebook.name
    target.parent.mkdir(parents=True, exist_ok=True)
    execute(notebook, target, settings)
    console.print(f"Executed without an error: {target}")


@app.command()
def check(
    notebook: Annotated[list[Path] | None, typer.Argument(help="Lessons; default: all.")] = None,
) -> None:
    """Execute lessons and compare every output with what is printed in them (strict nbval)."""
    from coursekit.authoring.notebooks import nbval_command

    command = nbval_command(notebook or _lessons())
    raise typer.Exit(subprocess.run(command, cwd=paths.course_root(), check=False).returncode)


@app.command()
def notebooks(
    notebook: Annotated[list[Path] | None, typer.Argument(help="Lessons; default: all.")] = None,
) -> None:
    """Execute lessons again, keep their outputs, and bring the files into their normal form."""
    from rich.progress import track

    from coursekit.authoring.notebooks import refresh

    for path in track(notebook or _lessons(), "Executing lessons", console=console):
        seconds = refresh(path)
        console.print(f"{path.parent.name}/{path.name}: {seconds:.0f} s")


@app.command()
def progress(
    path: Annotated[str, typer.Option(help="self_study, two_days or half_day")] = "self_study",
) -> None:
    """Run the labs of a path and say how many of their visible tests pass."""
    from coursekit.authoring import outline
    from grader.course import Course
    from grader.cycle.validate import judge
    from grader.exceptions import CourseError

    if path not in outline.ROUTES:
        console.print(f"There is no path {path!r}; choose one of {', '.join(outline.ROUTES)}.")
        raise typer.Exit(2)
    for module in outline.load():
        units = [unit for unit in module.units if path in unit.routes and unit.written]
        if units:
            console.print(f"[bold]{module.title}[/]")
        for unit in units:
            line = f"  {unit.title:<28} {unit.minutes() or '?':>3} min"
            if unit.is_lab:
                try:
                    verdict = judge(Course.find(), unit.path)
                    line += f"  {verdict.passed} of {verdict.tests} tests pass"
                except CourseError as error:
                    line += f"  {error}"
            console.print(line, markup=False)


@app.command()
def generate() -> None:
    """Generate labs/ from solutions/ with nbgrader; the gradebook is left alone."""
    from grader import course
    from grader.cycle import release

    here = course.Course.find()
    for source in sorted((here.root / "solutions").glob("*/*.ipynb")):
        folder = release.generate(here, source.stem, database=False)
        console.print(f"Generated: {folder.relative_to(here.root)}")


@app.command("map")
def draw_map() -> None:
    """Draw modules/course_map.svg from modules/outline.yml."""
    from coursekit.authoring import outline

    target = paths.course_root() / "modules" / "course_map.svg"
    target.write_text(outline.draw_map(outline.load()), encoding="utf-8")
    console.print(f"Drawn: {target.relative_to(paths.course_root())}")


@app.command("system")
def draw_system() -> None:
    """Draw modules/system/PLACE.svg: the whole system, with the place of a lesson marked."""
    from coursekit.authoring import system_picture

    for target in system_picture.write_all(paths.course_root() / "modules" / "system"):
        console.print(f"Drawn: {target.relative_to(paths.course_root())}")


def _lessons() -> list[Path]:
    return sorted((paths.course_root() / "modules").glob("*/*.ipynb"))


if __name__ == "__main__":
    app()
