"""The upload was cut off in the middle."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not valid JSON"
SCORE = 0


def fault(notebook):
    text = nbformat.writes(notebook)
    return text[: len(text) // 2]
