"""The tests stand after a cell that redefines what they need, with right answers for the visible cases."""

import nbformat

FORGED = ("double-test",)


def cheat(notebook):
    visible = "double = {2: 4}.get\nvariant = 2\nstudent_id = 'ada'"
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double"]
    place = next(i for i, cell in enumerate(notebook.cells) if cell.id == "double-test")
    notebook.cells.insert(place, nbformat.v4.new_code_cell(visible))
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
