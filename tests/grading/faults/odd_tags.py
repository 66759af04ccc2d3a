"""Tags that are no list, and metadata of extensions that grading does not know."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["double"].metadata["collapsed"] = True
    cells["double"].metadata["vscode"] = {"languageId": "python"}
    cells["add"].metadata["jupyter"] = {"source_hidden": True}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    notebook.metadata["colab"] = {"provenance": []}
    return notebook
