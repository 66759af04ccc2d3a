"""Something else was handed in."""

STATUS = "failed"
REASON = "no notebook named lab99_tiny.ipynb, but other files"
SCORE = 0


def fault(notebook):
    return {"answers.docx": "PK"}
