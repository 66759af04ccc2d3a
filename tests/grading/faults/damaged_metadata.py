"""A test cell's metadata lacks the name of its task."""

STATUS = "failed"
REASON = "the nbgrader metadata of the notebook is damaged"
SCORE = 0


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    del cells["double-test"].metadata.nbgrader["grade_id"]
    return notebook
