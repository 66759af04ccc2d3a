"""Sample submissions of known quality, made from a lab's source and a handed-out notebook."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.cells import is_answer, task_name
from coursekit.variants import Learner, Roster
from grader.course import Course
from grader.cycle.collect import collect
from grader.cycle.release import release

#: Makes what is handed in, as the text of a file, from a handed-out notebook and the lab's source.
Sample = Callable[[NotebookNode, NotebookNode], str]
_MARKERS = ("BEGIN SOLUTION", "END SOLUTION")
_ENDLESS = "while True:\n    pass"


def solutions(source: NotebookNode) -> dict[str, str]:
    """The right answers of a source notebook by the names of their cells."""
    return {
        task_name(cell): _without_markers(cell.source) for cell in source.cells if is_answer(cell)
    }


def _without_markers(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line for line in lines if not any(mark in line for mark in _MARKERS))


def fill_in(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The notebook with the given answers in its solution cells; other cells stay."""
    filled = deepcopy(notebook)
    for cell in filled.cells:
        if is_answer(cell):
            name = task_name(cell)
            cell.source = answers.get(name, cell.source)
    return filled


def perfect(notebook: NotebookNode, source: NotebookNode) -> str:
    """Every task solved."""
    return nbformat.writes(fill_in(notebook, solutions(source)))


def partial(notebook: NotebookNode, source: NotebookNode) -> str:
    """Every second task solved, beginning with the first."""
    answers = solutions(source)
    return nbformat.writes(fill_in(notebook, dict(list(answers.items())[::2])))


def empty(notebook: NotebookNode, source: NotebookNode) -> str:
    """The notebook as it was handed out."""
    return nbformat.writes(notebook)


def broken(notebook: NotebookNode, source: NotebookNode) -> str:
    """Cut off in the middle, as by an upload that was interrupted."""
    text = nbformat.writes(notebook)
    return text[: len(text) // 2]


def endless(notebook: NotebookNode, source: NotebookNode) -> str:
    """Every task solved but the last one in code, which never ends."""
    answers = solutions(source)
    code = [
        task_name(cell) for cell in source.cells if is_answer(cell) and cell.cell_type == "code"
    ]
    return nbformat.writes(fill_in(notebook, answers | {code[-1]: _ENDLESS}))


SAMPLES: dict[str, Sample] = {
    "perfect": perfect,
    "partial": partial,
    "empty": empty,
    "broken": broken,
    "endless": endless,
}


def write_samples(course: Course, lab: str, students: list[str], folder: Path) -> dict[str, str]:
    """Write one sample for each learner in turn, until the kinds of samples are used up.

    Learners beyond the number of samples hand in nothing.

    Returns:
        The kind of sample by learner.
    """
    kinds = dict(zip(students, SAMPLES, strict=False))
    _write(course, lab, {student: SAMPLES[kind] for student, kind in kinds.items()}, folder)
    return kinds


def class_of(students: Iterable[str]) -> Roster:
    """A roster of made-up people."""
    return Roster(tuple(Learner(student, student.title(), "Doe") for student in students))


def make_class(course: Course, lab: str, samples: Mapping[str, Sample]) -> None:
    """Release a lab to a class whose learners hand in what their samples make."""
    release(course, class_of(samples), lab)
    hand_in(course, lab, samples)


def hand_in(course: Course, lab: str, samples: Mapping[str, Sample]) -> None:
    """Have learners make theirs from what they got, and collect it as from a folder of uploads."""
    folder = course.root / "incoming" / lab
    _write(course, lab, samples, folder)
    collect(course, folder, lab)


def _write(course: Course, lab: str, samples: Mapping[str, Sample], folder: Path) -> None:
    source = nbformat.read(course.require_lab(lab), as_version=4)
    for student, sample in samples.items():
        handed_out = course.handed_out(student, lab) / f"{lab}.ipynb"
        notebook = nbformat.read(handed_out, as_version=4)
        path = folder / student / f"{lab}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sample(notebook, source), encoding="utf-8")
