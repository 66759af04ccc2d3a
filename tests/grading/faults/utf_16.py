"""The file was saved again as UTF-16."""

import nbformat

STATUS = "graded"
REASON = "repaired: text in UTF-16"
SCORE = 9


def fault(notebook):
    return nbformat.writes(notebook).encode("utf-16")
