"""Whole notebooks for a page of feedback, and for a page that trusts them."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from graded_cells import test_cell
from grader.feedback import sanitise
from grader.feedback.page import FeedbackExporter
from grader.feedback.sanitise import CUT, OUTPUTS, PAGE, PICTURE, TEXT
from grader.steps.sanitise import SafeToRead, Sanitise
from harmful_html import HARM, PUZZLES, alive, cell_showing

TRUSTING = HTMLExporter(template_name="classic")


@pytest.mark.parametrize(
    "metadata",
    [{"tags": 5}, {"raw_mimetype": 3}, {"tags": ["a"], "magics_language": []}, {"transient": 1}],
)
def test_odd_metadata_does_not_cost_the_page(metadata: dict[str, object]) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("text"), new_raw_cell("raw")])
    for cell in notebook.cells:
        cell.metadata.update(metadata)
    notebook.metadata.update({"language_info": [], "title": ["<b>"], "widgets": 1})
    notebook, _ = Sanitise().preprocess(notebook, {})
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    assert "text" in page


def test_each_output_and_source_is_cut() -> None:
    long = "x" * 3 * PICTURE
    error = new_output("error", ename="E", evalue=long, traceback=[long] * 3)
    frame = "<table>" + "<tr><td>x</td></tr>" * PICTURE + "</table>"
    cells = [
        new_code_cell(long, outputs=[new_output("stream", text=long), error]),
        new_markdown_cell(long),
        cell_showing(text__html=frame),
        cell_showing(text__plain=long),
        cell_showing(image__png=long),
        cell_showing(image__svg_xml=long),
    ]
    notebook, _ = Sanitise().preprocess(new_notebook(cells=cells), {})
    for cell in notebook.cells:
        assert len(str(cell)) < 20 * TEXT
    assert CUT in notebook.cells[0].source
    assert CUT in notebook.cells[0].outputs[0].text
    assert notebook.cells[4].outputs == []


def test_the_number_of_outputs_is_cut() -> None:
    many = [new_output("stream", text=str(number)) for number in range(OUTPUTS + 1)]
    notebook, _ = Sanitise().preprocess(new_notebook(cells=[new_code_cell("x", outputs=many)]), {})
    outputs = notebook.cells[0].outputs
    assert len(outputs) == OUTPUTS + 1
    assert CUT in outputs[-1].text
    picture = "A" * (PICTURE // 2 + 1)
    two = [new_output("display_data", {"image/png": picture}) for _ in range(2)]
    notebook, _ = Sanitise().preprocess(new_notebook(cells=[new_code_cell("x", outputs=two)]), {})
    assert [output.output_type for output in notebook.cells[0].outputs] == [
        "display_data",
        "stream",
    ]


def test_the_labs_own_cells_stay_however_much_a_learner_adds() -> None:
    def own() -> list[NotebookNode]:
        return [new_markdown_cell("y" * TEXT) for _ in range(PAGE // TEXT + 2)]

    test = test_cell("a", "assert f(1)", points=1)
    notebook, _ = Sanitise().preprocess(new_notebook(cells=[*own(), test, *own()]), {})
    assert len(str(notebook)) < PAGE + 10 * TEXT
    assert notebook.cells[-1].source == "assert f(1)"
    assert notebook.cells[-2].source == CUT


def test_html_that_is_slow_to_clean_ends_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanitise, "SECONDS", 0.5)
    slow = "<a><i>" * 3300
    data = {"text/html": slow, "text/plain": "the text of it"}
    cells = [
        new_code_cell(outputs=[new_output("display_data", data) for _ in range(OUTPUTS)])
        for _ in range(3)
    ]
    nb, _ = Sanitise().preprocess(new_notebook(cells=cells), {})
    kinds = [
        kind for cell in nb.cells for output in cell.outputs for kind in output.get("data", ())
    ]
    assert kinds.count("text/plain") > 2 * OUTPUTS


@pytest.mark.parametrize(
    "harm",
    [
        *HARM,
        *PUZZLES,
        "[x](javascript:harm())",
        "[x](java&#115;cript:harm())",
        "[x][1]\n\n[1]: JavaScript:harm()",
        "<javascript:harm()>",
    ],
)
def test_the_graded_copy_does_nothing_on_a_page_that_trusts_it(harm: str) -> None:
    usual = Counter(alive(_trusting_page("text")))
    assert not Counter(alive(_trusting_page(harm))) - usual


def test_the_graded_copy_keeps_what_is_written() -> None:
    page = _trusting_page("*a* < b & `c`, data: see [d](https://e.org)")
    text = BeautifulSoup(page, "html.parser")
    assert text.get_text().count("a < b & c, data: see d") == 3
    assert len(text.select("a[href='https://e.org']")) == 3


def _trusting_page(text: str) -> str:
    """nbconvert's own page of a graded copy, as formgrader has it: it lets a learner's HTML through."""
    shown = [new_output("display_data", {kind: text}) for kind in ("text/html", "text/markdown")]
    cells = [new_markdown_cell(f"before\n\n{text}"), new_code_cell(outputs=shown)]
    locked = {"nbgrader": {"locked": True, "grade_id": "forged"}}
    cells += [new_raw_cell(text), new_markdown_cell(text, metadata=locked)]
    for number, cell in enumerate(cells):
        cell.id = str(number)
    nb, _ = SafeToRead().preprocess(new_notebook(cells=cells), {})
    page, _ = TRUSTING.from_notebook_node(nb)
    return str(BeautifulSoup(page, "html.parser").select_one("#notebook-container"))
