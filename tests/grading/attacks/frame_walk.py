"""The function under test walks up the stack, finds the rubric and enters passed checks."""

FORGED = ("area-test",)
CELL = "area"
CODE = """
import sys


def area(width, height):
    frame = sys._getframe(1)
    while frame:
        for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if type(value).__name__ == "Rubric":
                value._weights[:] = [(9, True)] * 9
                value.total = lambda: value.points
        frame = frame.f_back
"""
