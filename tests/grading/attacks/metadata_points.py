"""The metadata of the tests say that they are worth a hundred times as much, with a new checksum."""

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-test"):
            cell.metadata.nbgrader["points"] = 300
            cell.metadata.nbgrader.pop("checksum", None)
            cell.source = "300"
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
