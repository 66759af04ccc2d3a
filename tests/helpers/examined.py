"""Test cells as the examiner runs them, without a kernel."""

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from graded_cells import test_cell
from grader.endpoints.examiner import Channel, ExaminerNamespace, run_cell

RUBRIC = """from coursekit.checks import Rubric, close

rubric = Rubric(points=3)
with rubric.check("two: by three"):
    close(area(2, 3), 6.0, "the area")
for width in (4, 5):
    with rubric.check(f"{width} wide: visible"):
        close(area(width, 1), width, "the area")
### BEGIN HIDDEN TESTS
print("secret input", 7531)
for name, case in {"a thin one": 7531, "a wide: one": 7532}.items():
    with rubric.check(f"{name}: area", weight=2):
        close(area(case, 2), case * 2, "the area")
with rubric.check("no width"):
    # hint: What is the area if the width is None?
    close(area(None, 7531), 0.0, "the area")
title = "computed title"
with rubric.check(title):
    close(area(7531, 1), 7531, "the area")
### END HIDDEN TESTS
rubric.total()"""


class NoNotebook(Channel):
    """Stands for the learner's kernel where the names are set beforehand."""

    def __init__(self) -> None:
        self.deleted = set()

    def ask(self, *_: object) -> tuple[str]:
        return ("missing",)


def examined(source: str, /, **functions: object) -> NotebookNode:
    """A test cell as the examiner runs it."""
    names = ExaminerNamespace(NoNotebook(), {"parameters": functions, "imports": {}, "theirs": []})
    cell = test_cell("area-test", source, points=3, score=0)
    cell.execution_count = 3
    cell.outputs = [nbformat.from_dict(output) for output in run_cell(source, names)]
    return cell


def answer_with(source: str, *errors: tuple[str, str]) -> NotebookNode:
    """A learner's cell that ended with errors."""
    outputs = [new_output("error", ename=name, evalue=said) for name, said in errors]
    return new_code_cell(source, outputs=outputs)


STOPPED = ("CellTimeoutError", "stopped after 60 seconds")
INVALID = ("SyntaxError", "expected ':' (476398735.py, line 1)")
