"""The file begins with a byte order mark, as Windows' editor writes it; Jupyter cannot open it."""

import nbformat

STATUS = "graded"
REASON = "repaired: a byte-order mark"
SCORE = 9


def fault(notebook):
    return b"\xef\xbb\xbf" + nbformat.writes(notebook).encode()
