"""Feedback pages of real submissions, and what a browser does with one that is full of traps."""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from browser import Browser
from courses import handed_out
from grader.course import Course
from grader.cycle.feedback import feedback
from grader.cycle.samples import fill_in, solutions
from grader.engines.stock import StockEngine
from grader.outcomes import Submission, save_collected, save_outcome
from tiny_lab import LAB, POINTS, READ_BY_A_PERSON, tiny_lab

FULL = sum(POINTS.values())
STUDENT = "ada"

MARK = "document.title='harmed';"
TRAPS = f"""<script>{MARK}</script><img src=x onerror="{MARK}"><svg onload="{MARK}"></svg>
<iframe srcdoc="<script>parent.{MARK}</script>"></iframe><details ontoggle="{MARK}" open>x</details>
<a id=trap href="javascript:{MARK}">grade</a><base href="http://192.0.2.1/">
<meta http-equiv="refresh" content="0;url=about:blank#harmed">
<form id=form action="about:blank#harmed"><input name=a autofocus onfocus="{MARK}">
<button id=send>send</button></form><img src="http://192.0.2.1/x.png">
<link rel=stylesheet href="http://192.0.2.1/x.css"><style>body {{ display: none }}</style>"""
SHOW = f"""from IPython.display import HTML, SVG, Javascript, Markdown, display

traps = {TRAPS!r}
display(HTML(traps), Markdown(traps), Javascript({MARK!r}))
display({{"text/html": traps}}, raw=True, metadata={{"text/html": {{"isolated": True}}}})
display({{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='parent.{MARK}'/>"}}, raw=True)
display({{"text/latex": traps}}, raw=True)
print(traps, "x" * 3_000_000)


def double(x):
    raise ValueError(traps)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_ROOT", raising=False)
        yield handed_out(tmp_path_factory.mktemp("feedback"))


def _solved(course: Course, **answers: str) -> NotebookNode:
    path = course.handed_out(STUDENT, LAB) / f"{LAB}.ipynb"
    return fill_in(nbformat.read(path, as_version=4), solutions(tiny_lab()) | answers)


def _page(course: Course, notebook: NotebookNode) -> Path:
    """Grade a notebook of this test's own (nothing in it needs a sandbox) and write its page."""
    folder = course.submitted(STUDENT, LAB)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{LAB}.ipynb")
    engine = StockEngine(course, cell_seconds=300)
    save_outcome(course, engine.grade(Submission(STUDENT, LAB, folder)))
    (page,) = feedback(course, LAB, [STUDENT])
    return page


def _table(page: Path) -> dict[str, tuple[str, str]]:
    """Points and what happened, by task, as the page's table says."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    rows = [row.find_all("td") for row in soup.select("table.points tbody tr")]
    return {
        str(task.code and task.code.get_text()): (
            points.get_text(),
            "; ".join(li.get_text() for li in said.select("li")),
        )
        for task, points, said in rows
    }


def test_the_table_says_what_happened_and_no_hidden_value(course: Course) -> None:
    right_for_two = "def double(x):\n    return 4"
    odd = "a*b*_c_ <i>[x](y) `z` $w$.ipynb is taken as the notebook"
    save_collected(course.collected(STUDENT, LAB), [odd])
    page = _page(course, _solved(course, double=right_for_two, number="number = 1.5", why=""))
    assert _table(page) == {
        "double-test": (
            "0 / 2",
            "✘ Twice the variant.: not right for inputs that you have not seen",
        ),
        "number-test": ("0 / 3", "✘ the test: The number is an integer."),
        "add-test": ("1 / 1", "All tests passed."),
        "why": (f"0 / {READ_BY_A_PERSON}", "This waits for a reader."),
    }
    text = page.read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    assert odd in [item.get_text().strip() for item in soup.select("div.text_cell_render li")]
    headings = soup.select(".panel-heading")
    assert headings[0].h1
    assert headings[0].h1.get_text() == f"{LAB} · {STUDENT} (Score: 1 / {FULL + READ_BY_A_PERSON})"
    assert [
        h.get_text().strip().split("Score: ")[1] for h in headings if "Grade" in h.get_text()
    ] == [
        "0 / 2 (Top)",
        "0 / 3 (Top)",
        "1 / 1 (Top)",
    ]
    for hidden in ("HIDDEN TESTS", "wanted", "2 * variant"):
        assert hidden not in text


def test_a_cell_that_cannot_run_is_named_where_its_name_is_missing(course: Course) -> None:
    page = _page(course, _solved(course, double="def double(x)\n    return 2 * x", number="1 / 0"))
    table = _table(page)
    why = "because its cell ended with SyntaxError: expected ':'"
    assert table["double-test"] == ("0 / 2", f"✘ double is not defined, {why}")
    assert table["number-test"][1] == "✘ number is not defined: no cell above this test defines it"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert [code.get_text() for code in soup.select("table.points li code")] == ["double", "number"]
    assert "run the cell" not in soup.get_text()


def _comments(page: Path) -> tuple[list[str], list[str]]:
    """The links to comments at the top, and the comments."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    links = [link.get_text() for link in soup.select("#toc ol a")]
    return links, [str(found.p) for found in soup.select(".panel-footer div")]


