"""The notebook has another name."""

import nbformat

STATUS = "failed"
REASON = "no notebook named lab99_tiny.ipynb, but Untitled.ipynb"
SCORE = 0


def fault(notebook):
    return {"Untitled.ipynb": nbformat.writes(notebook)}
