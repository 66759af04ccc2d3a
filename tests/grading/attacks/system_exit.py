"""The function under test raises SystemExit, which is no error to a shell."""

FORGED = ("double-test", "add-test", "area-test")
CODE = """
def double(x):
    raise SystemExit(0)


def add(a, b):
    exit(0)


def area(width, height):
    exit(0)
"""