def test_an_empty_answer_has_no_comment_and_a_persons_is_text(course: Course) -> None:
    handed_out = course.handed_out(STUDENT, LAB) / f"{LAB}.ipynb"
    page = _page(course, nbformat.read(handed_out, as_version=4))
    assert _comments(page) == ([], [])
    with course.gradebook() as gradebook:
        comment = gradebook.find_comment("double", LAB, LAB, STUDENT)
        comment.manual_comment = "*Which* <figures>? <b>`a < b`</b>"
        gradebook.db.commit()
    (page,) = feedback(course, LAB, [STUDENT])
    text = "<p><em>Which</em> &lt;figures&gt;? &lt;b&gt;<code>a &lt; b</code>&lt;/b&gt;</p>"
    assert _comments(page) == (["Comment on double"], [text])


def test_points_of_an_earlier_grading_wait_for_another_look(course: Course) -> None:
    notebook = _solved(course)
    _page(course, notebook)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", LAB, LAB, STUDENT)
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.db.commit()
    try:
        (page,) = feedback(course, LAB, [STUDENT])
        assert _table(page)["why"] == ("3 / 4", "A person gave the points.")
        said = "A person gave the points at an earlier grading; this one waits for a reader."
        assert _table(_page(course, notebook))["why"] == ("3 / 4", said)
    finally:
        with course.gradebook() as gradebook:
            gradebook.find_grade("why", LAB, LAB, STUDENT).manual_score = None
            gradebook.db.commit()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"",
            "Your notebook could not be graded: not a notebook: the file is empty. "
            "Save the notebook in JupyterLab and hand in the .ipynb file.",
        ),
        (None, "There are no points because nothing was handed in."),
    ],
)
def test_a_page_without_a_notebook_says_what_to_do(
    course: Course, content: bytes | None, said: str
) -> None:
    folder = course.submitted("grace", LAB)
    if content is not None:
        folder.mkdir(parents=True)
        (folder / f"{LAB}.ipynb").write_bytes(content)
    save_outcome(course, StockEngine(course).grade(Submission("grace", LAB, folder)))
    (page,) = feedback(course, LAB, ["grace"])
    shutil.rmtree(folder, ignore_errors=True)
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert soup.h1
    assert soup.h1.get_text() == f"{LAB} · grace (Score: 0 / {FULL + READ_BY_A_PERSON})"
    assert soup.p
    assert soup.p.get_text() == said


#: Text whose colour and background differ too little (WCAG AA), as [ratio, text].
PALE = """
(() => {
  const channels = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => {
      const [a, b] = [light(channels(getComputedStyle(e).color)), light(behind(e))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
})()
"""


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_can_be_read_at_any_width(course: Course, tmp_path: Path, width: int) -> None:
    shows = """
import pandas as pd
import matplotlib.pyplot as plt
display(pd.DataFrame([range(40)]))
from coursekit import pictures
plt.figure(figsize=(20, 2))
plt.plot([1, 2])
pictures.show("A rising line.")
print("\\x1b[31mred \\x1b[32mgreen \\x1b[33myellow \\x1b[34mblue \\x1b[35mpurple \\x1b[36mcyan" + "wide" * 80)
def double(x):  # a comment
    return "text" if x is not None and x > 1.5 else f"{x!r:>10}" + 1
@property
def number(self): raise ValueError
"""
    page = _page(course, _solved(course, double=shows, number="1 / 0"))
    with Browser(tmp_path / "profile") as browser:
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.call("Emulation.setDeviceMetricsOverride", **metrics)
        browser.open(page.as_uri())
        browser.wait_for("document.readyState === 'complete'")
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.evaluate(PALE) == []
        assert browser.evaluate("[...document.images].at(-1).alt") == "A rising line."
        wide = "[...document.querySelectorAll('img')].filter(i => i.width > innerWidth).length"
        assert browser.evaluate(wide) == 0


