"""Memory is used up bit by bit, as with a table joined to itself."""

STATUS = "graded"
REASON = ""
SCORE = 7
HARMFUL = True


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].source = "hoard = [bytearray(b'x') * 10**8 for _ in range(40)]"
    return notebook
