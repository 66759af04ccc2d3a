"""The file was saved again by an editor that writes Latin-1."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not UTF-8 text"
SCORE = 0


def fault(notebook):
    notebook.cells[0].source += "\nZoë Müller"
    return nbformat.writes(notebook).encode("latin-1")
