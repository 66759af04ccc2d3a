"""The upload has no bytes."""

STATUS = "failed"
REASON = "not a notebook: the file is empty"
SCORE = 0


def fault(notebook):
    return b""
