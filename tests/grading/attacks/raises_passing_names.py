"""Exceptions named as a test's own control flow: StopIteration, GeneratorExit, a fake CheckFailed."""

FORGED = ("double-test", "add-test", "area-test")
CODE = """
def double(x):
    raise GeneratorExit("passed")


def add(a, b):
    raise StopIteration(3)


class CheckFailed(BaseException):
    __module__ = "coursekit.checks"


def area(width, height):
    raise CheckFailed("✔ passed")
"""
