"""A cell prints five megabytes on one line."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].source += "\nprint('x' * 5_000_000)"
    return notebook
