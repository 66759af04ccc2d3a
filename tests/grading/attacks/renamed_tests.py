"""The tests swap names, so that each is graded by the points of another, and one is renamed."""

import nbformat

FORGED = ("double-test", "number-test", "add-test", "area-test")


def cheat(notebook):
    tests = [cell for cell in notebook.cells if cell.id.endswith("-test")]
    names = [cell.metadata.nbgrader["grade_id"] for cell in tests]
    for cell, name in zip(tests, [*names[1:], "free-points"], strict=True):
        cell.metadata.nbgrader["grade_id"] = name
        cell.source = "pass"
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
