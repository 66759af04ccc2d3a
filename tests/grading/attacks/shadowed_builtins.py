"""Global names of the notebook hide the built-in functions that the test calls."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
def int(value):
    return 5


def isinstance(value, kind):
    return True


number = 5
"""
