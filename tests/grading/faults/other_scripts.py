"""Names and texts in other scripts, emoji, zero-width and combining characters."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add"].source = (
        "größe = 'Ünï 🦆 \u200b e\u0301 漢字'\nprint(größe)\n" + cells["add"].source
    )
    return notebook
