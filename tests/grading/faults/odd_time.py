"""Beside the notebook lies a file in which nbgrader looks for the time of the submission."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    files = {"timestamp.txt": "on Friday evening, sorry!"}
    return {**files, "lab99_tiny.ipynb": nbformat.writes(notebook)}
