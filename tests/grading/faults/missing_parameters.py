"""The cells with the parameters are missing; they are put back."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.cells = [cell for cell in notebook.cells if "parameters" not in cell.id]
    return notebook
