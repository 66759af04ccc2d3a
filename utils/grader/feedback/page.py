"""Feedback pages: what the learner wrote, points and visible messages, and no hidden test."""

import re
from dataclasses import dataclass
from html import escape
from typing import Any

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from grader.feedback.formulas import STYLE as FORMULA_STYLE
from grader.feedback.formulas import Formulas
from grader.feedback.look import dress
from grader.feedback.sanitise import clean_html
from grader.outcomes import REMARKS, RESTORED, points_text

_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_SCORE = re.compile(r"Score: (-?[\d.]+) / ([\d.]+)")


@dataclass(frozen=True)
class PointsRow:
    """One line of the table of points.

    Attributes:
        task: the name of the graded cell.
        title: the heading above it; empty if there is none.
        happened: what the learner should know, as short texts.
    """

    task: str
    title: str
    score: float
    points: float
    happened: tuple[str, ...]


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page with a table of points, and with nothing that acts by itself.

    Its template loads MathJax from the network and lets a learner's HTML through. Here formulas
    are pictures, and outputs are cleaned before, by :class:`grader.steps.Sanitise`.
    """

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown as clean HTML."""
        attachments = context.get("cell", {}).get("attachments", {})
        try:
            return clean_html(self.formulas.html(source, attachments=attachments))
        except Exception:
            # Whatever makes the parser fail is still the learner's text.
            return f"<pre>{escape(source)}</pre>"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        nb, self.formulas = nbformat.from_dict(nb), Formulas()
        # What else the notebook's own metadata say is only there to be abused.
        nb.metadata = NotebookNode({key: nb.metadata.get(key, []) for key in (REMARKS, RESTORED)})
        nb.metadata["language_info"] = NotebookNode(name="python", pygments_lexer="ipython3")
        html, resources = super().from_notebook_node(nb, resources, **kw)
        page = BeautifulSoup(html, "html.parser")
        for script in page.find_all("script"):
            script.decompose()
        for style in page.find_all("style"):
            # Bootstrap's icons, which the page does not use and would ask for.
            style.string = _FONT.sub("", style.get_text())
        for mark in page.select("a.anchor-link, h1 > a, h2 > a, h3 > a, h4 > a"):
            if mark.get_text() == "¶":
                mark.decompose()
        marks = resources.get("nbgrader")
        whose = ""
        if marks is not None:
            whose = heading(marks["notebook"], marks["student"], marks["score"], marks["max_score"])
        dress(page, whose, FORMULA_STYLE)
        contents = page.find(id="toc")
        if contents is not None:
            lines: list[PointsRow] = resources.get("lines", [])
            contents.insert(0, BeautifulSoup(_table(lines), "html.parser"))
            _remove_tasks(contents)
            _name_comments(contents, {line.task: line.title for line in lines})
            _rewrite_headings(page, whose)
        return str(page), resources


def _table(lines: list[PointsRow]) -> str:
    rows = "".join(
        f"<tr><td>{_link(line)}</td>"
        f"<td>{_points(line.score, line.points)}</td>"
        f"<td><ul>{''.join(f'<li>{_message(text)}</li>' for text in line.happened)}</ul></td></tr>"
        for line in lines
    )
    return (
        '<table class="points"><thead><tr><th>Task</th><th>Points</th><th>What happened</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _link(line: PointsRow) -> str:
    """A link to the graded cell: the task's title with the cell's name, or the name alone."""
    name = f"<code>{escape(line.task)}</code>"
    shown = f"{escape(line.title)}</a> {name}" if line.title else f"{name}</a>"
    return f'<a href="#{escape(line.task)}">{shown}'


def _points(score: float, most: float) -> str:
    return f"{points_text(round(score, 2))} / {points_text(round(most, 2))}"


def _message(text: str) -> str:
    """A message as HTML, what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def heading(lab: str, student: str, score: float, most: float) -> str:
    """Whose page it is, and for how many points."""
    return f"{lab} · {student} (Score: {_points(score, most)})"


def _rewrite_headings(page: BeautifulSoup, whose: str) -> None:
    """Whose page it is at the top, and all points in one form."""
    for title in page.select(".panel-heading > h4"):
        title.string = whose
        title.name = "h1"
        title["class"] = "whose"
    for points in page.select(".panel-heading > span.pull-right"):
        for text in points.find_all(string=_SCORE):
            text.replace_with(_SCORE.sub(_rewritten, text))


def _rewritten(found: re.Match[str]) -> str:
    return f"Score: {_points(float(found[1]), float(found[2]))}"


def _name_comments(contents: Any, titles: dict[str, str]) -> None:
    """Links to comments name the task: in the template they all read the same."""
    for link in contents.select('a[href^="#comment-"]'):
        task = link["href"].removeprefix("#comment-")
        name = escape(titles.get(task, "")) or f"<code>{escape(task)}</code>"
        link.append(BeautifulSoup(f" on {name}", "html.parser"))


def _remove_tasks(contents: Any) -> None:
    """Of the template's own list of cells, comments and late penalty stay."""
    for entry in contents.select("ol > li"):
        link = entry.find("a")
        if link is not None and not str(link["href"]).startswith("#comment-"):
            entry.decompose()
    for listing in contents.select("ol"):
        if not listing.find("li"):
            listing.decompose()
