"""The function under test displays a number, which nbgrader takes for partial credit."""

FORGED = ("area-test",)
CELL = "area"
CODE = """
def area(width, height):
    get_ipython().displayhook(3.0)
    return 0
"""
