"""A test cell says that it is worth nothing; its points are put back."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add-test"].metadata.nbgrader["points"] = 0
    return notebook
