"""The folder is empty."""

STATUS = "failed"
REASON = "nothing was handed in"
SCORE = 0


def fault(notebook):
    return {}
