"""A cell asks for input, which nobody gives."""

STATUS = "graded"
REASON = ""
SCORE = 8


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add"].source = "offset = int(input('Offset? '))\n" + cells["add"].source
    return notebook
