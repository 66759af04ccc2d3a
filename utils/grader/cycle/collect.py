"""From a folder of files that learners handed in to grading/submitted."""

import filecmp
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course, explained
from grader.exceptions import CourseError
from grader.isolation.files import copy_tree
from grader.parameters import read_record

_CACHES = (".ipynb_checkpoints", "__pycache__")


@dataclass(frozen=True)
class Collection:
    """What became of a folder of submissions.

    Attributes:
        collected: learners whose submission was taken in.
        missing: learners who handed in nothing, now or before.
        kept: learners who handed in nothing new, so that the earlier submission stays.
        refused: learners without a notebook for this lab, and what there was instead; the
            earlier submission stays.
        unknown: names that the lab was never released to.
    """

    collected: tuple[str, ...]
    missing: tuple[str, ...]
    kept: tuple[str, ...]
    refused: dict[str, str]
    unknown: tuple[str, ...]


def learners_of(course: Course, lab: str) -> tuple[str, ...]:
    """The learners that a lab was released to, sorted.

    Raises:
        CourseError: there is no such lab, or it was not released yet.
    """
    record = read_record(course.record(lab))
    if not record:
        course.require_lab(lab)
        raise CourseError(f"{lab} was not released yet: run `course release` first.")
    return tuple(sorted(record))


def collect(
    course: Course,
    folder: Path | str,
    lab: str,
    watch: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> Collection:
    """Take in what learners handed in for one lab.

    The folder holds, for each learner, either a folder named by student_id with the notebook
    and any files beside it, or a single notebook `<student_id>.ipynb`. The only notebook of a
    folder is taken as the lab's, whatever its name. A newer submission replaces an older one,
    learner by learner, and has to be graded; what has no notebook replaces nothing. Links are not
    followed: a link in a submission could point to anything on this machine.

    Args:
        watch: goes through the learners, one by one as each is taken in; for a progress bar.

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
    handed_in = [name for name in learners if name in found]
    refused: dict[str, str] = {}
    for student in watch(handed_in):
        target = course.submitted(student, lab)
        source = _folder_of(found[student], lab)
        if source.is_dir() and target.exists() and _notebook_in(source, lab) is None:
            names = sorted(path.name for path in source.iterdir())
            refused[student] = ", ".join(names) or "nothing"
            continue
        with explained():
            _take_in(source, target, lab, course.mark(student, lab))
    others = [name for name in learners if name not in found]
    return Collection(
        collected=tuple(name for name in handed_in if name not in refused),
        missing=tuple(name for name in others if not course.submitted(name, lab).exists()),
        kept=tuple(name for name in others if course.submitted(name, lab).exists()),
        refused=refused,
        unknown=tuple(sorted(found.keys() - set(learners))),
    )


def _folder_of(handed_in: Path, lab: str) -> Path:
    """A learner's folder may hold several labs, each in a folder of its own."""
    own = handed_in / lab
    return own if own.is_dir() and not own.is_symlink() else handed_in


def _notebook_in(folder: Path, lab: str) -> Path | None:
    """The lab's notebook, or the only notebook that there is."""
    found = [path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink()]
    named = [path for path in found if path.name == f"{lab}.ipynb"]
    return next(iter(named or (found if len(found) == 1 else [])), None)


def _take_in(handed_in: Path, target: Path, lab: str, mark: Path) -> None:
    """Put a submission in its place when all of it is there: a cut-off copy is never graded."""
    draft, old = (target.with_name(f".{lab}.{state}") for state in ("part", "old"))
    for leftover in (draft, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    if handed_in.is_file():
        draft.mkdir(parents=True)
        shutil.copyfile(handed_in, draft / f"{lab}.ipynb")
    else:
        copy_tree(handed_in, draft, sys.maxsize, skip=lambda path: path.name in _CACHES)
        notebook = _notebook_in(draft, lab)
        if notebook is not None:
            notebook.rename(draft / f"{lab}.ipynb")
    if target.exists() and not _same_files(draft, target):
        mark.unlink(missing_ok=True)  # the grade is that of another submission now
    if target.exists():
        target.rename(old)
    draft.rename(target)
    if old.exists():
        shutil.rmtree(old)


def _same_files(one: Path, other: Path) -> bool:
    names, others = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    )
    return names == others and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names
    )
