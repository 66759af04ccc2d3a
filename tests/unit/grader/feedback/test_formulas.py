"""Formulas on a page without scripts: drawn, bounded, and left as typed where they cannot be."""

import base64
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from grader.feedback.formulas import FORMULAS, LONGEST, Formulas
from grader.feedback.page import FeedbackExporter

INTERVAL = r"\bar d \pm t \cdot \sqrt{\left(\frac{1}{k} + \frac{q}{1-q}\right) s^2}"


def _page(*sources: str) -> BeautifulSoup:
    notebook = new_notebook(cells=[new_markdown_cell(source) for source in sources])
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    return BeautifulSoup(page, "html.parser")


def test_formulas_of_a_page_are_pictures_with_their_source_as_text() -> None:
    page = _page(f"The mean is $\\bar d$ over $k$ pairs.\n\n$$\n{INTERVAL}\n$$\n\nNo `$x$` here.")
    pictures = page.select("#notebook img")
    assert [picture["alt"] for picture in pictures] == [r"\bar d", "k", INTERVAL]
    (body,) = page.select("#notebook")
    assert "$" not in body.get_text().replace("$x$", "")
    for picture in pictures:
        data = str(picture["src"]).removeprefix("data:image/svg+xml;base64,")
        image = ElementTree.fromstring(base64.b64decode(data))
        assert len(image.findall(".//{*}path")) > 0, "nothing was drawn"
    letter, _, root = (int(str(picture["class"][1]).removeprefix("low")) for picture in pictures)
    assert letter < root, "a root reaches further below the line than a letter"


def test_the_same_formula_gives_the_same_bytes() -> None:
    assert Formulas().picture(INTERVAL) == Formulas().picture(INTERVAL) is not None


@pytest.mark.parametrize(
    "formula",
    [r"\unknown", "x^", "{" * 90, r"\left(" * 40, r"\hspace{1e9}", r"\hspace{99999}", r"\ ", "漢"],
)
def test_what_cannot_be_drawn_stays_as_it_was_typed(
    formula: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (body,) = _page(f"before ${formula}$ after").select("#notebook")
    assert f"${formula}$" in body.get_text()
    assert capfd.readouterr() == ("", "")


def test_a_page_draws_so_many_formulas_of_such_a_length() -> None:
    formulas = Formulas()
    assert formulas.picture("x" * (LONGEST + 1)) is None
    drawn = [formulas.picture("x") is not None for _ in range(FORMULAS + 2)]
    assert drawn == [True] * FORMULAS + [False] * 2


def test_each_page_counts_its_own() -> None:
    exporter = FeedbackExporter(template_name="classic")
    notebook = new_notebook(cells=[new_markdown_cell("$x$ " * FORMULAS)])
    pages = [exporter.from_notebook_node(notebook)[0].count("<img") for _ in range(2)]
    assert pages == [FORMULAS, FORMULAS]


def test_text_of_a_formula_cannot_leave_its_attribute() -> None:
    page = _page("""$x" onerror="harm()$ and $<script>harm()</script>$""")
    assert not page.select("#notebook [onerror], script")
