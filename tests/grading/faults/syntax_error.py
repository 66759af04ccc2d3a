"""A solution cell that is no Python."""

STATUS = "graded"
REASON = ""
SCORE = 7


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].source = "def double(x:\n    return"
    return notebook
