"""A solution cell became Markdown; grading makes code of it again."""

import nbformat

STATUS = "graded"
REASON = "repaired: type of"
SCORE = 9


def fault(notebook):
    for place, cell in enumerate(notebook.cells):
        if cell.id == "double":
            text = nbformat.v4.new_markdown_cell(cell.source, id=cell.id, metadata=cell.metadata)
            notebook.cells[place] = text
    return notebook
