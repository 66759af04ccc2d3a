"""Prove a lab's tests: every wrong answer loses points, every right answer gets them all.

The answers to a lab stand in ``tests/grading/<lab>/<task>/wrong_*.py`` and ``right_*.py``. A file is
what a learner would have in the solution cell of that task, and its docstring says what is wrong (or
different) about it. A wrong answer must lose points in every variant and source; one whose name
ends in ``_variant_0`` may be right in variant 0, and is tried in others. The empty stub
(``wrong_stub.py``) must get nothing, and neither must an answer that never looks at what it is given
(``wrong_nothing.py``, where a check might be content with that).

They are tried by the grader's own rules (:mod:`runner`): each in one setting, which changes with the
commit, and in all of them when ``COURSE_LONG`` is set. A wrong answer is left at the first check
that it fails, since it has lost points then; `make long` runs its tests to the end.

That it is the answer's own fault when points are lost follows from a right answer to the same task
that gets them all in the same setting. `make long` puts the lab's own solutions to the tests besides;
a run elsewhere tries them as notebooks and by grading (tests/notebooks/test_labs.py,
tests/integration/test_grade_labs.py).
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode

from churn.data import IBM_CSV
from coursekit import paths
from coursekit.authoring.cells import is_answer, is_test
from drawing import drawn
from grader.isolation.files import scratch_folder
from grader.isolation.sandbox import Sandbox
from grader.kernels.forked import NO_THREADS
from grader.kernels.student_kernel import real_course
from grader.lab_imports import imported_modules

HERE = Path(__file__).parent
#: Variants tried by source of data.
VARIANTS = {"synthetic": (0, 1, 4711), "ibm": (0, 4711)}
LONG = bool(os.environ.get("COURSE_LONG"))
SECONDS_PER_ANSWER = 60.0
SECONDS_PER_RUN = 9000.0 if LONG else 3000.0
#: Imported once, before the runner forks.
PRELOAD = ("churn.data", "churn.training", "coursekit.checks", "coursekit.variants")
_GRACE = 120.0
STUB = "wrong_stub"
#: Gives the same whatever it is asked, and must get nothing either.
NOTHING = "wrong_nothing"
ONLY_VARIANT_0 = "_variant_0"
_HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n(.*?)^ *### END HIDDEN TESTS\n?", re.S | re.M)


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

    def __str__(self) -> str:
        return f"variant {self.variant} of {self.source}"

    @property
    def parameters(self) -> dict[str, Any]:
        return {"student_id": "demo", "variant": self.variant, "source": self.source}


@dataclass(frozen=True)
class Result:
    """What an answer got in one setting.

    Attributes:
        score: points, all tests of the task together; 0 for a test that did not run to its end, as
            that in which a wrong answer is caught does unless it is run to the end.
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
        if is_answer(cell):
            current = cell
        elif is_test(cell):
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


def visible(source: str) -> str:
    """A test cell as learners have it, without its hidden tests."""
    return _HIDDEN.sub("", source)


def settings() -> list[Setting]:
    """What answers are tried on; IBM's table only where ``CHURN_IBM_CSV`` names its file."""
    sources = VARIANTS if os.environ.get(IBM_CSV) else {"synthetic": VARIANTS["synthetic"]}
    return [Setting(variant, source) for source, tried in sources.items() for variant in tried]


def settings_of(answer: Answer, every: bool = LONG) -> list[Setting]:
    """What one answer is tried on: ``every`` setting that proves something, or one of them.

    Which one follows from the answer's name and the commit, so that each answer meets all of them
    in time, and a run can be repeated. The right answers to a task are dealt out among the settings
    of a run, so that there is one in each.
    """
    tried = settings() if every else settings_of_run(answer.lab)
    may_be_right = answer.name.endswith(ONLY_VARIANT_0)
    proving = [setting for setting in tried if setting.variant != 0 or not may_be_right]
    if every:
        return proving
    right = [a for a in answers(answer.lab) if a.task == answer.task and not a.wrong]
    if answer not in right:
        return [drawn(str(answer), proving)]
    order = drawn(f"{answer.lab}/{answer.task}", list(itertools.permutations(proving)))
    return [order[right.index(answer) % len(order)]]


def settings_of_run(lab: str) -> tuple[Setting, ...]:
    """The two settings that a run tries a lab in: more would cost another run of its notebook each.

    One of each source, where there are two, and at least one variant that is not 0.
    """
    sources = {setting.source for setting in settings()}
    return drawn(
        lab,
        [
            pair
            for pair in itertools.combinations(settings(), 2)
            if {setting.source for setting in pair} == sources
            and any(setting.variant != 0 for setting in pair)
        ],
    )


