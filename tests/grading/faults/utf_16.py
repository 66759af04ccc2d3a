"""The file was saved again as UTF-16."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not UTF-8 text"
SCORE = 0


def fault(notebook):
    return nbformat.writes(notebook).encode("utf-16")
