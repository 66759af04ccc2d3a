"""A test cell's metadata lacks the name of its task; the cell is known by its id."""

STATUS = "graded"
REASON = "repaired: metadata of double-test"
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    del cells["double-test"].metadata.nbgrader["grade_id"]
    return notebook
