"""Files beside the notebook have names that are no UTF-8, or long, or strange."""

import os

import nbformat

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    names = [os.fsdecode(b"M\xfcller.csv"), "x" * 200 + ".csv", "Übung 1 (2).csv", "-rf"]
    files = dict.fromkeys(names, "a,b")
    return {**files, "lab99_tiny.ipynb": nbformat.writes(notebook)}
