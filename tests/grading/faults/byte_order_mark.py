"""The file begins with a byte order mark, as Windows' editor writes it; Jupyter cannot open it."""

import nbformat

STATUS = "failed"
REASON = "not a notebook: the file is not valid JSON"
SCORE = 0


def fault(notebook):
    return b"\xef\xbb\xbf" + nbformat.writes(notebook).encode()
