"""From a folder of files that learners handed in to grading/submitted."""

from __future__ import annotations

import filecmp
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.authoring.notebooks import read
from coursekit.wording import listed
from grader.course import Course, explained
from grader.exceptions import CourseError
from grader.isolation.files import copy_tree, remove_tree
from grader.isolation.sandbox import Limits
from grader.outcomes import load_collected, save_collected
from grader.parameters import read_record
from grader.submission import Choice, Original, cells_of, choose
from grader.submission.archive import unpack
from grader.submission.files import is_control, is_junk, kind_of_file

#: Where a submission's control files lie, which nothing reads there.
PARKED = "parked"
_ARCHIVE = "the archive"
_ENDING = re.compile(r"\.(ipynb(\.\w+)?|zip)$", re.IGNORECASE)

#: How a remark on a submission begins that came later than the one that counts.
_LATER = "what was handed in last does not count: "


@dataclass(frozen=True)
class Collection:
    """What became of a folder of submissions.

    Attributes:
        collected: learners whose submission was taken in.
        missing: learners who handed in nothing, now or before.
        kept: learners who handed in nothing new, so that the earlier submission stays.
        refused: learners whose submission was not taken in, and why; an earlier one stays.
        unknown: names that the lab was never released to.
        said: by learner what to know about a submission that was taken in.
        unused: other entries of the folder, and what they are.
    """

    collected: tuple[str, ...]
    missing: tuple[str, ...]
    kept: tuple[str, ...]
    refused: dict[str, str]
    unknown: tuple[str, ...]
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)


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
    and any files beside it, or a file of that name: a notebook, or a zip archive. Which file is the
    notebook is told by what is in it. A newer submission replaces an older one, learner by
    learner, and has to be graded; what has no notebook replaces nothing. Links are not followed: a
    link in a submission could point to anything on this machine.

    Args:
        watch: goes through the learners, one by one as each is taken in; for a progress bar.

    Raises:
        CourseError: there is no such folder, the lab was not released, or the disk is full.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder} with submissions.")
    learners = learners_of(course, lab)
    inbox = _Inbox(folder, set(learners))
    handed_in = [name for name in learners if name in inbox.found]
    said: dict[str, tuple[str, ...]] = {}
    refused: dict[str, str] = {}
    for student in watch(handed_in):
        try:
            with explained():
                notes = _Intake(course, student, lab).take(inbox.found[student])
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            refused[student] = _kept(course, student, lab, why)
            _remark_refusal(course, student, lab, refused[student])
            continue
        beside = [f"not used: {listed(inbox.beside[student])}"] if student in inbox.beside else []
        save_collected(course.collected(student, lab), [*notes, *beside])
        if notes:
            said[student] = tuple(notes)
    others = [name for name in learners if name not in inbox.found]
    return Collection(
        collected=tuple(name for name in handed_in if name not in refused),
        missing=tuple(name for name in others if not course.submitted(name, lab).exists()),
        kept=tuple(name for name in others if course.submitted(name, lab).exists()),
        refused=refused,
        unknown=tuple(sorted(inbox.unknown)),
        said=said,
        unused=inbox.unused,
    )


def _kept(course: Course, student: str, lab: str, why: str) -> str:
    earlier = course.submitted(student, lab).exists()
    return f"{why}; the earlier submission is kept" if earlier else why


def _remark_refusal(course: Course, student: str, lab: str, why: str) -> None:
    """The learner reads it on the page of the submission that counts, once."""
    path = course.collected(student, lab)
    others = [remark for remark in load_collected(path) if not remark.startswith(_LATER)]
    save_collected(path, [*others, f"{_LATER}{why}"])


class _Inbox:
    """What lies in a folder of submissions, by whose it is.

    Attributes:
        found: by learner a folder, or one or more files.
        unknown: names that look like a learner's.
        unused: what is nobody's or does not count, and what it is.
        beside: of these what is a learner's, in words.
    """

    def __init__(self, folder: Path, learners: set[str]) -> None:
        self.found: dict[str, list[Path]] = {}
        self.unknown: set[str] = set()
        self.unused: dict[str, str] = {}
        self.beside: dict[str, list[str]] = {}
        files: dict[str, list[Path]] = {}
        for path in sorted(folder.iterdir()):
            if is_junk(path):
                continue
            mode = path.lstat().st_mode
            name = path.name if stat.S_ISDIR(mode) else _owner(path.name, learners)
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) or path.name.startswith("."):
                self.unused[path.name] = kind_of_file(path)
            elif name not in learners and (stat.S_ISDIR(mode) or _looks_handed_in(path)):
                self.unknown.add(name)
            elif name not in learners:
                self.unused[path.name] = kind_of_file(path)
            elif stat.S_ISDIR(mode):
                self.found[name] = [path]
            else:
                files.setdefault(name, []).append(path)
        for name, paths in files.items():
            if name in self.found:
                why = f"the folder {name} counts"
                self.unused |= {path.name: why for path in paths}
                self.beside[name] = [f"{path.name} ({why})" for path in paths]
            else:
                self.found[name] = paths


def _owner(name: str, learners: set[str]) -> str:
    """Whose file it is: its name without one ending after the other."""
    stem = name
    while stem not in learners and "." in stem.lstrip("."):
        stem = stem.rpartition(".")[0]
    return stem if stem in learners else _ENDING.sub("", name)


def _looks_handed_in(path: Path) -> bool:
    return ".ipynb" in path.name.lower() or path.suffix.lower() == ".zip"


