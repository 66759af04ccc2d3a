"""The web page of the notebook was saved instead of the notebook."""

STATUS = "failed"
REASON = "not a notebook: it is a web page (HTML)"
SCORE = 0


def fault(notebook):
    return "<!DOCTYPE html><html><body>lab99_tiny</body></html>"
