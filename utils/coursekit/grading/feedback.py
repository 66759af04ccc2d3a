"""Feedback pages: what the learner wrote, points and visible messages, and no hidden test."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests
from traitlets.config import Config

from coursekit.grading.course import ConversionError, Course, run_converter
from coursekit.grading.engine import load_outcome

# A page runs no script and loads nothing: what a notebook printed is only shown.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells, and out of the tracebacks that quote them."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if not utils.is_grade(cell) or utils.is_solution(cell):
            return cell, resources
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback page without scripts: its template loads MathJax from the network."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        html, resources = super().from_notebook_node(nb, resources, **kw)
        page = BeautifulSoup(html, "html.parser")
        for script in page.find_all("script"):
            script.decompose()
        rule = page.new_tag("meta", content=_POLICY)
        rule.attrs["http-equiv"] = "Content-Security-Policy"
        if page.head is not None:
            page.head.insert(0, rule)
        return str(page), resources


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
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"></head>\n'
        f"<body><h4>{escape(lab)} (Score: {score:g} / {max_score:g})</h4>\n"
        f"<p>Your notebook could not be graded: {escape(reason)}.</p></body></html>\n"
    )
