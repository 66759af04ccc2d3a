"""Grade many answers to one lab by the grader's own rules: ``python runner.py RESULT < job``.

This process imports what the lab uses, once, and never runs a cell of it: it forks the others and
speaks with them. For each setting a process stands for the kernel of a learner whose answers are
the lab's own solutions (``reference``). At each solution cell that process forks for every answer
to be tried there; the fork runs the answer instead, and then the cells up to the task's last test.
So an answer costs what its own test costs.

Test cells run as in grading (:mod:`grader.trusted.runner`): in an examiner's process, forked
from this one, that shares no module with the learner's; it is looked after by the real
:class:`~grader.trusted.proctor.Proctor`, and only plain data passes. Their points are nbgrader's
own, after the configured steps that stand between running a notebook and saving its points.

Three things differ. There is no sandbox: nobody here is hostile. The learner's cells run without
IPython (:mod:`learner`). And examiner and learner share their files, which are put back as they were
after each answer, instead of each having a copy.

An answer of which is only asked whether it loses points (``until_caught``) is left at the first
check that it fails: a rubric with a failed check never gives all its points.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import random
import resource
import shutil
import socket
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from learner import Learner, serve
from nbformat import NotebookNode
from nbgrader.utils import determine_grade
from processes import Fork, die_with_parent, open_descriptors
from traitlets.utils.importstring import import_item

from coursekit import paths
from coursekit.authoring.cells import is_answer, is_test
from coursekit.checks import Rubric
from grader.course import Course
from grader.endpoints.examiner import examine
from grader.engines.autograde import TRUSTED_EXECUTE
from grader.isolation.files import copy_tree, fingerprint
from grader.isolation.sandbox import WORK, WORKSPACE
from grader.kernels.student_kernel import KernelConfig
from grader.parameters import PARAMETERS, tags
from grader.trusted.job import Job
from grader.trusted.lab_names import names_of
from grader.trusted.proctor import Proctor

Raw = dict[str, Any]
_SAVE = "nbgrader.preprocessors.SaveAutoGrades"
_GRACE = 5.0  # seconds for a learner's process to end by itself
#: Counts all processes of the user, who has others; the rest of the limits hold for each process.
_NOT_HERE = "RLIMIT_NPROC"


class CaughtError(BaseException):
    """Ends a test cell whose points cannot be full any more; no test can catch it by accident."""


@dataclass
class Result:
    """What became of the cells of one learner; see :class:`harness.Result`."""

    scores: dict[str, float] = field(default_factory=dict)
    output: str = ""
    errors: list[str] = field(default_factory=list)


class Marker:
    """Runs the cells of one learner and gives points for the tests, until the time is up.

    Args:
        seconds: for all cells together, each of which has the limit of grading as well.
    """

    def __init__(
        self, learner: Learner, proctor: Proctor, parameters: dict[str, Any], seconds: float
    ) -> None:
        self.learner = learner
        self.proctor = proctor
        self.values = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        self.seconds = seconds
        self.end = learner.clock.now() + seconds
        self.result = Result()
        self.lost = False  # whether a test gave less than its points

    def run(self, cell: NotebookNode, source: str | None = None) -> None:
        """Run a cell, or ``source`` in its place, and note what it brings."""
        left = self.end - self.learner.clock.now()
        if left <= 0:
            said = f"not finished after {self.seconds:g} seconds"
            self.result.errors += [said] if said not in self.result.errors else []
            return
        seconds = min(left, self.proctor.config.limits.cell_seconds)
        if is_test(cell):
            # Grading puts the parameters back before each test: see RestoreParameters.
            self._run_learners(self.values, seconds)
            self._run_test(cell, seconds)
            return
        self._run_learners(cell.source if source is None else source, seconds)
        if PARAMETERS in tags(cell):
            self._run_learners(self.values, seconds)

    def _run_learners(self, source: str, seconds: float) -> None:
        error = self.learner.run(source, seconds)
        if error:
            self.result.errors.append(error)

    def _run_test(self, cell: NotebookNode, seconds: float) -> None:
        outputs = self.proctor.run(cell.source, seconds)
        ran = nbformat.from_dict(cell | {"outputs": outputs, "execution_count": 1})
        graded = nbformat.v4.new_notebook(cells=[ran])
        for step in _steps_before_saving():
            graded, _ = step(graded, {})
        (ran,) = graded.cells
        for output in ran.outputs:
            if output.output_type == "error":
                self.result.errors.append(f"{output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                self.result.output += output.text
        score, points = determine_grade(ran)
        self.result.scores[cell.metadata.nbgrader.grade_id] = score
        self.lost = self.lost or score < points


@cache
def _steps_before_saving() -> list[Any]:
    """What `nbgrader autograde` does to a notebook after it has run and before it gives points."""
    config = Course(paths.course_root()).config()
    steps = list(config.Autograde.autograde_preprocessors)
    between = steps[steps.index(TRUSTED_EXECUTE) + 1 : steps.index(_SAVE)]
    return [import_item(step)(config=config) for step in between]


class Runner:
    """Tries the answers of a job: see :func:`run`."""

    def __init__(self, job: Raw) -> None:
        self.notebook = Path(job["notebook"])
        self.seconds = float(job["seconds"])
        home = Path(job["home"]).resolve()
        self.config = KernelConfig(home, home, home)
        self.names = names_of(self.notebook)
        self.cells = [
            cell
            for cell in nbformat.read(self.notebook, as_version=4).cells
            if cell.cell_type == "code"
        ]
        self.own_tested = bool(job["own_tested"])
        self.open = open_descriptors()

    def try_setting(
        self,
        parameters: dict[str, Any],
        answers: dict[str, dict[str, str]],
        until_caught: Collection[tuple[str, str]] = (),
    ) -> dict[str, Any]:
        """What the lab's own solutions get (``reference``), and each of ``answers`` by its task.

        Args:
            until_caught: tasks and names of the answers that are left once they have lost points.
        """
        self._clear_home()
        files = Files(self.config.home)
        tried: dict[str, dict[str, Raw]] = {}
        with self._learner() as learner, self._marker(learner, parameters, math.inf) as own:
            for place, cell in enumerate(self.cells):
                task = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
                if task in answers:
                    files.keep()
                for name, code in answers.get(task, {}).items():
                    brief = (task, name) in until_caught
                    result = self._try_answer(learner, place, code, parameters, brief)
                    tried.setdefault(task, {})[name] = vars(result)
                    files.put_back()
                if self.own_tested or not is_test(cell):
                    own.run(cell)
        return {"reference": vars(own.result), "answers": tried}

    def _try_answer(
        self, learner: Learner, place: int, code: str, parameters: dict[str, Any], brief: bool
    ) -> Result:
        """Run an answer in place of the solution cell at ``place``, then its task's cells.

        Args:
            brief: only until it has lost points.
        """
        following = self.cells[place + 1 :]
        after = next((i for i, cell in enumerate(following) if is_answer(cell)), len(following))
        last = max(i for i, cell in enumerate(following[:after]) if is_test(cell))
        marking = self._marker
        with learner.fork() as other, marking(other, parameters, self.seconds, brief) as marker:
            marker.run(self.cells[place], code)
            for cell in following[: last + 1]:
                if brief and marker.lost:
                    break
                marker.run(cell)
        return marker.result

    @contextmanager
    def _learner(self) -> Iterator[Learner]:
        ours, theirs = socket.socketpair()
        process = Fork(lambda: self._be_learner(theirs), [theirs.fileno()], self.open)
        theirs.close()
        with Learner(process.pid, ours, self.config, lambda: process.wait(_GRACE)) as learner:
            yield learner
        process.wait()

    def _be_learner(self, line: socket.socket) -> None:
        for name, value in self.config.limits.rlimits().items():
            if name != _NOT_HERE:
                resource.setrlimit(getattr(resource, name), (value, value))
        os.chdir(self.config.home / WORK)
        serve(line)

    @contextmanager
    def _marker(
        self, learner: Learner, parameters: dict[str, Any], seconds: float, brief: bool = False
    ) -> Iterator[Marker]:
        def start(descriptor: int, config: KernelConfig) -> Fork:
            return Fork(lambda: _be_examiner(descriptor, config, brief), [descriptor], self.open)

        job = Job(nbformat.v4.new_notebook(), {}, parameters, self.names)
        with Proctor(learner, job, start) as proctor:
            yield Marker(learner, proctor, parameters, seconds)

    def _clear_home(self) -> None:
        home = self.config.home
        shutil.rmtree(home, ignore_errors=True)
        for part in (WORK, WORKSPACE):
            (home / part).mkdir(parents=True)
        beside = self.notebook.parent
        copy_tree(
            beside, home / WORK, self.config.limits.disk, lambda path: path.suffix == ".ipynb"
        )


def _be_examiner(descriptor: int, config: KernelConfig, brief: bool) -> None:
    memory = config.limits.memory
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    os.chdir(config.home / WORK)
    # A new process has random numbers of its own.
    random.seed()
    np.random.seed()
    if brief:
        _stop_at_the_first_failure()
    examine(Connection(descriptor))


def _stop_at_the_first_failure() -> None:
    """In this process a check that fails ends its test cell, instead of the next one following."""
    check = Rubric.check

    @contextmanager
    def checked(self: Rubric, name: str, weight: float = 1.0) -> Iterator[None]:
        with check(self, name, weight):
            yield
        if self._failures:
            raise CaughtError("left at the first check that failed")

    Rubric.check = checked  # type: ignore[method-assign]


class Files:
    """The files of a folder as they were when they were kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.copy = folder.with_name(f"{folder.name}-kept")
        self.kept = fingerprint(folder)

    def keep(self) -> None:
        self.kept = fingerprint(self.folder)
        shutil.rmtree(self.copy, ignore_errors=True)
        for name, *_ in self.kept:
            (self.copy / name).parent.mkdir(parents=True, exist_ok=True)
            _copy(self.folder / name, self.copy / name)

    def put_back(self) -> None:
        """Undo every change since the last :meth:`keep`; empty folders may stay."""
        now = fingerprint(self.folder)
        if now == self.kept:
            return
        for name in {name for name, *_ in now} - {name for name, *_ in self.kept}:
            with suppress(OSError):
                (self.folder / name).unlink()
        for name, *_ in set(self.kept) - set(now):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            _copy(self.copy / name, self.folder / name)
        self.kept = fingerprint(self.folder)


