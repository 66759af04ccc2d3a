"""What a learner sees before handing in: a notebook is read, run and judged as in grading.

The tests are those of the released lab, and run in a process of their own: a name that only a test
cell binds does not exist for the learner's code. There is no sandbox, on the learner's own machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from coursekit.authoring.cells import find_tests, is_answer, is_test, marks, task_name
from grader.course import Course
from grader.cycle.released_lab import ReleasedLab, find_lab
from grader.engines.autograde import remarks_on
from grader.exceptions import CourseError
from grader.feedback.check_results import end_of, explain_undefined, failures
from grader.isolation.sandbox import Limits
from grader.kernels.provisioner import start_fork_server
from grader.kernels.student_kernel import StartKernel, start_unprotected
from grader.kernels.unprotected import UnprotectedForks
from grader.nbgrader_internals import points_of
from grader.parameters import GUARD, INJECTED, tags
from grader.submission import Recognised, read_notebook
from grader.trusted.proctor import StartExaminer, start_examiner
from grader.trusted.runner import run

Processes = tuple[StartKernel, StartExaminer]
_COLD: Processes = (start_unprotected, start_examiner)


@dataclass(frozen=True)
class Problem:
    """Something that would lose points.

    Attributes:
        lines: what the checks say of it.
    """

    heading: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.heading, *(f"  {line}" for line in self.lines)])


@dataclass(frozen=True)
class Verdict:
    """What validation found in a notebook.

    Attributes:
        problems: empty when all tests pass.
        changed: a sentence for each test that was written into, which does not matter to its points.
        remarks: what an instructor would read about it beside the points, `changed` among it.
        passed: how many of the lab's visible test cells pass.
        tests: how many there are.
    """

    problems: tuple[Problem, ...]
    changed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    passed: int = 0
    tests: int = 0


def judge(course: Course, notebook: Path, processes: Processes = _COLD) -> Verdict:
    """Run a notebook and say what would lose points.

    Raises:
        CourseError: there is no such notebook, or it cannot be run at all.
    """
    content = _read(notebook)
    lab = find_lab(course, notebook, content)
    if lab is None:
        said = "this notebook has no cell of a lab of this course: nothing in it would be graded"
        return Verdict((Problem(f"{notebook.name}: {said}"),))
    if not lab.tests:
        return Verdict((Problem(f"{notebook.name}: there is no test in the lab {lab.path.stem}"),))
    found = lab.recognised(content)
    return _verdict(lab, found, _run(course, lab, found.notebook, notebook, processes))


def judge_each(course: Course, notebooks: Sequence[Path]) -> Iterator[tuple[Path, Verdict]]:
    """Each notebook with its verdict, on warm kernels where there are several.

    Raises:
        CourseError: as :func:`judge`.
    """
    with _processes_for(len(notebooks)) as processes:
        for notebook in notebooks:
            yield notebook, judge(course, notebook, processes)


def _read(notebook: Path) -> NotebookNode:
    if notebook.is_dir():
        raise CourseError(f"{notebook} is a folder: name the notebook in it.")
    if not notebook.is_file():
        raise CourseError(f"There is no notebook {notebook}.")
    try:
        return read_notebook(notebook)
    except ValueError as error:
        raise CourseError(f"{notebook.name} is not a notebook: {error}.") from error
    except OSError as error:
        raise CourseError(f"{notebook.name} cannot be read: {error.strerror}.") from error


@contextmanager
def _processes_for(notebooks: int) -> Iterator[Processes]:
    # A fork server takes as long to start as one notebook takes to import the libraries.
    fork_server = start_fork_server() if notebooks > 1 else None
    if fork_server is None:
        yield _COLD
        return
    with fork_server:
        forks = UnprotectedForks(fork_server)
        yield forks.kernel, forks.examiner


def _run(
    course: Course, lab: ReleasedLab, content: NotebookNode, path: Path, processes: Processes
) -> NotebookNode:
    """The notebook after all its cells have run, as the learner knows them."""
    if os.name != "posix":
        raise CourseError(
            f"{path.name} cannot be run here: kernel and tests speak through Unix sockets, which "
            "this system has not. On Windows, work in WSL."
        )
    kernel, examiner = processes
    try:
        ran = run(lab.job(content, path.resolve().parent), _limits(course), kernel, examiner)
    except (RuntimeError, OSError, ValueError) as error:
        raise CourseError(f"{path.name} cannot be run: {error}") from error
    added = {GUARD} if any(INJECTED in tags(cell) for cell in content.cells) else {GUARD, INJECTED}
    ran.cells = [cell for cell in ran.cells if not added & set(map(str, tags(cell)))]
    explain_undefined(ran)
    for cell in find_tests(ran):  # a warning is no failure, here as in grading
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return ran


def _limits(course: Course) -> Limits:
    seconds = course.config().Execute.timeout
    known = isinstance(seconds, int) and seconds > 0
    return replace(Limits(), cell_seconds=float(seconds)) if known else Limits()


def _verdict(lab: ReleasedLab, found: Recognised, ran: NotebookNode) -> Verdict:
    problems = [problem for cell in ran.cells if (problem := _problem(cell, found.restored))]
    raised = _first_error(lab, ran)
    if raised and problems:
        problems.insert(0, Problem(raised))
    tests = find_tests(ran)
    return Verdict(
        problems=tuple(problems),
        changed=tuple(found.changed),
        remarks=(*remarks_on(ran), *([raised] if raised and not problems else [])),
        passed=sum(_problem(cell, found.restored) is None for cell in tests),
        tests=len(tests),
    )


def _problem(cell: NotebookNode, missing: list[str]) -> Problem | None:
    name = task_name(cell)
    if not marks(cell).get("grade"):
        return None
    points, most = points_of(cell)
    if name in missing and is_test(cell):
        said = "this test is missing from the notebook, and would be put back before grading"
    elif points is None or points >= most:
        return None
    else:
        said = "there is no answer yet" if is_answer(cell) else "this test does not pass"
    return Problem(f"{name}: {said}", tuple(failures(cell)) if is_test(cell) else ())


def _first_error(lab: ReleasedLab, notebook: NotebookNode) -> str:
    """The first of the learner's cells that raised, which is often why all others did.

    An answer that is not written yet is no news.
    """
    known = {cell.get("id") for cell in lab.notebook.cells} - {None}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        end = "" if is_test(cell) else end_of(cell)
        if end:
            if any(output.get("ename") == "NotImplementedError" for output in cell.outputs):
                return ""
            name = task_name(cell) or (cell.get("id") if cell.get("id") in known else "")
            return f"code cell {number}{f' ({name})' if name else ''}: {end}"
    return ""