@pytest.mark.needs("chromium")
def test_columns_of_a_table_do_not_touch(course: Course, tmp_path: Path) -> None:
    shows = "import pandas as pd\ndisplay(pd.DataFrame({'charges': [1], 'churn': [2]}))"
    page = _page(course, _solved(course, double=shows))
    with Browser(tmp_path / "profile") as browser:
        browser.open(page.as_uri())
        browser.wait_for("document.readyState === 'complete'")
        cell = "document.querySelector('table.dataframe td')"
        assert browser.evaluate(f"parseFloat(getComputedStyle({cell}).paddingLeft)") >= 5


def test_a_copied_and_a_deleted_test_cost_nothing(course: Course) -> None:
    notebook = _solved(course)
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "double-test")
    early, late = deepcopy(notebook.cells[place]), deepcopy(notebook.cells[place])
    early["id"], late["id"] = "early", "late"
    notebook.cells = [early, *(c for c in notebook.cells if c.id != "number-test"), late]
    for cell in notebook.cells:
        if cell.id == "add-test":
            cell.metadata["nbgrader"] = {"grade_id": 3, "grade": True}
    table = _table(_page(course, notebook))
    assert [points for points, _ in table.values()] == ["2 / 2", "3 / 3", "1 / 1", "0 / 4"]
    assert table["number-test"][1].startswith("This cell was missing and was put back.")


@pytest.fixture(scope="module")
def trapped(course: Course) -> Path:
    """The page of a notebook that prints, displays and raises traps, and holds them as text."""
    notebook = _solved(course, double=SHOW, why=TRAPS)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(TRAPS))
    raw = nbformat.v4.new_raw_cell(TRAPS, metadata={"raw_mimetype": "text/html"})
    notebook.cells.insert(1, raw)
    return _page(course, notebook)


def _is_address(link: Tag) -> bool:
    return unquote(str(link["href"])) == link.get_text()


def test_traps_are_not_in_the_page(trapped: Path) -> None:
    text = trapped.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    soup = BeautifulSoup(text, "html.parser")
    assert soup.find_all(["script", "iframe", "form", "input", "base", "link", "object"]) == []
    assert {tag.get("http-equiv") for tag in soup.find_all("meta")} <= {
        None,
        "Content-Security-Policy",
    }
    assert not [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    # What was HTML shows as text now; an address in it leads where it says.
    leading = [str(a["href"]) for a in soup.select("a[href]") if not _is_address(a)]
    assert {address[0] for address in leading} == {"#"}
    assert "isolated-iframe" not in text


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("with_policy", [True, False])
def test_a_browser_shows_the_page_and_nothing_happens(
    trapped: Path, tmp_path: Path, with_policy: bool
) -> None:
    """Also without the policy, which is the second wall and not the first."""
    text = trapped.read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(text if with_policy else text.replace("Content-Security-Policy", "x"))
    happened = _open(page, tmp_path / "profile")
    title = str(happened.pop("title"))
    assert title.startswith(f"{LAB} · {STUDENT} (Score: ")
    assert happened == {"address": page.as_uri(), "requests": [], "visible": True}


@pytest.mark.needs("chromium")
def test_the_traps_work_where_nothing_stops_them(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><title>{LAB}</title><body>{TRAPS}</body>")
    happened = _open(page, tmp_path / "profile")
    assert happened["address"] == "about:blank#harmed"
    assert "http://192.0.2.1/x.png" in happened["requests"]
    page.write_text(f'<title>{LAB}</title><p>Task</p><img src=x onerror="{MARK}">')
    assert _open(page, tmp_path / "other")["title"] == "harmed"


def _open(page: Path, profile: Path) -> dict[str, Any]:
    """Open a page, click and submit what there is, and say what came of it."""
    with Browser(profile) as browser:
        browser.open(page.as_uri())
        browser.wait_for("document.readyState === 'complete'")
        # A refresh after no seconds, and handlers of errors, come after the page is complete.
        browser.evaluate("new Promise(done => setTimeout(done, 500))")
        browser.evaluate(
            "(() => { for (const a of document.querySelectorAll('#trap, #send')) a.click() })()"
        )
        browser.evaluate("new Promise(done => setTimeout(done, 500))")
        own = page.as_uri()
        return {
            "title": browser.evaluate("document.title"),
            "address": browser.evaluate("location.href"),
            "requests": [
                url for url in browser.requests if url != own and not url.startswith("data:image/")
            ],
            "visible": browser.evaluate("document.body.innerText.includes('Task')"),
        }
