"""An integer whose methods __eq__ and __class__ lie about what it is."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
class Number(object):
    __class__ = int
    __hash__ = object.__hash__

    def __eq__(self, other):
        return True


number = Number()
"""
