"""Warnings, logging and a progress bar on stderr, while solving and while being tested."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["add"].source = """
import logging, sys, warnings


def add(a, b):
    warnings.warn("add is old")
    logging.getLogger("x").warning("adding")
    print("50 %", file=sys.stderr)
    return a + b


add(0, 0)
"""
    return notebook
