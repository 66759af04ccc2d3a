"""Which file of those that a learner handed in is the notebook: by what is in it, not by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursekit.wording import listed
from grader.submission.decoding import LARGEST, kind_of
from grader.submission.lab_cells import Original
from grader.submission.reading import read_notebook
from grader.submission.recognition import shared_cells

#: What systems and editors leave beside files; nobody meant to hand it in.
_JUNK = (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", ".ipynb_checkpoints", "__pycache__")
#: What nbgrader and Jupyter would read and act on, if it lay beside a notebook.
_CONTROL = re.compile(r"timestamp\.txt|(nbgrader|jupyter\w*|ipython\w*)_config\.(py|json)")
_BEGINNING = 64
_DEPTH = 3


@dataclass(frozen=True)
class Choice:
    """Which file counts.

    Attributes:
        notebook: None where none can be told.
        why_not: why there is none, as a clause.
        others: the other notebooks, and why they do not count.
    """

    notebook: Path | None
    why_not: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    path: Path
    notebook: NotebookNode

    def is_as_handed_out(self, lab: list[Original]) -> bool:
        known = {_words(cell.source) for cell in lab}
        return {_words(cell.source) for cell in self.notebook.cells} <= known | {""}


def is_junk(path: Path) -> bool:
    """Whether a file or folder is none of a learner's."""
    return path.name in _JUNK or path.name.startswith("._")


def is_control(path: Path) -> bool:
    """Whether nbgrader or Jupyter would act on a file, of which a learner must not be the author."""
    return _CONTROL.fullmatch(path.name.lower()) is not None


def choose(folder: Path, lab: str, handed_out: list[Original]) -> Choice:
    """The notebook in a folder, or in folders in it where none lies beside them.

    One with cells of the lab goes before others, one with answers before one as it was handed out;
    of several of these the one with the lab's own name counts.

    Args:
        handed_out: the cells that the learner got.
    """
    readable, broken = _candidates(folder, _DEPTH)
    if not readable:
        paths = [path for path in broken if path.name.lower() == f"{lab}.ipynb"] or broken
        none = Choice(None, f"no notebook, but {described(folder)}")
        return Choice(paths[0]) if len(paths) == 1 else none
    of_lab = [each for each in readable if shared_cells(each.notebook, handed_out)] or readable
    answered = [each for each in of_lab if not each.is_as_handed_out(handed_out)] or of_lab
    named = [each for each in answered if each.path.name == f"{lab}.ipynb"]
    alike = all(_sources(each) == _sources(answered[0]) for each in answered)
    chosen = answered if len(answered) == 1 else named or (answered[:1] if alike else [])
    if len(chosen) != 1:
        names = ", ".join(_name(each.path, folder) for each in answered)
        return Choice(None, f"{len(answered)} notebooks, and none is called {lab}.ipynb: {names}")
    others = [
        f"{_name(each.path, folder)} ({_why_not(each, of_lab, answered)})"
        for each in readable
        if each is not chosen[0]
    ]
    others += [f"{_name(path, folder)} (cannot be read)" for path in broken]
    return Choice(chosen[0].path, others=tuple(others))


def described(folder: Path) -> str:
    """What is in a folder, in words for a sentence."""
    entries = [path for path in sorted(folder.iterdir()) if not is_junk(path)]
    said = [
        f"{path.name} ({kind})" if (kind := kind_of_file(path)) else path.name for path in entries
    ]
    return listed(said) or "nothing of use"


def kind_of_file(path: Path) -> str:
    """What a file is, with its article; empty where nobody knows."""
    if path.is_symlink():
        return "a link, which is not followed"
    if path.is_dir():
        return "a folder"
    if not path.is_file():  # to open a pipe is to wait for whoever writes into it
        return "no file"
    try:
        with path.open("rb") as file:
            return kind_of(file.read(4096), path.name)
    except OSError:
        return "cannot be read"


def _candidates(folder: Path, depth: int) -> tuple[list[_Candidate], list[Path]]:
    """Notebooks that can be read, and files that only have the name of one."""
    readable, broken = [], []
    entries = [path for path in sorted(folder.iterdir()) if not is_junk(path)]
    for path in entries:
        if path.is_symlink() or not path.is_file():
            continue
        if not _may_be_notebook(path):
            broken += [path] if path.name.lower().endswith(".ipynb") else []
            continue
        try:
            readable.append(_Candidate(path, read_notebook(path)))
        except (ValueError, OSError):
            broken += [path] if ".ipynb" in path.name.lower() else []
    if not readable and depth:
        for path in entries:
            if path.is_dir() and not path.is_symlink():
                more, damaged = _candidates(path, depth - 1)
                readable += more
                broken += damaged
    return readable, broken


def _may_be_notebook(path: Path) -> bool:
    """Whether a file begins like one, so that tables and pictures are not read to their end."""
    try:
        if path.stat().st_size > LARGEST:
            return False
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
    except OSError:
        return False
    text = (
        beginning.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    )
    return text.strip(b" \t\r\n\0").startswith(b"{") or beginning.startswith(b"\x1f\x8b")


def _why_not(each: _Candidate, of_lab: list[_Candidate], answered: list[_Candidate]) -> str:
    if each not in of_lab:
        return "no cell of this lab"
    return "another version" if each in answered else "as it was handed out"


def _sources(candidate: _Candidate) -> list[str]:
    return [_words(cell.source) for cell in candidate.notebook.cells]


def _words(source: str) -> str:
    return " ".join(source.split())


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
