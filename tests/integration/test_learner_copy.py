"""In a learner's copy each command and each target works, or says in one sentence whom it is for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import typer
from typer.testing import Result

from coursecli import main
from coursekit import paths
from coursekit.authoring.learner_copy import KEPT, make_learner_copy
from coursekit.authoring.notebooks import KERNELSPEC
from scratch_repository import commit_all

ROOT = paths.course_root()
LAB = "labs/lab00_warm_up/lab00_warm_up.ipynb"
LESSON = "modules/00_introduction/01_start_here.ipynb"
#: The sentence of a command or target that needs what is not there.
NOT_HERE = (
    r"`{} {}` is for (authors|instructors|authors and instructors): it needs solutions/ and tests/, "
    r"which a learner's copy does not have\.\n"
)
Command = Callable[..., Result]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's copy of this course as it is now, which need not be a git checkout itself."""
    course, folder = (tmp_path_factory.mktemp(name) / "course" for name in ("all", "copies"))
    course.mkdir()
    caches = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in (*KEPT, "solutions"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, course / name, ignore=caches)
        else:
            shutil.copy2(ROOT / name, course)
    commit_all(course)
    make_learner_copy(course, folder)
    return folder


@pytest.fixture(autouse=True)
def _in_the_copy(copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(copy)
    monkeypatch.setenv("COURSE_VAULT", str(tmp_path / "vault"))


def test_it_holds_no_answer_and_all_that_its_readme_links_to(copy: Path) -> None:
    for path in (*copy.glob("labs/*/*.ipynb"), copy / "README.md"):
        text = path.read_text("utf-8")
        assert not re.search("BEGIN SOLUTION|HIDDEN TESTS", text), path
    assert not {"solutions", "tests", "grading", ".git"} & {path.name for path in copy.iterdir()}
    links = re.findall(r"\]\(([^)#]+)", (copy / "README.md").read_text("utf-8"))
    assert len(links) > 2
    assert [link for link in links if "://" not in link and not (copy / link).is_file()] == []


# --- commands -------------------------------------------------------------------------------------

#: The words after each command, and what is said by those that work; the others are refused.
WORKING: dict[str, tuple[tuple[str, ...], str]] = {
    "doctor": ((), r"Everything is in order\.|thing\(s\) to do\."),
    "lab": (("--no-browser",), ""),
    "run": (("small.ipynb",), r"Executed without an error: .*small\.ipynb"),
    "progress": (("--path", "half_day"), r"Start here +\d+ min"),
    "incident": (("amber",), r"Opened: my_notebooks/incidents/amber\.ipynb"),
    "validate": ((LAB,), rf"✘ {LAB}\n.*there is no answer yet"),
}
REFUSED = {
    "check": (),
    "notebooks": (LESSON,),
    "generate": (),
    "map": (),
    "system": (),
    "learner-copy": ("elsewhere",),
    "release": ("lab00_warm_up", "--roster", "datasets/sample_roster.csv"),
    "collect": ("lab00_warm_up", "."),
    "grade": ("lab00_warm_up",),
    "feedback": ("lab00_warm_up",),
    "report": (),
    "demo-grade": (),
}


def test_every_command_is_walked() -> None:
    group = typer.main.get_command(main.app)
    assert set(group.commands) == {*WORKING, *REFUSED}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WORKING)
def test_a_command_for_learners_works(
    name: str, copy: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [nbformat.v4.new_code_cell("print(1)", id="a")]
    small = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})
    nbformat.write(small, copy / "small.ipynb")
    if name == "lab":  # and not a server that never ends
        monkeypatch.setattr(main.subprocess, "run", _looks_at_the_command)
    words, said = WORKING[name]
    result = command(name, *words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert re.search(said, result.output, re.DOTALL), result.output
    assert "for authors" not in result.output


def _looks_at_the_command(
    words: list[str], cwd: Path, env: dict[str, str], check: bool
) -> subprocess.CompletedProcess[str]:
    (page,) = (word for word in words if word.startswith("--LabApp.default_url="))
    assert (cwd / page.partition("/lab/tree/")[2]).is_file()
    return subprocess.CompletedProcess(words, 0)


@pytest.mark.parametrize("name", REFUSED)
def test_a_command_for_others_says_so(name: str, copy: Path, command: Command) -> None:
    before = sorted(copy.rglob("*"))
    result = command(name, *REFUSED[name])
    assert result.exit_code == 1
    assert re.fullmatch("✘ " + NOT_HERE.format("course", name), result.output), result.output
    assert sorted(copy.rglob("*")) == before


# --- make -----------------------------------------------------------------------------------------


def targets() -> list[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return re.findall(r"^([a-z]+):", makefile, re.MULTILINE)


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make where setting up does nothing and the command only says what it was told."""
    overridden = ["PYTHON=true", "COURSE=echo course", "MODULE=echo module", "MAKEFLAGS="]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *words, *overridden], capture_output=True, text=True, check=False, env=bare
    )


#: What each target prints that works in a learner's copy.
FOR_LEARNERS = {
    "help": r"(make [a-z]+ +.+\n)+",
    "setup": "",
    "automl": "",
    "edge": "module coursekit.environment.npm_packages onnxruntime-web\n",
    "tools": "",
    "lab": "course lab\n",
    "doctor": "course doctor\n",
    "clean": r"rm -rf \.venv .*\n",
}


@pytest.mark.needs("posix")
@pytest.mark.parametrize("target", targets())
def test_each_target_works_or_says_whom_it_is_for(target: str, copy: Path) -> None:
    done = make(target)
    if target in FOR_LEARNERS:
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(FOR_LEARNERS[target], done.stdout)
    else:
        assert (done.returncode != 0, done.stdout) == (True, "")
        assert re.match(NOT_HERE.format("make", target), done.stderr), done.stderr


@pytest.mark.needs("posix")
def test_help_lists_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = re.findall(r"^make (\w+) ", make("help").stdout, re.MULTILINE)
    assert listed == list(FOR_LEARNERS)
    monkeypatch.chdir(ROOT)
    assert re.findall(r"^make (\w+) ", make("help").stdout, re.MULTILINE) == targets()
