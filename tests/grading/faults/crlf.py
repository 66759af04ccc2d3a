"""The notebook's cells have the line ends of Windows."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return notebook
