"""The notebook changes its working directory and deletes what is there."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].source = (
        "import os, shutil\nfor name in os.listdir():\n    os.remove(name)\nos.chdir('/')\n"
        + cells["double"].source
    )
    return notebook
