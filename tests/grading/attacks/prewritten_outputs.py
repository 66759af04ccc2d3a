"""Test cells come with outputs of a passed run, and the kernel dies before they can be run."""

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-test"):
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="✔ passed")]
        elif cell.id == "double":
            cell.source = "import os\nos._exit(0)"
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
