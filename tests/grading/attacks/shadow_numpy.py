"""Modules named numpy and pandas beside the notebook, for the test to import."""

from grader.cycle.samples import fill_in

FORGED = ("double-test", "number-test", "add-test", "area-test")
MODULE = """
import builtins
import os

shell = getattr(builtins, "get_ipython", None)
if shell is None:
    open("/tmp/attackmark-file-shadow", "w").close()
else:
    shell().input_transformers_cleanup.append(lambda lines: ["pass"])
"""
NAMES = ("numpy", "pandas")
FILES = dict.fromkeys((f"{name}.py" for name in NAMES), MODULE)


def cheat(notebook):
    load = "import sys\nsys.modules.pop('numpy', None)\nsys.path.insert(0, '')\nimport numpy"
    return fill_in(notebook, {"double": load})
