"""What a learner wrote can be looked at, and can do nothing: by markup, by kind and by size."""

import base64
from collections import Counter

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from grader.feedback import sanitise
from grader.feedback.page import FeedbackExporter
from grader.feedback.sanitise import CUT, OUTPUTS, PAGE, PICTURE, TEXT, clean_html
from grader.steps.sanitise import SafeToRead, Sanitise

# Each would act, load, send, lead away or cover if it came through.
HARM = [
    "<script>harm()</script>",
    "<img src=x onerror=harm()>",
    "<img src='http://192.0.2.1/x.png'>",
    "<img srcset='http://192.0.2.1/x.png 2x'>",
    "<svg onload=harm()><script>harm()</script><foreignObject><b>x</b></foreignObject></svg>",
    "<math><mtext><style><img src=x onerror=harm()></style></mtext></math>",
    "<a href='javascript:harm()'>x</a>",
    "<a href=' jAvA&Tab;script:harm()'>x</a>",
    "<a href='vbscript:harm()'>x</a>",
    "<a href='data:text/html,<script>harm()</script>'>x</a>",
    "<a href='/formgrader' target=_top ping='http://192.0.2.1/'>x</a>",
    "<meta http-equiv=refresh content='0;url=http://192.0.2.1/'>",
    "<base href='http://192.0.2.1/'>",
    "<link rel=stylesheet href='http://192.0.2.1/x.css'>",
    "<style>body { display: none }</style>",
    "<iframe srcdoc='<script>harm()</script>'></iframe>",
    "<object data='x.swf'><embed src='x.swf'></object>",
    "<form action='http://192.0.2.1/'><input name=a><button>x</button></form>",
    "<button formaction='javascript:harm()'>x</button>",
    "<textarea autofocus onfocus=harm()>",
    "<video src='http://192.0.2.1/x.mp4' autoplay></video><audio src=x></audio>",
    "<div style='background: url(http://192.0.2.1/x.png)'>x</div>",
    "<div style='position: fixed; top: 0; margin-top: -9em; height: 0; width: 9in'>x</div>",
    "<div class='navbar-fixed-top' id='toc'>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=harm()>'></noscript>",
    "<template><img src=x onerror=harm()></template>",
    "<marquee onstart=harm()>x</marquee><details ontoggle=harm() open>x</details>",
    "<img src='data:image/svg+xml,<svg onload=harm()>'>",
]
# Parsers disagree about these, so that only what comes out can be looked at.
PUZZLES = [
    "<scr<script>ipt>harm()</scr</script>ipt>",
    "<!--><img src=x onerror=harm()>-->",
    "</div></div></body><h4 onclick=harm()>Score: 100</h4>",
    "<p title='`<img src=x onerror=harm()>`'>`</p>",
    "<x<img src=x onerror=harm()//<b>",
]
TAGS = [
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "base", "link"),
    *("meta", "svg", "math", "template", "noscript", "textarea", "video", "audio", "marquee"),
    "foreignobject",
]
ATTRIBUTES = {
    "srcset",
    "srcdoc",
    "target",
    "ping",
    "formaction",
    "action",
    "id",
    "class",
    "autofocus",
}
# One of each for all pages: what costs time is to read the templates.
FEEDBACK = FeedbackExporter(template_name="classic")
TRUSTING = HTMLExporter(template_name="classic")
STYLES = ("url", "position", "margin", "height", "width", "background:")


def _alive(html: str) -> list[str]:
    """Everything in a piece of HTML that can do something."""
    soup = BeautifulSoup(html, "html.parser")
    found = [tag.name for tag in soup.find_all(TAGS)]
    for tag in soup.find_all(True):
        found += [name for name in tag.attrs if name.startswith("on") or name in ATTRIBUTES]
        found += [word for word in STYLES if word in str(tag.get("style", ""))]
        address = str(tag.get("href", tag.get("src", "http:" if tag.name == "a" else "data:image")))
        if (
            not address.startswith(("http:", "https:", "data:image"))
            or str(tag.get("src", "d"))[0] != "d"
        ):
            found.append(address)
        if address.startswith("data:") and ";base64," not in address and tag.get("src"):
            found.append(address)
    return found


