"""The notebook has a format that does not exist yet."""

import nbformat

STATUS = "failed"
REASON = "not a notebook"
SCORE = 0


def fault(notebook):
    return nbformat.writes(notebook).replace('"nbformat": 4', '"nbformat": 7')
