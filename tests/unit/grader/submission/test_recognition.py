"""A submission's cells get the metadata, type and place back that they were handed out with."""

from collections.abc import Callable
from copy import deepcopy

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from coursekit.authoring.cells import task_name
from grader.outcomes import REMARKS, RESTORED
from grader.submission import Original, recognise, shared_cells

STUB, TEXT = "raise NotImplementedError()", "YOUR ANSWER HERE"


def _original(name: str, source: str, points: float | None, *, answer: bool = False) -> Original:
    kind = "markdown" if source == TEXT else "code"
    metadata = {
        "cell_type": kind,
        "checksum": "0" * 32,
        "grade": points is not None,
        "grade_id": name,
        "locked": not answer,
        "schema_version": 3,
        "solution": answer,
        "task": False,
    }
    return Original(name, kind, source, metadata | ({} if points is None else {"points": points}))


LAB = [
    _original("one", STUB, None, answer=True),
    _original("one-test", "assert one()", 2.0),
    _original("two", STUB, None, answer=True),
    _original("two-test", "assert two()", 3.0),
    _original("why", TEXT, 4.0, answer=True),
]
NAMES = [original.name for original in LAB]


def _submission() -> NotebookNode:
    """The lab with every answer written and cells of the learner's own between."""
    cells = [new_markdown_cell("# Lab", id="title")]
    for original in LAB:
        make = new_code_cell if original.cell_type == "code" else new_markdown_cell
        source = f"my {original.name}" if original.answer else original.source
        cell = make(source, id=original.name)
        cell.metadata["nbgrader"] = nbformat.from_dict(original.metadata)
        cells += [cell, new_code_cell("own", id=f"after-{original.name}")]
    return new_notebook(cells=cells)


