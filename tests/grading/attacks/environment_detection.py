"""The notebook behaves well until it sees that it is graded, then fetches the answers."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import pathlib

here = pathlib.Path.cwd()
places = [here, *here.parents, *map(pathlib.Path, ("/work", "/home", "/root", "/tmp", "/srv"))]
roots = [place for place in places if (place / "solutions" / "lab99_tiny").exists()]

import os
import sys

graded = "autograded" in str(here) or "COURSE_ROOT" in os.environ or "scratch" in str(here)
roots += [pathlib.Path(os.environ[name]) for name in ("COURSE_ROOT", "PYTHONPATH", "PWD") if name in os.environ]
roots += [pathlib.Path(folder).parent for folder in sys.path]
if graded:
    import json

    for root in roots:
        for path in root.glob("solutions/*/lab99_tiny.ipynb"):
            for cell in json.loads(path.read_text())["cells"]:
                if "BEGIN SOLUTION" in "".join(cell["source"]):
                    exec("".join(cell["source"]), globals())
"""
