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

from grader.feedback.formulas import STYLE, Formulas
from grader.feedback.sanitise import clean_html
from grader.outcomes import REMARKS, RESTORED

# A page runs no script, loads nothing and sends nothing: what a notebook printed is only shown.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'"
)
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_STYLE = """
table.points { width: 100%; } table.points td, table.points th { padding: 0.3em 1em 0.3em 0;
vertical-align: top; text-align: left; border-top: 1px solid #ddd; }
table.points ul { margin: 0; padding-left: 0; list-style: none; }
table.dataframe td, table.dataframe th { padding: 0.2em 0.8em; }
"""
_SCORE = re.compile(r"Score: (-?[\d.]+) / ([\d.]+)")


@dataclass(frozen=True)
class PointsRow:
    """One line of the table of points.

    Attributes:
        happened: what the learner should know, as short texts.
    """

    task: str
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
        if page.head is not None:
            for name, text in {"referrer": "no-referrer", "": POLICY}.items():
                rule = page.new_tag("meta", content=text)
                rule.attrs["name" if name else "http-equiv"] = name or "Content-Security-Policy"
                page.head.insert(0, rule)
            style = page.new_tag("style", string=_STYLE + STYLE)
            page.head.append(style)
        contents = page.find(id="toc")
        if contents is not None:
            table = BeautifulSoup(_table(resources.get("lines", [])), "html.parser")
            contents.insert(0, table)
            _remove_tasks(contents)
            _name_comments(contents)
            _rewrite_headings(page, resources["nbgrader"])
        return str(page), resources


def _table(lines: list[PointsRow]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{escape(line.task)}"><code>{escape(line.task)}</code></a></td>'
        f"<td>{_points(line.score, line.points)}</td>"
        f"<td><ul>{''.join(f'<li>{_message(text)}</li>' for text in line.happened)}</ul></td></tr>"
        for line in lines
    )
    return (
        '<table class="points"><thead><tr><th>Task</th><th>Points</th><th>What happened</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _points(score: float, most: float) -> str:
    return f"{round(score, 2):g} / {round(most, 2):g}"


def _message(text: str) -> str:
    """A message as HTML, what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def heading(lab: str, student: str, score: float, most: float) -> str:
    """Whose page it is, and for how many points."""
    return f"{lab} · {student} (Score: {_points(score, most)})"


def _rewrite_headings(page: BeautifulSoup, marks: dict[str, Any]) -> None:
    """Whose page it is at the top, and all points in one form."""
    for title in page.select(".panel-heading > h4"):
        title.string = heading(
            marks["notebook"], marks["student"], marks["score"], marks["max_score"]
        )
    for points in page.select(".panel-heading > span.pull-right"):
        for text in points.find_all(string=_SCORE):
            text.replace_with(_SCORE.sub(_rewritten, text))


def _rewritten(found: re.Match[str]) -> str:
    return f"Score: {_points(float(found[1]), float(found[2]))}"


def _name_comments(contents: Any) -> None:
    """Links to comments name the task: in the template they all read the same."""
    for link in contents.select('a[href^="#comment-"]'):
        task = escape(link["href"].removeprefix("#comment-"))
        link.append(BeautifulSoup(f" on <code>{task}</code>", "html.parser"))


def _remove_tasks(contents: Any) -> None:
    """Of the template's own list of cells, comments and late penalty stay."""
    for entry in contents.select("ol > li"):
        link = entry.find("a")
        if link is not None and not str(link["href"]).startswith("#comment-"):
            entry.decompose()
    for listing in contents.select("ol"):
        if not listing.find("li"):
            listing.decompose()
