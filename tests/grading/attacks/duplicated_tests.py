"""Each test has an empty twin of the same name before it."""

import copy

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    cells = []
    for cell in notebook.cells:
        if cell.id.endswith("-test"):
            twin = copy.deepcopy(cell)
            twin.id = f"{cell.id}-twin"
            twin.source = "pass"
            cells.append(twin)
        cells.append(cell)
    notebook.cells = cells
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
