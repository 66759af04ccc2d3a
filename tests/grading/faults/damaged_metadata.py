"""A test cell's metadata lacks the name of its task; the cell is put back from the source."""

STATUS = "graded"
REASON = "put back: double-test"
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    del cells["double-test"].metadata.nbgrader["grade_id"]
    return notebook
