"""The tests carry the tags of cells that grading takes out: guards and parameters."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
TAGS = ["restored-parameters", "injected-parameters", "parameters", "skip-execution"]


def cheat(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-test"):
            cell.metadata["tags"] = TAGS
    notebook.cells.append(nbformat.v4.new_code_cell("print(In)"))
    return notebook
"""
