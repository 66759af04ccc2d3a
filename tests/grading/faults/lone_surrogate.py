"""A text that no encoding can hold: half of an emoji, as a careless script may leave it."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not UTF-8 text"
SCORE = 0


def fault(notebook):
    notebook.cells[0].source += " HALF"
    return nbformat.writes(notebook).replace("HALF", r"\ud83e")