def _copy(source: Path, target: Path) -> None:
    """Copy into the same file where there is one: the learner's process may have it open."""
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except PermissionError:  # as DVC leaves the files of its cache
        target.unlink()
        shutil.copy2(source, target, follow_symlinks=False)


def run(job: Raw) -> list[Raw]:
    """One result for each of the job's settings.

    The job names ``notebook`` (its path), ``home`` (a folder for the learner's files, whose
    neighbours are free), ``settings`` (each with its ``parameters`` and its ``answers`` by task and
    name), ``until_caught`` (pairs of task and name), whether the lab's own solutions are put to the
    tests (``own_tested``), ``seconds`` for one answer, and the modules to ``preload``, which no answer
    then pays for.
    """
    for module in job["preload"]:
        importlib.import_module(module)
    _steps_before_saving()
    gc.collect()
    # Objects that no collection visits stay in the pages that forks share with this process.
    gc.freeze()
    runner = Runner(job)
    brief = {(task, name) for task, name in job["until_caught"]}
    return [
        runner.try_setting(each["parameters"], each["answers"], brief) for each in job["settings"]
    ]


if __name__ == "__main__":
    die_with_parent()
    # Test cells find the course's packages and nothing that stands beside this file.
    sys.path.remove(str(Path(__file__).parent))
    done = run(json.load(sys.stdin))
    Path(sys.argv[1]).write_text(json.dumps(done), encoding="utf-8")
