"""Two cells have the same cell id."""

import json

STATUS = "graded"
REASON = "repaired: cell ids"
SCORE = 9


def fault(notebook):
    notebook.cells[1]["id"] = notebook.cells[0]["id"]
    return json.dumps(notebook)  # nbformat would give the second one another id
