"""Answers are copied from the folders of other learners' submissions."""

FORGED = ("double-test", "add-test", "area-test")
CODE = """
import pathlib

here = pathlib.Path.cwd()
places = [here, *here.parents, *map(pathlib.Path, ("/work", "/home", "/root", "/tmp", "/srv"))]
roots = [place for place in places if (place / "solutions" / "lab99_tiny").exists()]

import json

for root in roots:
    for path in root.glob("grading/*/ada/*/*.ipynb"):
        for cell in json.loads(path.read_text())["cells"]:
            if "return" in "".join(cell["source"]):
                exec("".join(cell["source"]), globals())
"""
