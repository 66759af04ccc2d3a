"""Prove a lab's tests: every wrong answer loses points, every right answer gets them all.

The answers to a lab stand in ``tests/grading/<lab>/<task>/wrong_*.py`` and ``right_*.py``. A file is
what a learner would have in the solution cell of that task, and its docstring says what is wrong (or
different) about it. A wrong answer must lose points in every variant and source; one whose name
ends in ``_variant_0`` may be right in variant 0. The empty stub (``wrong_stub.py``) must get nothing.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from churn.data import IBM_CSV
from coursekit import paths
from coursekit.environment import switches
from grader.lab_imports import imported_modules

HERE = Path(__file__).parent
#: Variants tried by source of data, and more of them with ``make long``.
VARIANTS = {"synthetic": (0, 4711), "ibm": (1,)}
if os.environ.get("COURSE_LONG"):
    VARIANTS = {"synthetic": (0, 1, 4711), "ibm": (0, 4711)}
SECONDS_PER_ANSWER = 60.0
SECONDS_PER_RUN = 3000.0
#: Imported once, before the runner forks.
PRELOAD = ("churn.data", "churn.training", "coursekit.checks", "coursekit.variants")
STUB = "wrong_stub"
ONLY_VARIANT_0 = "_variant_0"


@dataclass(frozen=True)
class Answer:
    """One answer to one task of a lab."""

    lab: str
    task: str
    name: str
    code: str
    says: str

    @property
    def wrong(self) -> bool:
        return self.name.startswith("wrong_")

    def __str__(self) -> str:
        return f"{self.lab}/{self.task}/{self.name}"


@dataclass(frozen=True)
class Task:
    """A solution cell and the tests that follow it, up to the next solution cell."""

    name: str
    solution: NotebookNode
    tests: tuple[NotebookNode, ...]

    @property
    def points(self) -> float:
        return sum(float(cell.metadata.nbgrader.points) for cell in self.tests)


@dataclass(frozen=True)
class Setting:
    """One variant of one data source."""

    variant: int
    source: str

    @property
    def parameters(self) -> dict[str, Any]:
        return {"student_id": "demo", "variant": self.variant, "source": self.source}


@dataclass(frozen=True)
class Result:
    """What an answer got in one setting.

    Attributes:
        score: points, all tests of the task together; 0 for a test that did not run.
        output: what the tests printed.
        errors: one line for each cell that raised, or why the answer did not end.
    """

    score: float
    output: str
    errors: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.score} points\n{self.output}{chr(10).join(self.errors)}"


def labs() -> list[str]:
    """The labs that have answers here."""
    return sorted(path.name for path in HERE.iterdir() if path.name.startswith("lab"))


def notebook_path(lab: str) -> Path:
    return paths.course_root() / "solutions" / lab / f"{lab}.ipynb"


@functools.cache
def tasks(lab: str) -> dict[str, Task]:
    """The autograded tasks of a lab by the name of their solution cell."""
    found: dict[str, Task] = {}
    current: NotebookNode | None = None
    for cell in nbformat.read(notebook_path(lab), as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if is_solution(cell):
            current = cell
        elif is_grade(cell):
            assert current is not None, (
                f"the test {cell.id} of {lab} has no solution cell before it"
            )
            name = current.metadata.nbgrader.grade_id
            before = found[name].tests if name in found else ()
            found[name] = Task(name, current, (*before, cell))
    return found


@functools.cache
def answers(lab: str) -> tuple[Answer, ...]:
    """Every answer to a lab, in alphabetical order."""
    found = []
    for path in sorted((HERE / lab).glob("*/*.py")):
        code = path.read_text(encoding="utf-8")
        says = (ast.get_docstring(ast.parse(code)) or "").strip()
        found.append(Answer(lab, path.parent.name, path.stem, code, says))
    return tuple(found)


def settings() -> list[Setting]:
    """What the answers are tried on; IBM's table only where ``CHURN_IBM_CSV`` names its file."""
    sources = VARIANTS if os.environ.get(IBM_CSV) else {"synthetic": VARIANTS["synthetic"]}
    return [Setting(variant, source) for source, tried in sources.items() for variant in tried]


@functools.cache
def results(lab: str) -> dict[Setting, dict[Answer, Result]]:
    """What each answer to ``lab`` gets in each setting.

    Raises:
        AssertionError: when the lab's own solutions do not get every point.
    """
    by_task: dict[str, dict[str, str]] = {}
    for answer in answers(lab):
        by_task.setdefault(answer.task, {})[answer.name] = answer.code
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in _tests(lab)}
    found = {}
    for setting, report in zip(
        settings(), run(notebook_path(lab), settings(), by_task), strict=True
    ):
        reference = report["reference"]
        problem = f"the solutions of {lab} do not get every point in {setting}: {reference}"
        assert reference["scores"] == points, problem
        assert not reference["errors"], problem
        tried = report["answers"]
        found[setting] = {a: _result(tried[a.task][a.name]) for a in answers(lab)}
    return found


def run(
    notebook: Path,
    settings: list[Setting],
    by_task: dict[str, dict[str, str]],
    seconds: float = SECONDS_PER_ANSWER,
) -> list[dict[str, Any]]:
    """Run ``runner.py`` on a source notebook; see there for the form of what it returns."""
    job = {
        "notebook": str(notebook),
        "parameters": [setting.parameters for setting in settings],
        "answers": by_task,
        "seconds": seconds,
        "preload": (*PRELOAD, *imported_modules(notebook)),
    }
    with tempfile.TemporaryDirectory() as workspace:
        environment = {"MPLBACKEND": "Agg", "COURSE_WORKSPACE": workspace}
        done = subprocess.run(
            [sys.executable, str(HERE / "runner.py")],
            input=json.dumps(job),
            env=os.environ | switches.KERNEL | environment,
            cwd=notebook.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS_PER_RUN,
            check=False,
        )
    assert done.returncode == 0, f"runner.py failed on {notebook.name}: {done.stderr[-2000:]}"
    return list(json.loads(done.stdout))


def _tests(lab: str) -> list[NotebookNode]:
    return [cell for task in tasks(lab).values() for cell in task.tests]


def _result(raw: dict[str, Any]) -> Result:
    return Result(sum(raw["scores"].values()), raw["output"], tuple(raw["errors"]))
