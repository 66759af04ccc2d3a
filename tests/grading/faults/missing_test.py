"""A test cell is missing; it is put back from the source."""

STATUS = "graded"
REASON = "put back: double-test"
SCORE = 9


def fault(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double-test"]
    return notebook
