"""The notebook comes with five megabytes of outputs of an earlier run."""

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    output = nbformat.v4.new_output("stream", text="x" * 5_000_000)
    cells["double"].outputs = [output]
    cells["add-test"].outputs = [output]
    return notebook
