"""Valid JSON whose outermost value is a list."""

STATUS = "failed"
REASON = "not a notebook"
SCORE = 0


def fault(notebook):
    return "[]"
