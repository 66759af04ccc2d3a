"""Feedback pages: what the learner wrote, points and visible messages, and no hidden test."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from traitlets.config import Config

from coursekit.grading.course import ConversionError, Course, run_converter
from coursekit.grading.engine import load_outcome
from coursekit.grading.formulas import STYLE, Formulas
from coursekit.grading.metadata import RESTORED
from coursekit.grading.sanitise import clean_html
from coursekit.grading.verdicts import Test, failures, shown

# A page runs no script, loads nothing and sends nothing: what a notebook printed is only shown.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'"
)
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_STYLE = """
table.points { width: 100%; } table.points td, table.points th { padding: 0.3em 1em 0.3em 0;
vertical-align: top; text-align: left; border-top: 1px solid #ddd; }
table.points ul { margin: 0; padding-left: 0; list-style: none; }
"""


@dataclass(frozen=True)
class Line:
    """One line of the table of points.

    Attributes:
        happened: what the learner should know, as short texts.
    """

    task: str
    score: float
    points: float
    happened: tuple[str, ...]


class Grades(GetGrades):
    """nbgrader's step that looks up points and comments, and who gave the points."""

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waits"] = bool(grade.needs_manual_grade)
        cell.metadata.nbgrader["by_hand"] = grade.manual_score is not None


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells and their outputs; leaves a line for each task."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        resources["restored"] = nb.metadata.get(RESTORED, [])
        resources["lines"] = []
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if utils.is_grade(cell) or utils.is_task(cell):
            resources["lines"].append(_line(cell, resources["restored"]))
        if not utils.is_grade(cell) or utils.is_solution(cell) or cell.cell_type != "code":
            return cell, resources
        if Test(cell.source).hidden_lines:
            text = "\n".join(shown(cell))
            cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        self._remove_hidden_test_region(cell)
        return cell, resources


def _line(cell: NotebookNode, restored: list[str]) -> Line:
    marks = cell.metadata["nbgrader"]
    score, points = float(marks.get("score") or 0), float(marks.get("points") or 0)
    happened = []
    if marks["grade_id"] in restored:
        happened.append("This cell was missing and was put back.")
    if marks.get("by_hand"):
        happened.append("A person gave the points.")
    if marks.get("waits"):
        happened.append("This waits for a reader.")
    elif utils.is_solution(cell) or cell.cell_type != "code":
        happened += [] if marks.get("by_hand") else ["There is no answer."]
    else:
        happened += failures(cell) or (["All tests passed."] if score == points else [])
    return Line(marks["grade_id"], score, points, tuple(happened))


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page with a table of points, and with nothing that acts by itself.

    Its template loads MathJax from the network and lets a learner's HTML through. Here formulas
    are pictures, and outputs are cleaned before, by :class:`coursekit.grading.sanitise.Sanitise`.
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
        nb.metadata = NotebookNode({RESTORED: nb.metadata.get(RESTORED, [])})
        nb.metadata["language_info"] = NotebookNode(name="python", pygments_lexer="ipython3")
        html, resources = super().from_notebook_node(nb, resources, **kw)
        page = BeautifulSoup(html, "html.parser")
        for script in page.find_all("script"):
            script.decompose()
        for style in page.find_all("style"):
            # Bootstrap's icons, which the page does not use and would ask for.
            style.string = _FONT.sub("", style.get_text())
        if page.head is not None:
            for name, text in {"referrer": "no-referrer", "": _POLICY}.items():
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
        return str(page), resources


def _table(lines: list[Line]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{escape(line.task)}"><code>{escape(line.task)}</code></a></td>'
        f"<td>{line.score:g} / {line.points:g}</td>"
        f"<td><ul>{''.join(f'<li>{escape(text)}</li>' for text in line.happened)}</ul></td></tr>"
        for line in lines
    )
    return (
        '<table class="points"><thead><tr><th>Task</th><th>Points</th><th>What happened</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _remove_tasks(contents: Any) -> None:
    """Of the template's own list of cells, comments and late penalty stay."""
    for entry in contents.select("ol > li"):
        link = entry.find("a")
        if link is not None and not str(link["href"]).startswith("#comment-"):
            entry.decompose()
    for listing in contents.select("ol"):
        if not listing.find("li"):
            listing.decompose()


def feedback(course: Course, lab: str, students: Iterable[str]) -> Iterator[Path]:
    """Write one page per learner under grading/feedback, yielding each when it is written.

    A submission that could not be run gets a page that says why. Learners who were not graded
    yet are passed over.
    """
    for student in students:
        outcome = load_outcome(course, student, lab)
        if outcome is None:
            continue
        page = course.feedback(student, lab) / f"{lab}.html"
        reason = outcome.reason
        if outcome.status == "graded":
            try:
                run_converter(GenerateFeedback, course, lab, student, Config(), force=True)
                yield page
                continue
            except ConversionError as error:
                reason = f"{reason} (no page from nbgrader: {error})".strip()
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_plain_page(lab, reason, outcome.score, outcome.max_score), "utf-8")
        yield page


def _plain_page(lab: str, reason: str, score: float, max_score: float) -> str:
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(lab)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer"></head>\n'
        f"<body><h4>{escape(lab)} (Score: {score:g} / {max_score:g})</h4>\n"
        f"<p>Your notebook could not be graded: {escape(reason)}.</p></body></html>\n"
    )
