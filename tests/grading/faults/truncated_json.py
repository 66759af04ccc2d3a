"""The upload was cut off in the middle."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not valid JSON (it ends in the middle)"
SCORE = 0


def fault(notebook):
    text = nbformat.writes(notebook)
    return text[: len(text) // 2]
