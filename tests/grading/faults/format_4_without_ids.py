"""An older JupyterLab wrote nbformat 4.4, which has no cell ids."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    return notebook
