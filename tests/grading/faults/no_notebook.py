"""Something else was handed in."""

STATUS = "failed"
REASON = "no notebook named lab99_tiny.ipynb, but answers.docx (a Word document)"
SCORE = 0


def fault(notebook):
    return {"answers.docx": "PK"}
