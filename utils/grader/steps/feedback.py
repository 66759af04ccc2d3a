"""What nbgrader's feedback shows of a graded notebook: points and who gave them, no hidden test."""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import Unicode

from coursekit.authoring.cells import is_test
from grader.feedback.check_results import RubricSource, explain_undefined, failures, shown
from grader.feedback.page import PointsRow
from grader.nbgrader_internals import GradesWithHooks, remove_hidden_tests
from grader.outcomes import REMARKS, RESTORED, load_collected

_CELL = re.compile(r"(Cell(?:\x1b\[[\d;]*m| )+In ?\[)(\d{1,6})(?=\])")
#: Code in a comment, which stays as it is, or the beginning of what would be taken for HTML.
_CODE_OR_TAG = re.compile(r"(?s)(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|<")
_HEADING = re.compile(r"^#{2,6} +(.+)$", re.MULTILINE)
#: What a heading says of its points, which the table says, too.
_POINTS = re.compile(r"\s*\([^()]*\bpoints?\b[^()]*\)\s*$")
LONGEST_TITLE = 120
#: A remark names files as the learner did; what Markdown would read in a name is said to be text.
_MARKUP, _ESCAPED = re.compile(r"[\\`*_\[\]<>#$&|~]"), r"\\\g<0>"
#: By whether a person gave points, and whether one is to look. Grading again keeps the points that
#: a person gave, and asks for another look.
_READ = {
    (True, False): "A person gave the points.",
    (False, True): "This waits for a reader.",
    (True, True): "A person gave the points at an earlier grading; this one waits for a reader.",
}
#: What nbgrader itself comments on a cell that is as it was handed out. The table says as much.
_NO_RESPONSE = "No response."


class Grades(GradesWithHooks):
    """nbgrader's step that looks up points and comments, and who gave the points."""

    def commented(self, cell: NotebookNode) -> None:
        marks = cell.metadata.nbgrader
        comment = marks["comment"] or ""
        marks["comment"] = "" if comment == _NO_RESPONSE else _without_html(comment)

    def scored(self, cell: NotebookNode) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waits"] = bool(grade.needs_manual_grade)
        cell.metadata.nbgrader["by_hand"] = grade.manual_score is not None


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells and their outputs; leaves a line for each task.

    What was remarked on the submission, when it was taken in and when it was graded, stands first.
    """

    collected_directory = Unicode(
        "grading/collected", help="Folder of what `course collect` has remarked"
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        resources["restored"] = nb.metadata.get(RESTORED, [])
        resources["lines"] = []
        resources["titles"] = task_titles(nb)
        explain_undefined(nb)
        _number_errors(nb)
        nb, resources = super().preprocess(nb, resources)
        remarks = [*self._collected(resources), *nb.metadata.get(REMARKS, [])]
        if remarks:
            said = (f"- {_MARKUP.sub(_ESCAPED, remark)}" for remark in remarks)
            text = "\n".join(["**About the file that you handed in**\n", *said])
            nb.cells.insert(0, nbformat.v4.new_markdown_cell(text))
        return nb, resources

    def _collected(self, resources: dict[str, Any]) -> list[str]:
        names = resources.get("nbgrader")
        if not names:  # made by hand: nobody's submission
            return []
        file = f"{names['student']}.json"
        return load_collected(Path(self.collected_directory, names["assignment"], file))

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if utils.is_grade(cell) or utils.is_task(cell):
            resources["lines"].append(_line(cell, resources))
        if not is_test(cell):
            return cell, resources
        if RubricSource(cell.source).hidden_lines:
            text = "\n".join(shown(cell))
            cell.outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        remove_hidden_tests(self, cell)
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


def task_titles(notebook: NotebookNode) -> dict[str, str]:
    """The heading above each graded cell, by the cell's name, without the points it may state."""
    titles, title = {}, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not utils.is_solution(cell):
            for heading in _HEADING.findall(cell.source):
                title = _POINTS.sub("", re.sub(r"[*`]", "", heading)).strip()[:LONGEST_TITLE]
        if utils.is_grade(cell) or utils.is_task(cell):
            titles[cell.metadata["nbgrader"]["grade_id"]] = title
    return titles


def _line(cell: NotebookNode, resources: dict[str, Any]) -> PointsRow:
    marks = cell.metadata["nbgrader"]
    score, points = float(marks.get("score") or 0), float(marks.get("points") or 0)
    happened = []
    name = marks["grade_id"]
    if name in resources["restored"]:
        happened.append("This cell was missing and was put back.")
    by_hand, waits = bool(marks.get("by_hand")), bool(marks.get("waits"))
    if by_hand or waits:
        happened.append(_READ[by_hand, waits])
    elif not is_test(cell):
        happened.append("There is no answer.")
    if is_test(cell) and not waits:
        happened += failures(cell) or (["All tests passed."] if score == points else [])
    return PointsRow(name, resources["titles"][name], score, points, tuple(happened))
