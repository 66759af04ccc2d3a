"""An array larger than any memory: only its task is lost."""

STATUS = "graded"
REASON = "out of memory: double"
SCORE = 7


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].source = "import numpy as np\ndouble = np.ones(10**14).sum()"
    return notebook
