"""The answer is an object that says it equals everything."""

FORGED = ("double-test", "add-test", "number-test")
CODE = """
class Anything(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__


def double(x):
    return Anything()


add = lambda a, b: Anything()
number = Anything()
"""
