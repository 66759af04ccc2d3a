"""A cell that is one line of five megabytes."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("x" * 5_000_000))
    return notebook
