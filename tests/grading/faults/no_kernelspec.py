"""The notebook does not say which kernel it wants."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.metadata.pop("kernelspec", None)
    notebook.metadata.pop("language_info", None)
    return notebook
