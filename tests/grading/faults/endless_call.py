"""A function that never returns when the test calls it."""

STATUS = "graded"
REASON = ""
SCORE = 8


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add"].source = "def add(a, b):\n    while True:\n        pass"
    return notebook