@functools.cache
def results(lab: str, chosen: frozenset[Answer]) -> dict[Answer, dict[Setting, Result]]:
    """What those of the answers to ``lab`` kept here that are chosen get in each of their settings."""
    wanted = {answer: settings_of(answer) for answer in answers(lab) if answer in chosen}
    return results_of(lab, wanted, own_tested=LONG)


def results_of(
    lab: str,
    wanted: Mapping[Answer, Sequence[Setting]],
    to_the_end: bool = LONG,
    own_tested: bool = True,
) -> dict[Answer, dict[Setting, Result]]:
    """What each answer to ``lab`` gets in each of the settings wanted for it.

    Args:
        to_the_end: also run what is left of the tests once a wrong answer has lost points. Those
            that must get nothing at all are always run to the end.
        own_tested: also put the lab's own solutions to the tests, in each setting.

    Raises:
        AssertionError: when the lab's own solutions raise, or do not get every point.
    """
    own = _tests(lab) if own_tested else []
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in own}
    tried: dict[Setting, list[Answer]] = {}
    for answer, chosen in wanted.items():
        for setting in chosen:
            tried.setdefault(setting, []).append(answer)
    found: dict[Answer, dict[Setting, Result]] = {answer: {} for answer in wanted}
    jobs = [(setting, by_task(together)) for setting, together in tried.items()]
    brief = [
        (answer.task, answer.name)
        for answer in wanted
        if answer.wrong and answer.name not in (STUB, NOTHING) and not to_the_end
    ]
    reports = run(notebook_path(lab), jobs, until_caught=brief, own_tested=own_tested)
    for (setting, together), report in zip(tried.items(), reports, strict=True):
        reference = report["reference"]
        problem = f"the solutions of {lab} do not get every point in {setting}: {reference}"
        assert reference["scores"] == points, problem
        assert not reference["errors"], problem
        for answer in together:
            found[answer][setting] = _result(report["answers"][answer.task][answer.name])
    return found


def by_task(chosen: Iterable[Answer]) -> dict[str, dict[str, str]]:
    """The code of answers by their task and name."""
    found: dict[str, dict[str, str]] = {}
    for answer in chosen:
        found.setdefault(answer.task, {})[answer.name] = answer.code
    return found


def run(
    notebook: Path,
    jobs: Sequence[tuple[Setting, dict[str, dict[str, str]]]],
    seconds: float = SECONDS_PER_ANSWER,
    until_caught: Sequence[tuple[str, str]] = (),
    own_tested: bool = True,
) -> list[dict[str, Any]]:
    """Run ``runner.py`` on a source notebook; see there for the form of what it returns.

    Args:
        jobs: settings, each with the answers to be tried in it, by task and name.
        until_caught: task and name of each answer that is left once it has lost points.
        own_tested: put the lab's own solutions to its tests, too; else they only run.
    """
    with scratch_folder("answers-") as base:
        home, temporary, report = base / "home", base / "tmp", base / "report.json"
        temporary.mkdir()
        job = {
            "notebook": str(notebook),
            "home": str(home),
            "settings": [
                {"parameters": setting.parameters, "answers": tried} for setting, tried in jobs
            ],
            "until_caught": list(until_caught),
            "own_tested": own_tested,
            "seconds": seconds,
            "preload": (*PRELOAD, *imported_modules(notebook)),
        }
        process = subprocess.Popen(
            [sys.executable, str(HERE / "runner.py"), str(report)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # A kernel and an examiner have no other; temporary files go with the rest.
            env=Sandbox(home, home, home).environment()
            | NO_THREADS
            | real_course()
            | {"TMPDIR": str(temporary)},
            cwd=base,
            text=True,
            start_new_session=True,
        )
        try:
            _, said = process.communicate(json.dumps(job), SECONDS_PER_RUN)
            left = _left_of(process.pid)
        finally:
            process.kill()
            for other in _session(process.pid):
                other.kill()
            process.wait()
        assert process.returncode == 0, f"runner.py failed on {notebook.name}: {said[-2000:]}"
        assert not left, f"runner.py has left processes behind: {left}"
        return list(json.loads(report.read_text(encoding="utf-8")))


def _left_of(leader: int) -> list[psutil.Process]:
    """The processes of a session that go on, once those that were ended had time to."""
    end = time.monotonic() + _GRACE
    while (left := _session(leader)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _session(leader: int) -> list[psutil.Process]:
    """The processes of a session that have not ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _tests(lab: str) -> list[NotebookNode]:
    return [cell for task in tasks(lab).values() for cell in task.tests]


def _result(raw: dict[str, Any]) -> Result:
    return Result(sum(raw["scores"].values()), raw["output"], tuple(raw["errors"]))
