"""JSON with a hundred thousand lists in each other."""

STATUS = "failed"
REASON = "not a notebook"
SCORE = 0


def fault(notebook):
    return "[" * 100_000 + "]" * 100_000
