"""Files of the course are overwritten: the source notebook, the configuration, another submission."""

FORGED = ("double-test",)
CODE = """
import pathlib

here = pathlib.Path.cwd()
places = [here, *here.parents, *map(pathlib.Path, ("/work", "/home", "/root", "/tmp", "/srv"))]
roots = [place for place in places if (place / "solutions" / "lab99_tiny").exists()]

for root in roots[:1]:
    for path in root.glob("grading/submitted/hedy/*/*.ipynb"):
        path.write_text("{}")
double = None
"""
