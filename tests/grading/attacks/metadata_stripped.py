"""All of nbgrader's metadata is gone: nothing is a test any more."""

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
