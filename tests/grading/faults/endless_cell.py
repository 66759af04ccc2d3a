"""A cell that never ends is stopped; the other tasks count."""

STATUS = "graded"
REASON = "timeout"
SCORE = 8


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add"].source = "while True:\n    pass"
    return notebook
