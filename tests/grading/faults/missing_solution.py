"""A solution cell is missing: only its task is lost."""

STATUS = "graded"
REASON = ""
SCORE = 7


def fault(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double"]
    return notebook
