"""The test cells are deleted."""

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-test")]
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
