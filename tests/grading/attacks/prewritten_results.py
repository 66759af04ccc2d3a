"""The submission brings along a gradebook, graded notebooks and outcomes of its own."""

from grader.cycle.samples import fill_in

FORGED = ("double-test", "number-test", "add-test", "area-test")


BEST = '{"student": "mallory", "lab": "lab99_tiny", "status": "graded", "reason": "", "score": 9}'
FILES = {
    "gradebook.db": b"SQLite format 3",
    "grading/outcomes/lab99_tiny/mallory.json": BEST,
    "outcome.json": BEST,
    "result.json": BEST,
    "autograded/mallory/lab99_tiny/lab99_tiny.ipynb": "{}",
    "nbgrader_config.py": "open('/tmp/attackmark-file-config', 'w').close()",
    "conftest.py": "open('/tmp/attackmark-file-conftest', 'w').close()",
}


def cheat(notebook):
    return fill_in(notebook, {"double": "double = None"})