class _Intake:
    """Takes in one learner's submission."""

    def __init__(self, course: Course, student: str, lab: str) -> None:
        self.course, self.student, self.lab = course, student, lab
        self.target = course.submitted(student, lab)
        self.notes: list[str] = []
        self.left_out: list[str] = []

    def take(self, handed_in: list[Path]) -> list[str]:
        """Put a submission in its place when all of it is there: a cut-off copy is never graded.

        Returns:
            What to know about it, as clauses.

        Raises:
            ValueError: it has no notebook, and an earlier one has; the message is a clause.
            OSError: it cannot be read, or not written.
        """
        draft, old, made = (
            self.target.with_name(f".{self.lab}.{state}") for state in ("part", "old", "made")
        )
        for leftover in (draft, old, made):
            remove_tree(leftover)
        try:
            self._copy(handed_in, draft)
            found = self._choose(draft)
            self._arrange(draft, made, found)
        finally:
            remove_tree(draft)
        if self.target.exists() and not _same_files(made, self.target):
            # the grade is that of another submission now
            self.course.mark(self.student, self.lab).unlink(missing_ok=True)
        if self.target.exists():
            self.target.rename(old)
        made.rename(self.target)
        remove_tree(old)
        return self.notes

    def _copy(self, handed_in: list[Path], draft: Path) -> None:
        limits = Limits()
        count = 0

        def skip(path: Path) -> bool:
            nonlocal count
            count += 1
            if count > limits.files:
                self.left_out += [f"more than {limits.files} files"] * (count == limits.files + 1)
            return is_junk(path) or count > limits.files

        for path in handed_in:
            if path.is_dir():
                source = _folder_of(path, self.lab)

                def left_out(place: Path, source: Path = source) -> None:
                    path = source / place
                    odd = path.is_symlink() or not (path.is_file() or path.is_dir())
                    why = kind_of_file(path) if odd else "too large, or not to be read"
                    self.left_out.append(f"{place} ({why})")

                copy_tree(source, draft, limits.disk, skip=skip, left_out=left_out)
            elif path.stat().st_size > limits.disk:
                self.left_out.append(f"{path.name} (too large)")
            else:
                draft.mkdir(parents=True, exist_ok=True)
                usual = path.name.lower() == f"{self.student}.ipynb".lower()
                name = f"{self.lab}.ipynb" if usual else path.name
                shutil.copyfile(path, draft / name, follow_symlinks=False)

    def _choose(self, draft: Path) -> Path | None:
        """The notebook in the draft; one archive is unpacked where there is no other."""
        draft.mkdir(parents=True, exist_ok=True)
        choice = choose(draft, self.lab, self._handed_out())
        archives = [path for path in draft.iterdir() if path.suffix.lower() == ".zip"]
        if choice.notebook is None and len(archives) == 1:
            choice = self._unpack(archives[0], choice)
        if choice.others:
            self.notes.append(f"other notebooks that do not count: {listed(choice.others)}")
        if choice.notebook is None:
            if (self.target / f"{self.lab}.ipynb").is_file():
                raise ValueError(choice.why_not)
            self.notes.append(choice.why_not)
        return choice.notebook

    def _unpack(self, archive: Path, choice: Choice) -> Choice:
        """The notebook in an archive, or else what was chosen before."""
        limits, place = Limits(), archive.with_name(_ARCHIVE)
        try:
            self.left_out += unpack(archive, place, limits.disk, limits.files)
        except ValueError as error:
            remove_tree(place)
            return Choice(None, str(error))
        inside = choose(place, self.lab, self._handed_out())
        if inside.notebook is not None:
            self.notes.append(f"unpacked from {archive.name}")
            archive.unlink()
        return inside

    def _handed_out(self) -> list[Original]:
        """The lab's cells as this learner got them."""
        for folder in (
            self.course.handed_out(self.student, self.lab),
            self.course.released(self.lab),
        ):
            path = folder / f"{self.lab}.ipynb"
            if path.is_file():
                return cells_of(read(path))
        return []

    def _arrange(self, draft: Path, made: Path, notebook: Path | None) -> None:
        """Put the notebook under the lab's name, and beside it what lay beside it."""
        root = notebook.parent if notebook is not None else draft
        made.parent.mkdir(parents=True, exist_ok=True)
        self.left_out += [_said(path, draft) for path in _around(draft, root)]
        root.rename(made)
        if notebook is not None:
            place, file = made / f"{self.lab}.ipynb", made / notebook.name
            # Where capitals do not count, it may be the file itself.
            if place.exists() and not place.samefile(file):
                place.rename(made / f"{self.lab}.unused.ipynb")
            if place.name != notebook.name:
                self.notes.insert(0, f"{notebook.name} is taken as the notebook")
            file.rename(place)
        controls = [path for path in made.iterdir() if is_control(path)]
        for path in controls:
            (made / PARKED).mkdir(exist_ok=True)
            path.rename(made / PARKED / path.name)
        if controls:
            names = listed([path.name for path in controls])
            self.notes.append(f"put aside in {PARKED}/, where nothing reads it: {names}")
        if self.left_out:
            self.notes.append(f"not used: {listed(self.left_out)}")


def _folder_of(handed_in: Path, lab: str) -> Path:
    """A learner's folder may hold several labs, each in a folder of its own."""
    own = handed_in / lab
    return own if own.is_dir() and not own.is_symlink() else handed_in


def _around(draft: Path, root: Path) -> list[Path]:
    """What lies in the folders around the one that counts."""
    found: list[Path] = []
    while root != draft:
        found += [path for path in root.parent.iterdir() if path != root]
        root = root.parent
    return sorted(found)


def _said(path: Path, draft: Path) -> str:
    place = path.relative_to(draft)
    return place.relative_to(_ARCHIVE).as_posix() if _ARCHIVE in place.parts else place.as_posix()


def _same_files(one: Path, other: Path) -> bool:
    names, others = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    )
    return names == others and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in names
    )
