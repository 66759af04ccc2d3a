"""Stock nbgrader against `course grade`, on the same submissions, in one run.

python benchmarks/grading.py                              # 20 learners, the labs that exist
python benchmarks/grading.py --learners 60 --jobs 1 2 4 --cluster
python benchmarks/grading.py --labs lab00_warm_up         # one lab, as instructors grade
python benchmarks/grading.py --skip-stock --work 3        # cells that compute for 3 seconds more

Makes a course folder of its own, releases each lab to a class, fills in the class's submissions
and grades them with both commands as an instructor would type them, start of the programs
included. Prints the times, their ratio, whether the scores agree, and the largest memory of all
processes together, shared pages counted once. "cells" is the pure cell time of all notebooks,
measured by running one of each kind alone; the last column is the total as a multiple of
cells / cores. Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from memory import largest_memory
from nbformat.v4 import new_code_cell

from coursekit import paths
from grader.course import Course
from grader.cycle import samples
from grader.engines.engine import submissions
from grader.engines.pool import PooledEngine, grade_many
from grader.engines.workers import on_this_machine
from grader.kernels.student_kernel import StudentKernel
from grader.lab_imports import imported_modules
from grader.trusted.proctor import Proctor

KINDS = ("perfect", "partial", "empty")
CORES = os.cpu_count() or 1
Scores = dict[tuple[str, str], dict[str, float]]
_WORK = "import time\nuntil = time.process_time() + {}\nwhile time.process_time() < until: pass"


def make_class(
    root: Path, learners: int, only: list[str] | None = None, work: float = 0.0
) -> tuple[Course, list[str]]:
    """A course with the real labs and a class whose submissions are of three kinds in turn."""
    real = paths.course_root()
    for name in ("nbgrader_config.py", "solutions", "datasets"):
        copy = shutil.copytree if (real / name).is_dir() else shutil.copy
        copy(real / name, root / name)
    (root / "modules").mkdir()
    course = Course(root)
    names = students(learners)
    labs = only or sorted(path.parent.name for path in (root / "solutions").glob("*/*.ipynb"))
    for lab in labs:
        kinds = {name: KINDS[number % len(KINDS)] for number, name in enumerate(names)}
        samples.make_class(course, lab, {name: working(kind, work) for name, kind in kinds.items()})
    return course, labs


def working(kind: str, seconds: float) -> samples.Sample:
    """A sample whose notebook has a last cell that computes for so long."""

    def sample(notebook: nbformat.NotebookNode, source: nbformat.NotebookNode) -> str:
        if seconds:
            notebook.cells.append(new_code_cell(_WORK.format(seconds)))
        return samples.SAMPLES[kind](notebook, source)

    return sample


def students(learners: int) -> list[str]:
    return [f"learner{number:03}" for number in range(learners)]


def grade_stock(course: Course, labs: list[str]) -> None:
    """What an instructor without this engine types, lab by lab."""
    config = course.root / "nbgrader_config.py"
    text = config.read_text()
    stock = "grader.steps.TrustedExecute", "nbgrader.preprocessors.Execute"
    config.write_text(text.replace(*stock))
    try:
        for lab in labs:
            _command(course, "nbgrader", "autograde", lab, "--force")
    finally:
        config.write_text(text)


def grade_course(course: Course, labs: list[str], jobs: int, *options: str) -> None:
    """What an instructor types with this engine, lab by lab."""
    for lab in labs:
        _command(course, "coursecli.main", "grade", lab, "--again", "--jobs", str(jobs), *options)


def _command(course: Course, module: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", module, *words], cwd=course.root, check=True, capture_output=True
    )


def scores(course: Course, labs: list[str], learners: list[str]) -> Scores:
    """Points of each task in the gradebook."""
    with course.gradebook() as gradebook:
        return {
            (lab, name): {
                grade.name: float(grade.score)
                for notebook in gradebook.find_submission(lab, name).notebooks
                for grade in notebook.grades
            }
            for lab in labs
            for name in learners
        }


def cell_seconds(course: Course, labs: list[str], learners: int) -> float:
    """Seconds that the cells of the whole class take: those of one notebook of each kind, alone."""
    spent = [0.0]

    def timed[**P, R](method: Callable[P, R]) -> Callable[P, R]:
        def run(*arguments: P.args, **named: P.kwargs) -> R:
            began = time.perf_counter()
            try:
                return method(*arguments, **named)
            finally:
                spent[0] += time.perf_counter() - began

        return run

    total = 0.0
    own = StudentKernel.run, Proctor.run
    StudentKernel.run, Proctor.run = timed(own[0]), timed(own[1])  # type: ignore[method-assign]
    try:
        for lab in labs:
            with on_this_machine(lab=imported_modules(course.require_lab(lab))) as run:
                for number, one in enumerate(submissions(course, lab, students(len(KINDS)))):
                    spent[0] = 0.0
                    list(grade_many(PooledEngine(course), course, [one], run, again=True))
                    total += spent[0] * len(range(number, learners, len(KINDS)))
    finally:
        StudentKernel.run, Proctor.run = own  # type: ignore[method-assign]
    return total


@contextmanager
def cluster_of(workers: int) -> Iterator[str]:
    """The address of a Dask cluster on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--learners", type=int, default=20)
    parser.add_argument("--labs", nargs="+", help="default: all")
    parser.add_argument("--jobs", type=int, nargs="+", default=[CORES])
    parser.add_argument("--cluster", action="store_true", help="also on a Dask cluster of two")
    parser.add_argument("--skip-stock", action="store_true")
    parser.add_argument("--work", type=float, default=0.0, help="more CPU seconds per notebook")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course, labs = make_class(Path(folder), options.learners, options.labs, options.work)
        names = students(options.learners)
        notebooks = len(labs) * len(names)
        print(f"{options.learners} learners x {', '.join(labs)}: {notebooks} notebooks")
        print(
            f"{'':<20} {'total s':>8} {'s each':>7} {'ratio':>6} {'MB':>6} {'of cells':>9}  scores"
        )
        stock, reference, cells = 0.0, None, 0.0

        def measured(name: str, grade: Callable[[], None]) -> float:
            nonlocal reference
            with largest_memory() as memory:
                began = time.perf_counter()
                grade()
                total = time.perf_counter() - began
            found = scores(course, labs, names)
            reference = reference or found
            print(
                f"{name:<20} {total:>8.1f} {total / notebooks:>7.2f}"
                f" {f'{stock / total:.1f}x' if stock else '':>6} {memory[0] / 2**20:>6.0f}"
                f" {f'{total / (cells / CORES):.2f}x' if cells else '':>9}"
                f"  {'equal' if found == reference else 'DIFFERENT'}",
                flush=True,
            )
            for submission, own in reference.items():
                for task in sorted(task for task in own if found[submission][task] != own[task]):
                    print(f"  {submission}: {task} {own[task]:g} -> {found[submission][task]:g}")
            return total

        if not options.skip_stock:
            stock = measured("nbgrader autograde", lambda: grade_stock(course, labs))
        cells = cell_seconds(course, labs, options.learners)
        print(f"pure cell time {cells:.1f} s, on {CORES} cores {cells / CORES:.1f} s")
        for jobs in options.jobs:
            measured(f"course, {jobs} jobs", lambda jobs=jobs: grade_course(course, labs, jobs))  # type: ignore[misc]
        if options.cluster:
            with cluster_of(2) as address:
                measured(
                    "course, cluster of 2",
                    lambda: grade_course(course, labs, 2, "--cluster", address),
                )


if __name__ == "__main__":
    main()
