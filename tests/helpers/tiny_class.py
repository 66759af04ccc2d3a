"""A class that has handed in the tiny lab, every kind of answer among them."""

from pathlib import Path

import nbformat

from grader.course import Course
from grader.cycle.samples import Sample, fill_in, make_class, solutions
from tiny_lab import LAB, make_course

#: What learners change in the solution.
ANSWERS: dict[str, dict[str, str]] = {
    "ada": {},
    "bob": {"number": "number = -1"},
    "cleo": {"double": "import os; os._exit(0)"},
    "dan": {"add": "1 / 0"},
    "eve": {"number": "number = 'one'", "add": "add = max"},
    "fay": {"double": "double = abs"},
}
LEARNERS = tuple(ANSWERS)


def answering(changes: dict[str, str]) -> Sample:
    """Everything solved but for some cells, by their names."""
    return lambda notebook, source: nbformat.writes(fill_in(notebook, solutions(source) | changes))


def samples(answers: dict[str, dict[str, str]]) -> dict[str, Sample]:
    return {name: answering(changes) for name, changes in answers.items()}


def make(root: Path) -> Course:
    """A course whose tiny lab was released and handed in by all learners."""
    root.mkdir(exist_ok=True)
    course = Course(make_course(root))
    make_class(course, LAB, samples(ANSWERS))
    return course
