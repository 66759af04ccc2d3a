"""The notebook was converted to nbformat 3, an older form; it is read as format 4."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    return nbformat.writes(notebook, version=3)
