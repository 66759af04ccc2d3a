"""A solution cell was copied and pasted: its task name is there twice."""

import copy

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "double")
    twin = copy.deepcopy(notebook.cells[place])
    twin["id"] = "copied"
    notebook.cells.insert(place, twin)
    return notebook
