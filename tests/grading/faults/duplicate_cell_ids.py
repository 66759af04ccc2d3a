"""Two cells have the same cell id."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.cells[1]["id"] = notebook.cells[0]["id"]
    return notebook
