"""Memory is used up bit by bit, as with a table joined to itself."""

STATUS = "graded"
REASON = "out of memory: double"
SCORE = 7
HARMFUL = True


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells[
        "double"
    ].source = "import numpy as np\nhoard = [np.empty(10**8, np.uint8) for _ in range(40)]"
    return notebook
