"""A test cell became Markdown by a slip of the keyboard; its type is put back."""

import nbformat

STATUS = "graded"
REASON = "repaired: type of add-test"
SCORE = 9


def fault(notebook):
    for place, cell in enumerate(notebook.cells):
        if cell.id == "add-test":
            text = nbformat.v4.new_markdown_cell(cell.source, id=cell.id, metadata=cell.metadata)
            notebook.cells[place] = text
    return notebook