def _page(*cells: NotebookNode) -> str:
    notebook, resources = Sanitise().preprocess(new_notebook(cells=list(cells)), {})
    page, _ = FEEDBACK.from_notebook_node(notebook, resources)
    return str(page)


def _shown(**data: str) -> NotebookNode:
    bundle = {name.replace("__", "/").replace("_", "+"): value for name, value in data.items()}
    return new_code_cell("1", outputs=[new_output("display_data", bundle)])


@pytest.mark.parametrize("harm", HARM)
def test_markup_that_acts_is_gone(harm: str) -> None:
    assert _alive(harm), "a test that could not fail"
    assert _alive(clean_html(f"<p>before</p>{harm}<p>after</p>")) == []
    assert "before" in clean_html(f"<p>before</p>{harm}")


@pytest.mark.parametrize("harm", PUZZLES)
def test_markup_that_parsers_disagree_about_is_gone(harm: str) -> None:
    assert _alive(clean_html(harm)) == []


@pytest.mark.parametrize("harm", HARM + PUZZLES)
def test_no_way_into_the_page_is_left_open(harm: str) -> None:
    error = new_output("error", ename=harm, evalue=harm, traceback=[harm])
    cells = [
        new_markdown_cell(harm, attachments={harm: {"image/png": harm}}),
        new_raw_cell(harm, metadata={"raw_mimetype": "text/html"}),
        new_code_cell(harm, outputs=[new_output("stream", text=harm), error]),
        _shown(text__html=harm),
        _shown(text__markdown=harm),
        _shown(text__latex=harm),
        _shown(text__plain=harm),
        _shown(image__png=f'"{harm}'),
        _shown(application__javascript="harm()"),
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
        _shown(image__png=png, text__plain="<Figure>"),
        _shown(image__svg_xml=svg),
        _shown(text__html="<script>harm()</script>", text__plain="instead"),
        new_code_cell("x", outputs=[new_output("stream", text="\x1b[31mred\x1b[0m & <b>")]),
    )
    assert "<strong>bold</strong>" in page
    assert page.count(f"data:image/png;base64,{png}") == 2
    assert f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" in page
    assert "onload" not in page
    assert "instead" in page
    assert "&amp; &lt;b&gt;" in page


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
    page, _ = FEEDBACK.from_notebook_node(notebook)
    assert "text" in page


def test_each_output_and_source_is_cut() -> None:
    long = "x" * 3 * PICTURE
    error = new_output("error", ename="E", evalue=long, traceback=[long] * 3)
    frame = "<table>" + "<tr><td>x</td></tr>" * PICTURE + "</table>"
    cells = [
        new_code_cell(long, outputs=[new_output("stream", text=long), error]),
        new_markdown_cell(long),
        _shown(text__html=frame),
        _shown(text__plain=long),
        _shown(image__png=long),
        _shown(image__svg_xml=long),
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
    own = [new_markdown_cell("y" * TEXT) for _ in range(PAGE // TEXT + 2)]
    test = new_code_cell("assert f(1)")
    test.metadata["nbgrader"] = nbformat.from_dict({"grade": True, "grade_id": "a"})
    notebook, _ = Sanitise().preprocess(new_notebook(cells=[*own, test, *own]), {})
    assert len(str(notebook)) < PAGE + 10 * TEXT
    assert notebook.cells[-1].source == "assert f(1)"
    assert notebook.cells[-2].source == CUT


@pytest.mark.parametrize("text", ["<div>", "<b><i>", "<table><tr><td>", "&", "<a href='", "<!--"])
def test_markup_that_strains_a_parser_still_gives_a_page(text: str) -> None:
    assert isinstance(clean_html(text * 3000), str)
    assert "<html" in _page(_shown(text__html=text * 3000), new_markdown_cell(text * 3000))


@pytest.mark.parametrize("text", ["[", "**a", "> ", "`", "- " * 500, "![", "|a" * 500])
def test_markdown_that_strains_a_parser_still_gives_a_page(text: str) -> None:
    assert "<html" in _page(new_markdown_cell((text * TEXT)[:TEXT]))


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
    usual = Counter(_alive(_trusting_page("text")))
    assert not Counter(_alive(_trusting_page(harm))) - usual


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
