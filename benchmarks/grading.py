"""Stock nbgrader against `course grade` on the same submissions.

python benchmarks/grading.py                          # 20 learners, the labs that exist
python benchmarks/grading.py --learners 100 --skip-stock --jobs 1 2 4 --cluster

Makes a course folder of its own, releases each lab to a class, fills in the class's submissions,
and grades them: first with `nbgrader autograde`, one cold kernel per notebook, then with the pool
of warm kernels. Prints times, their ratio, and whether the scores agree; nothing is asserted on
time. The time for starting zygotes is part of the pool's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import nbformat
import psutil

from coursekit import paths
from coursekit.grading import samples
from coursekit.grading.collect import collect
from coursekit.grading.course import Course
from coursekit.grading.engine import submissions
from coursekit.grading.execute import Job
from coursekit.grading.pool import PooledEngine, Run, grade_many, on_cluster, warm_here
from coursekit.grading.release import release
from coursekit.grading.sandbox import Limits
from coursekit.variants import Roster

KINDS = ("perfect", "partial", "empty")
Scores = dict[tuple[str, str], dict[str, float]]


def make_class(root: Path, learners: int) -> tuple[Course, list[str]]:
    """A course with the real labs and a class whose submissions are of three kinds in turn."""
    real = paths.course_root()
    for name in ("nbgrader_config.py", "solutions", "datasets"):
        copy = shutil.copytree if (real / name).is_dir() else shutil.copy
        copy(real / name, root / name)
    (root / "modules").mkdir()
    course = Course(root)
    names = [f"learner{number:03}" for number in range(learners)]
    table = root / "roster.csv"
    lines = [f"{name},First,Last" for name in names]
    table.write_text("\n".join(["student_id,first_name,last_name", *lines]) + "\n")
    labs = sorted(path.parent.name for path in (root / "solutions").glob("*/*.ipynb"))
    for lab in labs:
        release(course, Roster.read(table), lab)
        source = nbformat.read(course.require_lab(lab), as_version=4)
        for number, name in enumerate(names):
            handed_out = course.handed_out(name, lab) / f"{lab}.ipynb"
            notebook = nbformat.read(handed_out, as_version=4)
            path = root / "incoming" / lab / name / f"{lab}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(samples.SAMPLES[KINDS[number % len(KINDS)]](notebook, source))
        collect(course, root / "incoming" / lab, lab)
    return course, labs


def grade_stock(course: Course, labs: list[str]) -> None:
    """What an instructor without this engine types, lab by lab."""
    config = course.root / "nbgrader_config.py"
    text = config.read_text()
    stock = "coursekit.grading.execute.TrustedExecute", "nbgrader.preprocessors.Execute"
    config.write_text(text.replace(*stock))
    try:
        for lab in labs:
            subprocess.run(
                [sys.executable, "-m", "nbgrader", "autograde", lab, "--force"],
                cwd=course.root,
                check=True,
                capture_output=True,
            )
    finally:
        config.write_text(text)


def grade_pooled(course: Course, labs: list[str], students: list[str], run: Run, jobs: int) -> None:
    for lab in labs:
        batch = submissions(course, lab, students)
        for _ in grade_many(PooledEngine(course), course, batch, run, jobs, again=True):
            pass


def scores(course: Course, labs: list[str], students: list[str]) -> Scores:
    """Points of each task in the gradebook."""
    with course.gradebook() as gradebook:
        return {
            (lab, name): {
                grade.name: float(grade.score)
                for notebook in gradebook.find_submission(lab, name).notebooks
                for grade in notebook.grades
            }
            for lab in labs
            for name in students
        }


@contextmanager
def cluster_of(workers: int) -> Iterator[Run]:
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        on_cluster(cluster.scheduler_address) as run,
    ):
        yield run


def timed(name: str, run: Run) -> tuple[Run, list[float]]:
    """`run`, and a list that its times go into."""
    seconds: list[float] = []

    def clocked(job: Job, limits: Limits) -> nbformat.NotebookNode:
        began = time.perf_counter()
        try:
            return run(job, limits)
        finally:
            seconds.append(time.perf_counter() - began)

    return clocked, seconds


def memory() -> int:
    """Bytes of this process and all it started, shared pages counted once."""
    total = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--learners", type=int, default=20)
    parser.add_argument("--jobs", type=int, nargs="+", default=[os.cpu_count() or 1])
    parser.add_argument("--cluster", action="store_true", help="also on a Dask cluster of two")
    parser.add_argument("--skip-stock", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course, labs = make_class(Path(folder), options.learners)
        students = [f"learner{number:03}" for number in range(options.learners)]
        notebooks = len(labs) * len(students)
        print(f"{options.learners} learners x {', '.join(labs)}: {notebooks} notebooks")
        print(f"{'engine':<18} {'total s':>8} {'s each':>7} {'in cells':>8} {'ratio':>6}  scores")
        stock = reference = None
        if not options.skip_stock:
            began = time.perf_counter()
            grade_stock(course, labs)
            stock, reference = time.perf_counter() - began, scores(course, labs, students)
            print(f"{'nbgrader':<18} {stock:>8.1f} {stock / notebooks:>7.2f}", flush=True)
        plans: list[tuple[str, int, AbstractContextManager[Run]]] = [
            (f"course, {jobs} jobs", jobs, warm_here()) for jobs in options.jobs
        ]
        if options.cluster:
            plans.append(("course, cluster 2", 2, cluster_of(2)))
        for name, jobs, opened in plans:
            began = time.perf_counter()
            with opened as run:
                clocked, cells = timed(name, run)
                ready = time.perf_counter() - began
                grade_pooled(course, labs, students, clocked, jobs)
                used = memory()
            total = time.perf_counter() - began
            found = scores(course, labs, students)
            reference = reference or found
            ratio = f"{stock / total:.1f}x" if stock else ""
            agree = "equal" if found == reference else "DIFFERENT"
            print(
                f"{name:<18} {total:>8.1f} {total / notebooks:>7.2f} {sum(cells):>8.1f} {ratio:>6}"
                f"  {agree}; ready after {ready:.1f} s, {used / 2**20:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
