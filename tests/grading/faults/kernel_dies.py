"""The kernel ends half-way: what was tested before counts, the tests after it fail."""

STATUS = "graded"
REASON = "the kernel died (ended by its code or out of memory) in number"
SCORE = 2
HARMFUL = True


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["number"].source += "\nimport os\nos._exit(1)"
    return notebook
