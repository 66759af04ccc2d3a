"""Samples are of the quality that their names say."""

import nbformat
import pytest
from nbformat import NotebookNode

from grader.course import Course
from grader.cycle.samples import SAMPLES, class_of, fill_in, solutions, write_samples
from tiny_lab import LAB, tiny_lab

ANSWERS = {
    "double": "def double(x):\n    return 2 * x",
    "number": 'number = int(variant_rng(variant, "number").integers(1_000_000))',
    "add": "def add(a, b):\n    return a + b",
    "why": "Because two and two is four.",
}
EMPTY = dict.fromkeys(ANSWERS, "# your answer")


def handed_out() -> NotebookNode:
    return fill_in(tiny_lab(), EMPTY)


def answers(text: str) -> dict[str, str]:
    cells = nbformat.reads(text, as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.id in ANSWERS}


def test_solutions_are_those_between_the_marks() -> None:
    assert solutions(tiny_lab()) == ANSWERS


def test_only_the_named_answers_are_filled_in() -> None:
    notebook = handed_out()
    filled = fill_in(notebook, {"add": "add = sum", "add-test": "pass", "title": "mine"})
    assert answers(nbformat.writes(filled)) == EMPTY | {"add": "add = sum"}
    assert [cell.source for cell in filled.cells if cell.id not in ANSWERS] == [
        cell.source for cell in notebook.cells if cell.id not in ANSWERS
    ]
    assert answers(nbformat.writes(notebook)) == EMPTY


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("perfect", ANSWERS),
        ("partial", EMPTY | {name: ANSWERS[name] for name in ("double", "add")}),
        ("empty", EMPTY),
        ("endless", ANSWERS | {"add": "while True:\n    pass"}),  # not the last: that one is text
    ],
)
def test_a_sample_has_these_answers(kind: str, expected: dict[str, str]) -> None:
    assert answers(SAMPLES[kind](handed_out(), tiny_lab())) == expected


def test_a_broken_sample_is_no_notebook() -> None:
    text = SAMPLES["broken"](handed_out(), tiny_lab())
    assert text.startswith("{")
    with pytest.raises(nbformat.reader.NotJSONError):
        nbformat.reads(text, as_version=4)


def test_each_learner_has_a_sample_until_they_are_used_up(released: Course) -> None:
    kinds = write_samples(released, LAB, ["ada", "grace"], released.root / "in")
    assert kinds == {"ada": "perfect", "grace": "partial"}
    texts = [(released.root / "in" / name / f"{LAB}.ipynb").read_text() for name in kinds]
    assert [answers(text)["number"] == ANSWERS["number"] for text in texts] == [True, False]


def test_a_class_has_people_with_names() -> None:
    roster = class_of(["ada", "bob"])
    assert roster.ids == ("ada", "bob")
    assert [learner.first_name for learner in roster] == ["Ada", "Bob"]
