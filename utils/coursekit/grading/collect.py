"""From a folder of files that learners handed in to grading/submitted."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.course import Course, CourseError, explained
from coursekit.grading.parameters import read_record


@dataclass(frozen=True)
class Collection:
    """Who handed in, who did not, and names that the lab was never released to."""

    collected: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def learners_of(course: Course, lab: str) -> tuple[str, ...]:
    """The learners that a lab was released to, sorted.

    Raises:
        CourseError: the lab was not released yet.
    """
    record = read_record(course.record(lab))
    if not record:
        raise CourseError(f"{lab} was not released yet: run `course release` first.")
    return tuple(sorted(record))


def collect(course: Course, folder: Path | str, lab: str) -> Collection:
    """Take in what learners handed in for one lab.

    The folder holds, for each learner, either a folder named by student_id with the notebook
    and any files beside it, or a single notebook `<student_id>.ipynb`. A newer collection
    replaces an older one, learner by learner. Links are not followed: a link in a submission
    could point to anything on this machine.

    Raises:
        CourseError: there is no such folder, the lab was not released, or the disk is full.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder} with submissions.")
    learners = learners_of(course, lab)
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name.startswith("."):
            continue
        if path.is_dir():
            found[path.name] = path
        elif path.suffix == ".ipynb":
            found.setdefault(path.stem, path)
    for student in sorted(found.keys() & set(learners)):
        with explained():
            _take_in(found[student], course.submitted(student, lab), lab)
    return Collection(
        collected=tuple(name for name in learners if name in found),
        missing=tuple(name for name in learners if name not in found),
        unknown=tuple(sorted(found.keys() - set(learners))),
    )


def _take_in(handed_in: Path, target: Path, lab: str) -> None:
    """Put a submission in its place when all of it is there: a cut-off copy is never graded."""
    draft, old = (target.with_name(f".{lab}.{state}") for state in ("part", "old"))
    for leftover in (draft, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    if handed_in.is_file():
        draft.mkdir(parents=True)
        shutil.copyfile(handed_in, draft / f"{lab}.ipynb")
    else:
        # A learner's folder may hold several labs, each in a folder of its own.
        own = handed_in / lab
        shutil.copytree(own if own.is_dir() else handed_in, draft, ignore=_links_and_caches)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    if old.exists():
        shutil.rmtree(old)


def _links_and_caches(folder: str, names: list[str]) -> set[str]:
    caches = {".ipynb_checkpoints", "__pycache__"}
    return {name for name in names if name in caches or Path(folder, name).is_symlink()}
