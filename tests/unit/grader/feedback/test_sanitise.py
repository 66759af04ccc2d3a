"""What a learner wrote can be looked at, and can do nothing: by markup, by kind and by size."""

import base64

import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from grader.feedback.page import FeedbackExporter
from grader.feedback.sanitise import TEXT, clean_html
from grader.steps.sanitise import Sanitise
from harmful_html import HARM, PUZZLES, TAGS, alive, cell_showing

# One of each for all pages: what costs time is to read the templates.
FEEDBACK = FeedbackExporter(template_name="classic")


def _page(*cells: NotebookNode) -> str:
    notebook, resources = Sanitise().preprocess(new_notebook(cells=list(cells)), {})
    page, _ = FEEDBACK.from_notebook_node(notebook, resources)
    return str(page)


@pytest.mark.parametrize("harm", HARM)
def test_markup_that_acts_is_gone(harm: str) -> None:
    assert alive(harm), "a test that could not fail"
    assert alive(clean_html(f"<p>before</p>{harm}<p>after</p>")) == []
    assert "before" in clean_html(f"<p>before</p>{harm}")


@pytest.mark.parametrize("harm", PUZZLES)
def test_markup_that_parsers_disagree_about_is_gone(harm: str) -> None:
    assert alive(clean_html(harm)) == []


@pytest.mark.parametrize("harm", HARM + PUZZLES)
def test_no_way_into_the_page_is_left_open(harm: str) -> None:
    error = new_output("error", ename=harm, evalue=harm, traceback=[harm])
    cells = [
        new_markdown_cell(harm, attachments={harm: {"image/png": harm}}),
        new_raw_cell(harm, metadata={"raw_mimetype": "text/html"}),
        new_code_cell(harm, outputs=[new_output("stream", text=harm), error]),
        cell_showing(text__html=harm),
        cell_showing(text__markdown=harm),
        cell_showing(text__latex=harm),
        cell_showing(text__plain=harm),
        cell_showing(image__png=f'"{harm}'),
        cell_showing(application__javascript="harm()"),
    ]
    for cell in cells:
        cell.metadata["tags"] = ['"><' + harm.replace(",", ";")]
    text = "".join(
        str(part)
        for part in BeautifulSoup(_page(*cells), "html.parser").find_all(
            class_=["inner_cell", "output_subarea", "output_wrapper"]
        )
    )
    assert text
    for tag in BeautifulSoup(text, "html.parser").find_all(True):
        assert tag.name not in TAGS
        assert not [name for name in tag.attrs if name.startswith("on")]
        address = str(tag.get("href", "#")).lower().strip()
        assert not address.startswith(("java", "vbs", "data")), tag
        assert str(tag.get("src", "data:")).startswith("data:")


def test_what_shows_something_stays() -> None:
    kept = [
        '<table border="1" class="dataframe"><tbody><tr><th colspan="2">a</th></tr></tbody></table>',
        '<a href="https://example.org/x">link</a>',
        '<img alt="a dot" src="data:image/png;base64,iVBORw0KGgo=" width="20">',
        '<span style="color: red; font-weight: bold;">red</span>',
        "<details open><summary>more</summary><p>text</p></details>",
        '<span class="kn">import</span>',
    ]
    for html in kept:
        soup = BeautifulSoup(clean_html(html), "html.parser")
        assert soup == BeautifulSoup(html, "html.parser")
    table = "<style scoped>.dataframe tbody { vertical-align: top }</style><table></table>"
    assert "vertical-align" not in clean_html(table)


def test_pictures_and_text_are_on_the_page() -> None:
    png = base64.b64encode(b"\x89PNG").decode()
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='harm()'/>"
    page = _page(
        new_markdown_cell(
            "**bold** ![dot](attachment:x.png)", attachments={"x.png": {"image/png": png}}
        ),
        cell_showing(image__png=png, text__plain="<Figure>"),
        cell_showing(image__svg_xml=svg),
        cell_showing(text__html="<script>harm()</script>", text__plain="instead"),
        new_code_cell("x", outputs=[new_output("stream", text="\x1b[31mred\x1b[0m & <b>")]),
    )
    assert "<strong>bold</strong>" in page
    assert page.count(f"data:image/png;base64,{png}") == 2
    assert f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" in page
    assert "onload" not in page
    assert "instead" in page
    assert "&amp; &lt;b&gt;" in page


@pytest.mark.parametrize("text", ["<div>", "<b><i>", "<table><tr><td>", "&", "<a href='", "<!--"])
def test_markup_that_strains_a_parser_still_gives_a_page(text: str) -> None:
    assert isinstance(clean_html(text * 3000), str)
    assert "<html" in _page(cell_showing(text__html=text * 3000), new_markdown_cell(text * 3000))


@pytest.mark.parametrize("text", ["[", "**a", "> ", "`", "- " * 500, "![", "|a" * 500])
def test_markdown_that_strains_a_parser_still_gives_a_page(text: str) -> None:
    assert "<html" in _page(new_markdown_cell((text * TEXT)[:TEXT]))


def drawn(metadata: object) -> str:
    """The alternative text on the page of a picture with these metadata."""
    output = new_output("display_data", data={"image/png": "aGVsbG8="})
    output["metadata"] = {"image/png": metadata}
    page = BeautifulSoup(_page(new_code_cell("draw()", outputs=[output])), "html.parser")
    (picture,) = page.find_all("img")
    assert set(picture.attrs) == {"src", "alt"}
    assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    return str(picture["alt"])


@pytest.mark.parametrize("text", ["A rising line.", 'x" onerror="harm()', *HARM])
def test_the_text_of_a_picture_is_kept_and_is_only_text(text: str) -> None:
    assert drawn({"alt": text, "width": "1 onload=harm()"}) == text


@pytest.mark.parametrize("metadata", ["alt", {"alt": 3}, {"alt": ["x"]}, {}, None])
def test_what_is_no_text_is_not_kept(metadata: object) -> None:
    assert drawn(metadata) == "No description has been provided for this image"
