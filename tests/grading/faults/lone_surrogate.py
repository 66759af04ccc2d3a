"""A text that no encoding can hold: half of an emoji, as a careless script may leave it."""

import nbformat

STATUS = "graded"
REASON = "repaired: halves of characters"
SCORE = 9


def fault(notebook):
    notebook.cells[0].source += " HALF"
    return nbformat.writes(notebook).replace("HALF", r"\ud83e")
