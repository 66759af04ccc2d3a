"""Cells of the learner's own stand between those of the lab, one of them fails."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    own = [
        nbformat.v4.new_code_cell(text) for text in ("1 / 0", "", "%time sum(range(9))", "!true")
    ]
    notebook.cells[3:3] = own
    notebook.cells += [
        nbformat.v4.new_raw_cell("raw"),
        nbformat.v4.new_code_cell("raise ValueError"),
    ]
    return notebook
