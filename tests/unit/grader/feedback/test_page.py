"""A page of feedback loads and runs nothing, and says in words what it shows."""

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from graded_cells import answer_cell, question_cell, test_cell
from grader.feedback.page import FeedbackExporter
from grader.steps.feedback import LONGEST_TITLE, task_titles


def page_of(*cells: NotebookNode) -> BeautifulSoup:
    notebook = new_notebook(cells=list(cells))
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    return BeautifulSoup(page, "html.parser")


def test_page_is_bound_by_a_policy() -> None:
    page = str(page_of())
    assert "<script" not in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    for rule in ("default-src 'none'", "form-action 'none'", "base-uri 'none'"):
        assert rule in page


def test_page_names_its_language_and_fits_a_phone() -> None:
    page = page_of(new_markdown_cell("# Title"))
    assert page.html
    assert page.html["lang"] == "en"
    assert page.select("meta[name=viewport]")
    assert page.h1
    assert page.h1.get_text() == "Title"


def drawn(metadata: dict[str, object]) -> NotebookNode:
    output = new_output("display_data", data={"image/png": "aGVsbG8=\n"}, metadata=metadata)
    return new_code_cell("draw()", outputs=[output])


def alternative(metadata: dict[str, object]) -> object:
    picture = page_of(drawn(metadata)).img
    assert picture
    return picture["alt"]


def test_a_picture_has_the_text_of_its_output() -> None:
    assert alternative({"image/png": {"alt": 'A "line" & <b>'}}) == 'A "line" & <b>'
    assert alternative({}) == "No description has been provided for this image"


def test_a_task_has_the_heading_above_it_as_title() -> None:
    cells = [
        test_cell("early", "", 1),
        new_markdown_cell("# Lab\n\n## Task 1 · The `duck` (2 points)\n\nText"),
        answer_cell("duck", "1"),
        test_cell("duck-test", "", 1),
        test_cell("duck-again", "", 1),
        new_markdown_cell("## Question · Why (always)? (1 point, read by a person)"),
        question_cell("why", "## Not a title", 1),
        new_markdown_cell("## " + "long " * 100),
        test_cell("late", "", 1),
    ]
    titles = task_titles(new_notebook(cells=cells))
    assert len(titles.pop("late")) == LONGEST_TITLE
    assert titles == {
        "early": "",
        "duck-test": "Task 1 · The duck",
        "duck-again": "Task 1 · The duck",
        "why": "Question · Why (always)?",
    }