def _marked(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The lab's cells by name; each name once, with the right metadata."""
    MetadataValidator().validate_nb(notebook)
    nbformat.validate(notebook)
    found = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    names = [cell.metadata["nbgrader"]["grade_id"] for cell in found]
    assert len(names) == len(set(names))
    true = {original.name: original.metadata for original in LAB}
    cells = dict(zip(names, found, strict=True))
    assert all(cell.metadata["nbgrader"] == true[name] for name, cell in cells.items())
    return cells


def _position(notebook: NotebookNode, identity: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.id == identity)


def _copy(notebook: NotebookNode, identity: str, place: int, source: str | None = None) -> None:
    twin = deepcopy(notebook.cells[_position(notebook, identity)])
    twin["id"] = f"twin-of-{identity}"
    twin["source"] = twin.source if source is None else source
    notebook.cells.insert(place, twin)


def test_an_orderly_submission_stays_as_it_is() -> None:
    wanted = _submission()
    wanted.metadata |= {RESTORED: [], REMARKS: []}
    assert recognise(_submission(), LAB).notebook == wanted


@pytest.mark.parametrize("identity", ["one-test", "two-test"])
@pytest.mark.parametrize("end", [False, True])
def test_the_test_behind_its_answer_is_the_one_that_counts(identity: str, end: bool) -> None:
    notebook = _submission()
    _copy(notebook, identity, len(notebook.cells) if end else 0, "pass")
    fixed = recognise(notebook, LAB).notebook
    assert _marked(fixed)[identity].id == identity
    twin = fixed.cells[_position(fixed, f"twin-of-{identity}")]
    assert "nbgrader" not in twin.metadata
    assert twin.source == "pass"


def test_a_test_that_only_stands_too_early_is_kept() -> None:
    notebook = _submission()
    cell = notebook.cells.pop(_position(notebook, "one-test"))
    notebook.cells.insert(0, cell)
    _copy(notebook, "one-test", 0)
    assert set(_marked(recognise(notebook, LAB).notebook)) == set(NAMES)


@pytest.mark.parametrize("name", ["one", "why"])
@pytest.mark.parametrize("behind", [0, 1])
def test_an_answer_that_was_written_counts_before_an_empty_copy(name: str, behind: int) -> None:
    notebook = _submission()
    empty = next(original.source for original in LAB if original.name == name)
    _copy(notebook, name, _position(notebook, name) + behind, empty)
    assert _marked(recognise(notebook, LAB).notebook)[name].source == f"my {name}"


def test_of_two_written_answers_the_first_counts_and_both_stay() -> None:
    notebook = _submission()
    _copy(notebook, "why", _position(notebook, "why") + 1, "second half")
    fixed = recognise(notebook, LAB).notebook
    assert _marked(fixed)["why"].source == "my why"
    assert fixed.cells[_position(fixed, "twin-of-why")].source == "second half"


@pytest.mark.parametrize("marks", [{}, [], "x", None, 3, {"grade_id": ["one"]}, {"grade": True}])
def test_metadata_of_no_use_costs_nothing(marks: object) -> None:
    notebook = _submission()
    for name in ("one", "one-test", "after-two"):
        notebook.cells[_position(notebook, name)].metadata["nbgrader"] = marks
    cells = _marked(recognise(notebook, LAB).notebook)
    assert set(cells) == set(NAMES) - {"one"}
    assert cells["one-test"].source == "assert one()"


@pytest.mark.parametrize(
    "harm",
    [
        {"points": 300},
        {"points": "many"},
        {"solution": True, "locked": False},
        {"grade": False},
        {"schema_version": 1},
        {"schema_version": "new"},
        {"task": True, "cell_type": "markdown"},
        {"checksum": 7, "more": "keys"},
    ],
)
def test_what_metadata_say_about_a_cell_is_not_believed(harm: dict[str, object]) -> None:
    notebook = _submission()
    for name in NAMES:
        notebook.cells[_position(notebook, name)].metadata["nbgrader"].update(harm)
    assert set(_marked(recognise(notebook, LAB).notebook)) == set(NAMES)


def test_a_name_that_the_lab_does_not_have_is_no_task() -> None:
    notebook = _submission()
    notebook.cells[_position(notebook, "two")].metadata["nbgrader"]["grade_id"] = "free-points"
    cells = _marked(recognise(notebook, LAB).notebook)
    assert "free-points" not in cells


def _delete(*names: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        notebook.cells = [cell for cell in notebook.cells if cell.id not in names]

    return change


@pytest.mark.parametrize(
    ("change", "restored", "before", "after"),
    [
        # Right behind the answer, before anything else of the learner's.
        (_delete("one-test"), "one-test", "one", "after-one"),
        # Without the answer, what stands before the next task may hold it.
        (_delete("two", "two-test"), "two-test", "after-two-test", "why"),
        (_delete("one", "one-test"), "one-test", "after-one-test", "two"),
        (_delete(*NAMES), "two-test", "after-why", None),
        (_delete("why"), "why", "two-test", "after-two-test"),
    ],
)
def test_a_cell_worth_points_comes_back_where_it_belongs(
    change: Callable[[NotebookNode], None], restored: str, before: str, after: str | None
) -> None:
    notebook = _submission()
    change(notebook)
    fixed = recognise(notebook, LAB).notebook
    source = next(original.source for original in LAB if original.name == restored)
    assert restored in fixed.metadata[RESTORED]
    assert _marked(fixed)[restored].source == source
    here = fixed.cells.index(_marked(fixed)[restored])
    assert _position(fixed, before) < here
    assert after is None or here < _position(fixed, after)


def test_all_that_is_missing_comes_back_in_order() -> None:
    fixed = recognise(new_notebook(cells=[new_code_cell("x = 1")]), LAB).notebook
    assert list(_marked(fixed)) == ["one-test", "two-test", "why"]
    assert fixed.metadata[RESTORED] == ["one-test", "two-test", "why"]


@pytest.mark.parametrize(
    ("name", "kind"), [("one-test", "markdown"), ("one", "raw"), ("why", "code")]
)
def test_a_cell_of_another_type_is_changed_back(name: str, kind: str) -> None:
    notebook = _submission()
    place = _position(notebook, name)
    make = getattr(nbformat.v4, f"new_{kind}_cell")
    cell = make("text", id=name, metadata=notebook.cells[place].metadata)
    if kind != "code":
        # Only text cells may have attachments, only code cells need a valid `collapsed`.
        cell["attachments"] = {"x.png": {"image/png": ""}}
        cell.metadata["collapsed"] = "no"
    notebook.cells[place] = cell
    fixed = _marked(recognise(notebook, LAB).notebook)[name]
    assert fixed.id == name
    assert fixed.source == "text"


# --- answers in words -----------------------------------------------------------------------------

QUESTION = Original("", "markdown", "Why is that so?", {}, "about-why")
WITH_TEXTS = [*LAB[:-1], QUESTION, LAB[-1], Original("", "markdown", "Hand it in.", {}, "end")]


def _with_texts(question: str, answer: str, *more: NotebookNode) -> NotebookNode:
    notebook = _submission()
    own = notebook.cells.pop(_position(notebook, "why"))
    own.source = answer
    end = new_markdown_cell("Hand it in.", id="end")
    notebook.cells += [new_markdown_cell(question, id="about-why"), own, *more, end]
    return notebook


def test_an_answer_in_the_text_above_its_cell_is_moved_to_it() -> None:
    notebook = _with_texts("Why is that so?\n\nBecause it is.", TEXT)
    done = recognise(notebook, WITH_TEXTS).notebook
    assert _marked(done)["why"].source == "Because it is."
    assert done.metadata[REMARKS] == ["why: the answer stood in the text above its cell"]


def test_an_answer_in_a_cell_of_its_own_counts_if_the_labs_is_empty() -> None:
    typed = new_markdown_cell("Because it is.", id="typed")
    done = recognise(_with_texts("Why is that so?", TEXT, typed), WITH_TEXTS).notebook
    assert _marked(done)["why"].id == "typed"
    typed = new_markdown_cell("Because it is.", id="typed")
    both = recognise(_with_texts("Why is that so?", "It is.", typed), WITH_TEXTS).notebook
    assert _marked(both)["why"].source == "It is."
    assert both.metadata[REMARKS] == []


def test_a_text_that_stands_elsewhere_is_no_answer() -> None:
    notebook = _with_texts("Why is that so?", TEXT)
    notebook.cells.insert(0, new_markdown_cell("my notes", id="notes"))
    assert _marked(recognise(notebook, WITH_TEXTS).notebook)["why"].id == "why"
    # Without the lab's own texts nobody knows which text is whose.
    notebook = _submission()
    notebook.cells[_position(notebook, "why")].source = TEXT
    notebook.cells.append(new_markdown_cell("Hand it in.", id="end"))
    assert _marked(recognise(notebook, LAB).notebook)["why"].id == "why"


def test_code_that_has_lost_its_name_is_known_by_what_it_defines() -> None:
    stub = Original(
        "f", "code", "def f(x):\n    raise NotImplementedError", {"solution": True, "grade_id": "f"}
    )
    test = Original("f-test", "code", "assert f(1)", {"grade_id": "f-test", "points": 1.0})
    cells = [
        new_code_cell(text) for text in ("helper = 1", "def f(x):\n    return x", "assert f(1)")
    ]
    done = recognise(new_notebook(cells=cells), [stub, test]).notebook
    assert [task_name(cell) for cell in done.cells] == ["", "f", "f-test"]


def test_shared_cells_are_those_with_a_name() -> None:
    notebook = _with_texts("Why is that so?", TEXT)
    assert shared_cells(notebook, WITH_TEXTS) == len(LAB)
    assert shared_cells(new_notebook(cells=[new_markdown_cell("Hand it in.")]), WITH_TEXTS) == 0


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("assert  one( )", False),
        ("assert one()  # mine", True),
        ("assert one() or True", True),
        ("", True),
    ],
)
def test_a_test_is_changed_if_it_says_something_else(source: str, changed: bool) -> None:
    notebook = _submission()
    notebook.cells[_position(notebook, "one-test")].source = source
    said = "one-test: this test is not the one that was handed out; the lab's own was run"
    assert recognise(notebook, LAB).changed == [said] * changed
