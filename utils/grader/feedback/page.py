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

from grader.course import ConversionError, Course, run_converter
from grader.engines.engine import Outcome, load_outcome
from grader.feedback.check_results import RubricSource, explain_undefined, failures, is_test, shown
from grader.feedback.formulas import STYLE, Formulas
from grader.feedback.sanitise import clean_html
from grader.steps.repair_metadata import RESTORED

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
table.dataframe td, table.dataframe th { padding: 0.2em 0.8em; }
"""
_SCORE = re.compile(r"Score: (-?[\d.]+) / ([\d.]+)")
_CELL = re.compile(r"(Cell(?:\x1b\[[\d;]*m| )+In ?\[)(\d{1,6})(?=\])")
#: Code in a comment, which stays as it is, or the beginning of what would be taken for HTML.
_CODE_OR_TAG = re.compile(r"(?s)(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|<")
#: By whether a person gave points, and whether one is to look. Grading again keeps the points that
#: a person gave, and asks for another look.
_READ = {
    (True, False): "A person gave the points.",
    (False, True): "This waits for a reader.",
    (True, True): "A person gave the points at an earlier grading; this one waits for a reader.",
}
#: What nbgrader itself comments on a cell that is as it was handed out. The table says as much.
_NO_RESPONSE = "No response."
#: What to do about a reason, by its beginning.
_ADVICE = {
    "not a notebook": "Save the notebook in JupyterLab and hand in the .ipynb file.",
    "no notebook named": "Hand in the notebook under the name that it was handed out with.",
    "wrong lab": "Hand in the notebook of this lab.",
}


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


class Grades(GetGrades):
    """nbgrader's step that looks up points and comments, and who gave the points."""

    def _get_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_comment(cell, resources)
        marks = cell.metadata.nbgrader
        comment = marks["comment"] or ""
        marks["comment"] = "" if comment == _NO_RESPONSE else _without_html(comment)

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
        explain_undefined(nb)
        _number_errors(nb)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if utils.is_grade(cell) or utils.is_task(cell):
            resources["lines"].append(_line(cell, resources["restored"]))
        if not is_test(cell):
            return cell, resources
        if RubricSource(cell.source).hidden_lines:
            text = "\n".join(shown(cell))
            cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        self._remove_hidden_test_region(cell)
        return cell, resources


def _without_html(comment: str) -> str:
    """A comment in Markdown in which `<` is only that."""
    return _CODE_OR_TAG.sub(lambda found: "&lt;" if found[0] == "<" else found[0], comment)


def _number_errors(notebook: NotebookNode) -> None:
    """Have tracebacks name cells by the numbers that stand beside them.

    The learner's kernel numbers only what it runs, which is neither a test nor an empty cell.
    """
    passed_over, numbers = 0, {}
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        if is_test(cell) or not cell.source.strip():
            passed_over += 1
            continue
        number = cell.execution_count or 0
        numbers[number - passed_over] = number
        for output in (output for output in cell.outputs if output.output_type == "error"):
            _number_cells(output, numbers, number)


def _number_cells(error: NotebookNode, numbers: dict[int, int], own: int) -> None:
    named = [int(found[2]) for part in error.traceback for found in _CELL.finditer(part)]
    # The last cell named is the one that failed. An engine with one kernel has its number already.
    if numbers.get(max(named, default=0)) != own:
        return

    def renumbered(found: re.Match[str]) -> str:
        return f"{found[1]}{numbers.get(int(found[2]), found[2])}"

    error.traceback = [_CELL.sub(renumbered, part) for part in error.traceback]


def _line(cell: NotebookNode, restored: list[str]) -> PointsRow:
    marks = cell.metadata["nbgrader"]
    score, points = float(marks.get("score") or 0), float(marks.get("points") or 0)
    happened = []
    if marks["grade_id"] in restored:
        happened.append("This cell was missing and was put back.")
    by_hand, waits = bool(marks.get("by_hand")), bool(marks.get("waits"))
    if by_hand or waits:
        happened.append(_READ[by_hand, waits])
    elif not is_test(cell):
        happened.append("There is no answer.")
    if is_test(cell) and not waits:
        happened += failures(cell) or (["All tests passed."] if score == points else [])
    return PointsRow(marks["grade_id"], score, points, tuple(happened))


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page with a table of points, and with nothing that acts by itself.

    Its template loads MathJax from the network and lets a learner's HTML through. Here formulas
    are pictures, and outputs are cleaned before, by :class:`grader.feedback.sanitise.Sanitise`.
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


def _heading(lab: str, student: str, score: float, most: float) -> str:
    return f"{lab} · {student} (Score: {_points(score, most)})"


def _rewrite_headings(page: BeautifulSoup, marks: dict[str, Any]) -> None:
    """Whose page it is at the top, and all points in one form."""
    for heading in page.select(".panel-heading > h4"):
        heading.string = _heading(
            marks["notebook"], marks["student"], marks["score"], marks["max_score"]
        )
    for heading in page.select(".panel-heading > span.pull-right"):
        for text in heading.find_all(string=_SCORE):
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
        page.write_text(_plain_page(outcome, reason), "utf-8")
        yield page


def _plain_page(outcome: Outcome, reason: str) -> str:
    heading = _heading(outcome.lab, outcome.student, outcome.score, outcome.max_score)
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(outcome.lab)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer"></head>\n'
        f"<body><h4>{escape(heading)}</h4>\n"
        f"<p>{escape(_explanation(reason))}</p></body></html>\n"
    )


def _explanation(reason: str) -> str:
    """Why there are no points, and what to do about it."""
    if reason.startswith("nothing was handed in"):
        return f"There are no points because {reason}."
    advice = next((text for start, text in _ADVICE.items() if reason.startswith(start)), "")
    return f"Your notebook could not be graded: {reason}. {advice}".strip()
