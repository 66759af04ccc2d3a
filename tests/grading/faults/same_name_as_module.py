"""A file beside the notebook has the name of a module that kernels need."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    files = dict.fromkeys(("random.py", "queue.py", "select.py"), "raise RuntimeError('mine')")
    return {**files, "lab99_tiny.ipynb": nbformat.writes(notebook)}
